"""Columns that another one determines: they are looked up, and not modelled."""

import dataclasses
import functools
from typing import Any

import numpy as np

from kgan.data.tables.categories import Category
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Kind

_SOME_ROWS = 1000  # most pairs of columns are told apart by so many


@dataclasses.dataclass(frozen=True)
class Lookup:
    """The values of a column for each level of the one that determines it.

    Attributes:
        kind: Fitted kind of the column.
        source: Fitted category that determines it.
        values: Plain value for each level of the source, and last for its missing one;
            None is missing.
    """

    kind: Kind
    source: Category
    values: tuple

    @classmethod
    def learn(
        cls, kind: Kind, source: Category, columns: dict[Any, Column]
    ) -> "Lookup":
        """Returns the lookup of a column that was found to be determined."""
        column, codes = columns[kind.column], source.codes(columns[source.column])
        first = _first_rows(codes + 1, len(source.levels) + 1)
        first = np.append(first[1:], first[0])
        values = column.values.tolist()
        cells = [
            None if row < 0 or column.missing[row] else values[row] for row in first
        ]
        return cls(kind, source, tuple(cells))

    @functools.cached_property
    def _filled(self):
        """Values, and one that some level has where they are missing."""
        known = next(value for value in self.values if value is not None)
        return [known if value is None else value for value in self.values]

    @functools.cached_property
    def _missing(self):
        return np.asarray([value is None for value in self.values])

    @functools.cached_property
    def _cells(self):
        return self.kind.storage.restore(self._filled, self._missing)

    def check(self, columns: dict[Any, Column]) -> None:
        """Checks that a frame's rows keep to the lookup."""
        column, source = columns[self.kind.column], columns[self.source.column]
        codes = self.source.codes(source)
        known = codes < len(self.source.levels)  # the source refuses others itself
        missing = self._missing[codes[known]]
        expected = self.kind.storage.array(self._filled)[codes[known]]
        wrong = np.zeros(len(column), bool)
        wrong[known] = (column.missing[known] != missing) | (
            ~missing & (column.values[known] != expected)
        )
        if wrong.any():
            raise ValueError(
                f"Column {column.name!r} must follow from {source.name!r}, as in "
                f"training. Received: {column.first(wrong)} beside "
                f"{source.first(wrong)} ({int(wrong.sum())} rows do not)"
            )

    def cells_of(self, codes: np.ndarray) -> Any:
        """Returns an array for pandas from the source's codes, −1 where missing."""
        return self._cells.take(np.where(codes < 0, len(self.values) - 1, codes))

    def mask(self, asked: Asked) -> tuple[np.ndarray, bool]:
        """Returns which of the source's levels mean what is asked for, and if only."""
        wanted = self._missing & asked.missing
        known = [value for value in self.values if value is not None]
        if isinstance(self.kind, Category):
            of_level = self.kind.wanted_codes(asked)
            number = {level: code for code, level in enumerate(self.kind.levels)}
            of_known = of_level[[number[value] for value in known]]
        else:
            of_known = self.kind.wanted(self.kind.storage.array(known), asked)
        wanted[~self._missing] = of_known
        return self.source.mask_of(wanted)

    def get_config(self) -> dict:
        return {
            "column": self.kind.column,
            "source": self.source.column,
            "values": list(self.values),
        }

    @classmethod
    def from_config(cls, config: dict, kinds: dict[Any, Kind]) -> "Lookup":
        """Returns the lookup that `get_config` described, of fitted kinds."""
        column, source = kinds[config["column"]], kinds[config["source"]]
        return cls(column, source, tuple(config["values"]))


def find(
    columns: dict[Any, Column], kinds: dict[Any, Kind], min_count: int
) -> dict[Any, Any]:
    """Returns the columns that another one determines, each with that one.

    A category A determines B if all rows of equal A, at least `min_count` for each of
    its values, have equal B. Of two that determine each other the later one is
    dropped. A determining column is never dropped itself.

    Args:
        columns: Columns by name, in order.
        kinds: Fitted kinds of those that may be dropped, or determine others.
        min_count: Rows of each value of A.
    """
    codes = {name: columns[name].codes + 1 for name in kinds}
    sizes = {name: len(np.unique(code)) for name, code in codes.items()}
    order = {name: number for number, name in enumerate(kinds)}
    sources = {}
    for name, kind in kinds.items():
        counts = np.bincount(codes[name])
        if isinstance(kind, Category) and counts[counts > 0].min() >= min_count:
            sources[name] = _first_rows(codes[name], len(counts))
    found = {}
    for name in kinds:
        for source in sorted(sources, key=lambda s: (sizes[s], order[s])):
            # Of equal sizes each determines the other.
            later = order[source] < order[name] or name not in sources
            able = sizes[source] > sizes[name] or (
                sizes[source] == sizes[name] and later
            )
            if source == name or not able:
                continue
            if _determines(codes[source], sources[source], codes[name]):
                found[name] = source
                break
    return {name: _kept(source, found) for name, source in found.items()}


def _kept(source, found):
    while source in found:
        source = found[source]
    return source


def _first_rows(codes, count):
    """Returns the first row of each code, −1 of those without rows."""
    first = np.full(count, -1, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _determines(source, first, codes):
    """Whether all rows have the code of the first row with their source."""
    some = slice(_SOME_ROWS)
    if (codes[first[source[some]]] != codes[some]).any():
        return False
    return bool((codes[first[source]] == codes).all())
