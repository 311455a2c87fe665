"""Several categories as one block: only the combinations of the data come out."""

import functools
from typing import Any, Self

import numpy as np

from kgan.data.tables.categories import Category
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.level_codes import LevelCodes, rare_codes
from kgan.data.tables.parts import Part


class Combination(Part):
    """A block whose levels are combinations of the levels of some categories.

    With privacy a combination of few rows stands for the frequent one with which it
    has the most levels in common.

    Args:
        kinds: Fitted categories.
        combinations: Their codes, −1 where missing: one list for each combination.
        shares: Frequency of each.
        kept: Numbers of those that are levels of their own; None: all.
        nearest: Whether others than these stand for the most similar one.
    """

    def __init__(
        self,
        kinds: list[Category],
        combinations: list[list[int]],
        shares: list[float],
        kept: list[int] | None,
        nearest: bool,
    ):
        self.kinds, self.names = kinds, tuple(kind.column for kind in kinds)
        self.combinations, self.shares = combinations, shares
        self.kept, self.nearest = kept, nearest

    @classmethod
    def fit(
        cls, kinds: list[Category], columns: dict[Any, Column], rules: Rules
    ) -> Self:
        """Returns the part of the data's combinations."""
        codes = _codes(kinds, columns)
        found, counts = np.unique(codes, axis=0, return_counts=True)
        kept = None
        if rules.privacy:
            frequent = counts >= rules.min_count
            if not frequent.any():
                raise ValueError(
                    f"Columns {[k.column for k in kinds]} must have a combination of "
                    f"at least {rules.min_count} rows. Received: at most "
                    f"{counts.max()} rows of one"
                )
            near = _nearest(found[frequent], found)
            counts = np.bincount(near, weights=counts)
            found = found[frequent]
        elif (rare := rare_codes(counts, rules.min_count)).any():
            kept = np.flatnonzero(~rare).tolist()
        shares = (counts / counts.sum()).tolist()
        return cls(kinds, found.tolist(), shares, kept, rules.privacy)

    @functools.cached_property
    def _coding(self):
        joined = np.zeros(len(self.shares), bool)
        if self.kept is not None:
            joined[:] = True
            joined[self.kept] = False
        return LevelCodes(self.shares, joined)

    def block(self):
        return self._coding.block(", ".join(map(str, self.names)))

    def encode(self, columns):
        known, codes = np.asarray(self.combinations), _codes(self.kinds, columns)
        number = _numbered(np.concatenate([known, codes]))
        of_number = np.full(number.max() + 1, -1)
        of_number[number[: len(known)]] = np.arange(len(known))
        found = of_number[number[len(known) :]]
        new = found < 0
        if self.nearest:
            found[new] = _nearest(known, codes[new])
        elif new.any():
            cells = [columns[name].first(new) for name in self.names]
            raise ValueError(
                f"Columns {list(self.names)} must hold combinations of the training "
                f"data. Received: {cells} ({int(new.sum())} rows with new ones)"
            )
        return self._coding.encode(found)

    def decode(self, levels, places, rows):
        codes = np.asarray(self.combinations)[self._coding.decode(levels, places)]
        for kind, own in zip(self.kinds, codes.T, strict=True):
            rows.codes[kind.column] = own
            rows.cells[kind.column] = kind.cells_of(own)

    def mask(self, name, asked: Asked):
        place = self.names.index(name)
        wanted = self.kinds[place].wanted_codes(asked)
        # The missing one has the code −1, and stands last among the wanted.
        return self._coding.mask(wanted[np.asarray(self.combinations)[:, place]])

    def get_config(self) -> dict:
        return {
            "part": "combination",
            "columns": list(self.names),
            "combinations": self.combinations,
            "shares": self.shares,
            "kept": self.kept,
            "nearest": self.nearest,
        }


def _codes(kinds, columns):
    """Codes of all kinds, int64 of shape `(rows, kinds)`, checked to be known."""
    codes = [kind.known_codes(columns[kind.column]) for kind in kinds]
    return np.stack(codes, axis=1)


def _numbered(codes):
    """Returns equal numbers for equal rows of codes."""
    number = np.zeros(len(codes), np.int64)
    for own in codes.T:
        number = number * (own.max() + 2) + own + 1
        number = np.unique(number, return_inverse=True)[1]
    return number


def _nearest(known, codes):
    """Returns for each row of codes the known one with the most equal entries."""
    distinct, number = np.unique(codes, axis=0, return_inverse=True)
    near = [int((known == row).sum(1).argmax()) for row in distinct]
    return np.asarray(near, np.int64)[number.reshape(-1)]
