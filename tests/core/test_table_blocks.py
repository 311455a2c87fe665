"""Blocks: how many numbers a column has, as coded and as networks see it."""

import json

from kgan.core import table_blocks
from kgan.core.table_blocks import Block

SEX = Block("sex", (0.25, 0.75), (False, False))
AGE = Block("age", (0.1, 0.5, 0.4), (False, True, True))
CITY = Block("city", (0.002,) * 500, (False,) * 499 + (True,), dims=32)


def test_widths():
    assert (SEX.levels, SEX.coded_width, SEX.width) == (2, 1, 2)
    assert (AGE.levels, AGE.coded_width, AGE.width) == (3, 2, 4)
    assert (CITY.levels, CITY.coded_width, CITY.width) == (500, 2, 33)
    blocks = (SEX, AGE, CITY)
    assert table_blocks.coded_width(blocks) == 5
    assert table_blocks.width(blocks) == 39
    assert table_blocks.noise_width(blocks) == 505
    assert [first for _, first in table_blocks.coded_places(blocks)] == [0, 1, 3]


def test_config_through_json():
    for block in (SEX, AGE, CITY):
        config = json.loads(json.dumps(block.get_config()))
        assert Block.from_config(config) == block
