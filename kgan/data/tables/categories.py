"""Kinds of columns whose values are levels: categories and booleans."""

import functools
from typing import Any

import numpy as np

from kgan.core.registry import unknown
from kgan.data.tables import storage as storages
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Kind
from kgan.data.tables.level_codes import LevelCodes, rare_codes

# What comes out in place of a rare string of a table with privacy.
PLACEHOLDER = "rare"


class Category(Kind):
    """A column of levels without a distance between them.

    Of more than 256 levels those of fewer than `min_count` rows are joined to one, in
    which x chooses: they come out as often as they were.

    Args:
        rare: A value that stands for all levels of fewer than `min_count` rows, which
            then are not kept; None: each comes out as it is. With privacy it is "rare"
            for strings if not given, and the nearest frequent level for numbers.

    Example: `table.override({"zip": kgan.tabular.Category(rare="other")})`
    """

    state = ("levels", "shares", "kept", "missing_share", "fallback")

    def __init__(self, rare: Any = None):
        self.rare = rare

    def fit_state(self, column, rules):
        levels, counts = list(column.levels), column.counts
        self.kept, self.fallback = None, None
        if self.rare is not None or rules.privacy:
            levels, counts = self._without_rare(levels, counts, rules)
        else:
            joined = rare_codes(counts, rules.min_count)
            self.kept = np.flatnonzero(~joined).tolist() if joined.any() else None
        self.levels, self.shares = levels, (counts / len(column)).tolist()
        self.missing_share = column.num_missing / len(column)

    def _without_rare(self, levels, counts, rules):
        """Returns frequent levels alone, and sets what stands for the others."""
        rare = counts < rules.min_count
        placeholder = None if self.rare is None else self.plain(self.rare)
        if placeholder is None and self.storage.cells == "str":
            placeholder = PLACEHOLDER
        kept = [level for level, r in zip(levels, rare, strict=True) if not r]
        number, own = {level: code for code, level in enumerate(kept)}, counts[~rare]
        if placeholder is None:
            if not kept:
                raise ValueError(
                    f"Column {self.column!r} must have a value of at least "
                    f"{rules.min_count} rows to be a category of a table with privacy. "
                    f"Received: at most {counts.max(initial=0)} rows of one"
                )
            self.fallback = "nearest"
            codes = _nearest(kept, [v for v, r in zip(levels, rare, strict=True) if r])
        elif rare.any() or placeholder in number:
            if placeholder not in number:
                number[placeholder], kept = len(kept), [*kept, placeholder]
                own = np.append(own, 0)
            self.fallback = number[placeholder]
            codes = np.full(rare.sum(), self.fallback, np.int64)
        else:
            codes = np.zeros(0, np.int64)
        own = own + np.bincount(codes, weights=counts[rare], minlength=len(own))
        if isinstance(self.storage, storages.Categorical):
            self.storage = storages.only(self.storage, kept)
        return kept, own

    @functools.cached_property
    def _number(self):
        return {level: code for code, level in enumerate(self.levels)}

    @functools.cached_property
    def coding(self) -> LevelCodes:
        """Codes of the block: the missing value, if there is any, and the levels."""
        joined = np.zeros(len(self.levels), bool)
        if self.kept is not None:
            joined[:] = True
            joined[self.kept] = False
        if not self.missing_share:
            return LevelCodes(self.shares, joined)
        shares = [self.missing_share, *self.shares]
        return LevelCodes(shares, np.append(False, joined))

    @functools.cached_property
    def _cells(self):
        """All levels, and after them the missing value, as pandas stores them."""
        values = [*self.levels, *self.levels[:1]]
        return self.storage.restore(values, np.arange(len(values)) == len(self.levels))

    def block(self):
        return self.coding.block(str(self.column))

    def codes(self, column: Column) -> np.ndarray:
        """Returns numbers in `levels`: −1 where missing, K where it is none of them."""
        found = [self._number.get(level, -1) for level in column.levels]
        found = np.asarray(found, np.int64)
        new = found < 0
        if self.fallback == "nearest" and new.any():
            others = [v for v, n in zip(column.levels, new, strict=True) if n]
            found[new] = _nearest(self.levels, others)
        elif new.any():
            found[new] = len(self.levels) if self.fallback is None else self.fallback
        return np.append(found, -1)[column.codes]

    def known_codes(self, column: Column) -> np.ndarray:
        """Returns `codes`, checked to be of known levels."""
        codes = self.codes(column)
        if (codes == len(self.levels)).any():
            self._refuse(column, codes == len(self.levels))
        if (codes < 0).any() and not self.missing_share:
            raise ValueError(
                f"Column {self.column!r} must have no missing cells, as in training. "
                f"Received: {int((codes < 0).sum())} rows"
            )
        return codes

    def encode(self, column):
        codes = self.known_codes(column)
        return self.coding.encode(codes + 1 if self.missing_share else codes)

    def _refuse(self, column, wrong):
        level, rows = column.first(wrong), int(wrong.sum())
        what = f"A level of column {self.column!r} must be one of"
        message = unknown(what, level, self.storage.public(self.levels[:50]))
        raise ValueError(f"{message.removesuffix('.')} ({rows} rows with new levels)")

    def decode_codes(self, levels: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns numbers in `levels`, −1 where missing, of a block's levels."""
        codes = self.coding.decode(levels, places)
        return codes - 1 if self.missing_share else codes

    def cells_of(self, codes: np.ndarray) -> Any:
        """Returns an array for pandas from numbers in `levels`, −1 where missing."""
        return self._cells.take(np.where(codes < 0, len(self.levels), codes))

    def decode(self, levels, places):
        return self.cells_of(self.decode_codes(levels, places))

    def measured(self, column):
        codes = self.codes(column)
        return np.where(codes < 0, np.nan, codes)

    def wanted_codes(self, asked: Asked) -> np.ndarray:
        """Returns which of the levels, and last the missing one, are asked for, bool.

        Raises:
            ValueError: If a value is none of the levels.
        """
        for value in asked.values:
            try:
                known = self.storage.plain(value) in self._number
            except TypeError:
                known = False
            if not known:
                what = f"A level of column {self.column!r} must be one of"
                public = self.storage.public(self.levels)
                raise ValueError(unknown(what, value, map(str, public)))
        if asked.missing and not self.missing_share:
            raise ValueError(
                f"Column {self.column!r} must have missing cells in training to be "
                f"asked for. Received: None"
            )
        return np.append(asked.of(self, self.storage.array(self.levels)), asked.missing)

    def mask_of(self, wanted: np.ndarray) -> tuple[np.ndarray, bool]:
        """Returns `mask` for wanted levels, the missing one the last of them."""
        first = wanted[-1:] if self.missing_share else wanted[:0]
        return self.coding.mask(np.concatenate([first, wanted[:-1]]))

    def mask(self, asked):
        return self.mask_of(self.wanted_codes(asked))

    def summary(self):
        if self.kept is None:
            return ""
        return f"{len(self.levels) - len(self.kept):,} of them rare"


class Boolean(Category):
    """A column of two levels, mostly False and True."""

    def __init__(self):
        super().__init__()

    def fit_state(self, column, rules):
        if len(column.levels) > 2:
            raise ValueError(
                f"Column {column.name!r} must have two values to be boolean. Received: "
                f"{len(column.levels)}"
            )
        super().fit_state(column, rules)


def _nearest(levels, values):
    """Returns the number of the level nearest to each value."""
    ends = np.asarray(levels, np.float64)
    places = np.asarray(values, np.float64)
    order = np.argsort(ends)
    middles = 0.5 * (ends[order][1:] + ends[order][:-1])
    return order[np.searchsorted(middles, places)]
