import numpy as np
import pytest

from kgan.core.table_blocks import Block
from kgan.data.tables import Table, size

pd = pytest.importorskip("pandas")


def _block(name, levels, dims=0):
    return Block(name, (1 / levels,) * levels, (False,) * levels, dims)


def test_memory_grows_with_rows_and_levels():
    blocks = [_block("a", 10), _block("b", 20)]
    assert size.memory(blocks, 1000) - size.memory(blocks, 0) == 1000 * 2 * 8
    # Weights of both networks' outer layers, and a batch of rows.
    of_levels = 30 * (2 * 256 * 16 + 500 * 32)
    assert size.memory(blocks, 0) == of_levels
    assert size.memory([_block("a", 1000, 32)], 0) < size.memory([_block("a", 1000)], 0)


def test_what_is_too_wide_is_refused_with_advice():
    size.check([_block("a", 100_000, 32)])
    blocks = [_block("a", 100_000, 32), _block("zip", 300_000, 32)]
    with pytest.raises(
        ValueError, match=r"300,000 levels of column 'zip'; .*min_count"
    ):
        size.check(blocks)


def test_a_table_that_is_too_wide_names_its_column(monkeypatch):
    monkeypatch.setattr(size, "LIMIT", 2**22)
    frame = pd.DataFrame({"a": np.arange(3000) % 3, "zip": np.arange(3000) % 300})
    frame = frame.astype(str)
    with pytest.raises(ValueError, match="300 levels of column 'zip'"):
        Table.infer(frame)
    assert Table.infer(frame, min_count=11).blocks[1].levels == 1
