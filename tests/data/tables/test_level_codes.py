import numpy as np
import pytest

from kgan.core.table_blocks import CODE_DIMS
from kgan.data.tables.level_codes import MANY, LevelCodes, rare_codes

SHARES = [0.4, 0.1, 0.05, 0.3, 0.15]
RARE = [False, True, True, False, True]


def test_rare_codes_are_one_level_with_places():
    coding = LevelCodes(SHARES, RARE)
    block = coding.block("x")
    assert block.name == "x"
    assert block.shares == pytest.approx((0.4, 0.3, 0.3))
    assert block.places == (False, False, True)
    assert block.dims == 0
    levels, places = coding.encode(np.arange(5))
    np.testing.assert_array_equal(levels, [0, 2, 2, 1, 2])
    # The middles of [0, 1/3], [1/3, 1/2], [1/2, 1], taken to [-1, 1].
    np.testing.assert_allclose(places, [0, -2 / 3, -1 / 6, 0, 1 / 2])
    np.testing.assert_array_equal(coding.decode(levels, places), np.arange(5))


def test_uniform_places_are_as_frequent_as_the_codes():
    coding = LevelCodes(SHARES, RARE)
    places = np.linspace(-1, 1, 30_001)
    codes = coding.decode(np.full(len(places), 2), places)
    counts = np.bincount(codes, minlength=5) / len(codes)
    np.testing.assert_allclose(counts, [0, 1 / 3, 1 / 6, 0, 1 / 2], atol=1e-3)


def test_masks_tell_whether_a_row_must_be_looked_at():
    coding = LevelCodes(SHARES, RARE)
    for wanted, mask, exact in (
        ([1, 0, 0, 1, 0], [True, True, False], True),
        ([0, 1, 0, 1, 0], [False, True, True], False),
        ([0, 1, 1, 0, 1], [False, False, True], True),
    ):
        found = coding.mask(np.asarray(wanted, bool))
        assert found[0].tolist() == mask
        assert found[1] == exact


def test_rare_ones_are_joined_where_there_are_many():
    counts = np.asarray([5] * (MANY // 2) + [50] * (MANY // 2))
    assert not rare_codes(counts, 10).any()
    counts = np.append(counts, 9)
    np.testing.assert_array_equal(rare_codes(counts, 10), counts < 10)
    shares = np.full(MANY + 1, 1 / (MANY + 1))
    assert LevelCodes(shares, shares < 0).block("x").dims == CODE_DIMS
