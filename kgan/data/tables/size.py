"""How wide coded rows are, and how much memory training on them takes."""

from collections.abc import Sequence

from kgan.core import table_blocks
from kgan.core.table_blocks import Block

# For the estimate: networks as `TabularGAN` has by default, and its batch.
_HIDDEN, _BATCH = 256, 500
# A weight with two moments and its average; a level of a row, with noise, softmax,
# their gradients, for reals and fakes.
_BYTES_OF_WEIGHT, _BYTES_OF_LEVEL = 4 * 4, 8 * 4
LIMIT = 2**32


def memory(blocks: Sequence[Block], rows: int) -> int:
    """Returns about how many bytes training on so many rows takes."""
    return 8 * rows * table_blocks.coded_width(blocks) + sum(map(_of_block, blocks))


def check(blocks: Sequence[Block]) -> None:
    """Checks that networks for these blocks take no more than 4 GiB.

    Raises:
        ValueError: If they do; the widest column is named, and what can be done.
    """
    total = sum(map(_of_block, blocks))
    if total <= LIMIT:
        return
    widest = max(blocks, key=_of_block)
    raise ValueError(
        f"Levels of all columns must take at most {LIMIT / 2**30:.0f} GiB in networks. "
        f"Received: {total / 2**30:.1f} GiB, most of it for the {widest.levels:,} "
        f"levels of column {widest.name!r}; a larger `min_count` joins rare ones, "
        f"else drop the column or make it a 'key'"
    )


def _of_block(block):
    of_rows = _BATCH * block.levels * _BYTES_OF_LEVEL
    weights = _HIDDEN * (block.levels + block.width) * _BYTES_OF_WEIGHT
    if block.dims:
        weights += block.dims * block.levels * _BYTES_OF_WEIGHT
    return of_rows + weights
