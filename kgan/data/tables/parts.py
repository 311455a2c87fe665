"""Parts of a row: each is one block, and stands for one or more columns."""

import dataclasses
from typing import Any

import numpy as np

from kgan.core.table_blocks import Block
from kgan.data.tables.categories import Category
from kgan.data.tables.kinds import Asked, Kind


@dataclasses.dataclass
class Rows:
    """What has been decoded of some rows, by column.

    Attributes:
        cells: Arrays for pandas.
        codes: Numbers of levels, −1 where missing, of categories.
        numbers: Plain numbers, and whether each is missing, of numbers and dates.
    """

    cells: dict = dataclasses.field(default_factory=dict)
    codes: dict = dataclasses.field(default_factory=dict)
    numbers: dict = dataclasses.field(default_factory=dict)


class Part:
    """Base of all parts."""

    names: tuple

    def block(self) -> Block:
        """Returns the block of a coded row."""
        raise NotImplementedError

    def encode(self, columns: dict) -> tuple[np.ndarray, np.ndarray]:
        """Returns levels and places from columns by name."""
        raise NotImplementedError

    def decode(self, levels: np.ndarray, places: np.ndarray, rows: Rows) -> None:
        """Adds the part's columns to decoded rows."""
        raise NotImplementedError

    def mask(self, name: Any, asked: Asked) -> tuple[np.ndarray, bool]:
        """Returns which levels can be what is asked of a column, and if always."""
        raise NotImplementedError

    def get_config(self) -> dict:
        raise NotImplementedError


class Single(Part):
    """The part of one column by itself.

    Attributes:
        ceiling: Bound of plain numbers that a column above leaves, or None.
    """

    def __init__(self, kind: Kind):
        self.kind = kind
        self.names = (kind.column,)
        self.ceiling = None

    def block(self):
        return self.kind.block()

    def encode(self, columns):
        return self.kind.encode(columns[self.kind.column])

    def decode(self, levels, places, rows):
        name, kind = self.kind.column, self.kind
        if isinstance(kind, Category):
            rows.codes[name] = kind.decode_codes(levels, places)
            rows.cells[name] = kind.cells_of(rows.codes[name])
        else:
            numbers, missing = kind.decode_plain(levels, places)
            if self.ceiling is not None:
                numbers = np.minimum(numbers, self.ceiling)
            rows.numbers[name] = (numbers, missing)
            rows.cells[name] = kind.restore(*rows.numbers[name])

    def mask(self, name, asked):
        return self.kind.mask(asked)

    def get_config(self):
        return {"part": "single", "column": self.kind.column}
