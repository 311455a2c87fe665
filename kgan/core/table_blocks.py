"""Blocks: a column of a table as networks see it, a level and a place within it."""

import dataclasses
from collections.abc import Iterator, Sequence

# Dimensions of the code vector of a level, where one-hot would be too wide.
CODE_DIMS = 32


@dataclasses.dataclass(frozen=True)
class Block:
    """One modelled column: K levels, of which some have a place x in [−1, 1].

    A *coded* row holds for each block the number of its level, and after it, where a
    level of the block has places, x (0 at levels without). A row as networks see it has
    one-hot levels in place of the number, or of more than `dims` > 0 a code vector.

    Attributes:
        name: The column, for messages.
        shares: Frequency of each level in the data, sum 1.
        places: Whether each level has places: a bin of numbers, rare levels together.
        dims: Length of a level's code vector; 0: one-hot.
    """

    name: str
    shares: tuple[float, ...]
    places: tuple[bool, ...]
    dims: int = 0

    @property
    def levels(self) -> int:
        """K, the number of levels."""
        return len(self.shares)

    @property
    def has_place(self) -> bool:
        """Whether a coded row holds x after the level."""
        return any(self.places)

    @property
    def coded_width(self) -> int:
        """Numbers of a coded row: 1 or 2."""
        return 1 + self.has_place

    @property
    def width(self) -> int:
        """Numbers of a row as networks see it."""
        return (self.dims or self.levels) + self.has_place

    def get_config(self) -> dict:
        return dataclasses.asdict(self)

    @classmethod
    def from_config(cls, config: dict) -> "Block":
        lists = ("shares", "places")
        return cls(**{k: tuple(v) if k in lists else v for k, v in config.items()})


def coded_width(blocks: Sequence[Block]) -> int:
    """Returns how many numbers a coded row has."""
    return sum(block.coded_width for block in blocks)


def width(blocks: Sequence[Block]) -> int:
    """Returns how many numbers a row has as networks see it."""
    return sum(block.width for block in blocks)


def noise_width(blocks: Sequence[Block]) -> int:
    """Returns how many levels all blocks have, one number of Gumbel noise for each."""
    return sum(block.levels for block in blocks)


def coded_places(blocks: Sequence[Block]) -> Iterator[tuple[Block, int]]:
    """Yields each block with the column of a coded row where its level stands."""
    first = 0
    for block in blocks:
        yield block, first
        first += block.coded_width
