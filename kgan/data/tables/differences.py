"""A column above another one: its difference to it is modelled, and never negative."""

import functools
from typing import Any, Self

import numpy as np

from kgan.core.table_blocks import Block
from kgan.data.tables.column import Column
from kgan.data.tables.dates import UNITS
from kgan.data.tables.grid import Grid
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.marginal import Marginal
from kgan.data.tables.numbers import Number
from kgan.data.tables.parts import Part, Rows

_LARGEST = 2.0**62


class Axis:
    """One scale for the plain numbers of two columns.

    Dates are whole numbers of the finer unit, numbers of few decimals those of the
    last decimal; else they are themselves, float64.

    Args:
        low: Fitted kind of a column.
        high: The same.
    """

    def __init__(self, low: Number, high: Number):
        grids = [low.grid, high.grid]
        largest = max(abs(float(end)) for kind in (low, high) for end in kind.bounds)
        self.decimals = None
        if all(grids):
            decimals = max(grid.decimals for grid in grids)
            if largest * 10.0**decimals < _LARGEST:
                self.decimals = decimals
        units = [getattr(kind, "stored_unit", "D") for kind in (low, high)]
        self.unit = max(units, key=UNITS.index)

    def _factor(self, kind):
        unit = getattr(kind, "stored_unit", self.unit)
        return int(np.timedelta64(1, unit) // np.timedelta64(1, self.unit))

    def of(self, kind: Number, numbers: np.ndarray) -> np.ndarray:
        """Returns plain numbers of a column on the scale, int64 or float64."""
        if self.decimals is None:
            return np.asarray(numbers, np.float64)
        if numbers.dtype.kind == "f":
            return np.rint(numbers * 10.0**self.decimals).astype(np.int64)
        factor = self._factor(kind)
        if factor > 1 and np.abs(numbers).max(initial=0) > _LARGEST / factor:
            raise ValueError(
                f"Dates of column {kind.column!r} must fit the unit {self.unit!r} of "
                f"the column that they are compared with. Received: others"
            )
        return numbers * factor * 10**self.decimals

    def back(self, kind: Number, places: np.ndarray) -> np.ndarray:
        """Returns plain numbers of a column that it holds, near places of the scale."""
        whole = kind.precision.kind == "i"
        if self.decimals is None:
            return kind.nearest(np.rint(places).astype(np.int64) if whole else places)
        if not whole:
            return kind.nearest(places / 10.0**self.decimals)
        size = self._factor(kind) * 10**self.decimals
        return kind.nearest((2 * places + size) // (2 * size))

    def beyond(
        self, kind: Number, places: np.ndarray, direction: int, strict: bool
    ) -> np.ndarray:
        """Returns plain numbers of a column, the nearest from places on.

        Args:
            kind: Kind of the column.
            places: On the scale.
            direction: 1 for numbers from there up, −1 down.
            strict: Whether the places themselves are too near.
        """
        found = self.back(kind, places)
        for _ in range(3):  # what is nearest lies at most a step off
            past = direction * (self.of(kind, found) - places)
            near = (past <= 0) if strict else (past < 0)
            found = np.where(near, kind.moved(found, direction), found)
        return found


class Difference(Part):
    """The block [missing][differences to `low`][values where `low` is missing].

    Args:
        low: Fitted kind of the lower column.
        high: Fitted kind of the upper column, whose part it is.
        strict: Whether they differ in each row.
        shares: Frequencies of rows in which `high` is missing, both are there, and
            `low` alone is missing.
        grid: Grid of the differences, or None.
        differences: Their marginal.
        alone: Marginal of `high` where `low` is missing, or None.

    Attributes:
        ceiling: Bound of plain numbers that a column above leaves, or None.
    """

    def __init__(
        self,
        low: Number,
        high: Number,
        strict: bool,
        shares: list[float],
        grid: Grid | None,
        differences: Marginal,
        alone: Marginal | None,
    ):
        self.low, self.high, self.strict = low, high, strict
        self.shares, self.grid = shares, grid
        self.differences, self.alone = differences, alone
        self.names = (high.column,)
        self.ceiling = None

    @classmethod
    def fit(
        cls,
        low: Number,
        high: Number,
        strict: bool,
        columns: dict[Any, Column],
        rules: Rules,
    ) -> Self:
        """Returns the part of data that keep the inequality."""
        below, above = columns[low.column], columns[high.column]
        both = ~below.missing & ~above.missing
        alone = below.missing & ~above.missing
        if not both.any():
            raise ValueError(
                f"Columns {low.column!r} and {high.column!r} must both be there in a "
                f"row to be compared. Received: none such"
            )
        axis = Axis(low, high)
        found = axis.of(high, above.values[both]) - axis.of(low, below.values[both])
        grid = None if axis.decimals is None else Grid.learn(found)
        options = {"min_count": rules.min_count, "private": rules.privacy}
        differences = Marginal.fit(
            found if grid is None else grid.ticks(found),
            step=None if grid is None else 1.0,
            **options,
        )
        own = None
        if alone.sum() >= (rules.min_count if rules.privacy else 1):
            numbers = high.ticks(high.to_model(above.values[alone]))
            own = Marginal.fit(numbers, 1.0 if high.grid else None, **options)
        shares = [float(mask.mean()) for mask in (above.missing, both, alone)]
        return cls(low, high, strict, shares, grid, differences, own)

    @functools.cached_property
    def _axis(self):
        return Axis(self.low, self.high)

    @functools.cached_property
    def _bounds(self):
        return self.high.bounds

    @functools.cached_property
    def _middle(self):
        """A frequent number of `low`, for rows where it is missing."""
        marginal = self.low.marginal
        level = np.asarray([np.argmax(marginal.shares)])
        ticks = marginal.decode(level, np.zeros(1))
        return self.low.rounded(self.low.from_ticks(ticks))[0]

    @property
    def _first(self):
        return 1 if self.shares[0] else 0

    def block(self):
        missing, both, alone = self.shares
        if self.alone is None:
            both, alone = both + alone, 0.0
        shares, places = [missing] * self._first, [False] * self._first
        for marginal, share in ((self.differences, both), (self.alone, alone)):
            if marginal is not None:
                shares += [share * own for own in marginal.shares]
                places += marginal.places
        return Block(str(self.high.column), tuple(shares), tuple(places))

    def encode(self, columns):
        below, above = columns[self.low.column], columns[self.high.column]
        self.high.check_missing(above)
        levels, places = np.zeros(len(above), np.int64), np.zeros(len(above))
        alone = below.missing & ~above.missing
        if self.alone is None:
            alone = np.zeros(len(above), bool)
        both = ~above.missing & ~alone
        low = np.where(below.missing, self._middle, below.values)[both]
        found = self._axis.of(self.high, above.values[both])
        found = np.maximum(found - self._axis.of(self.low, low), 0)
        ticks = found if self.grid is None else self.grid.ticks(found)
        own, places[both] = self.differences.encode(ticks)
        levels[both] = own + self._first
        if alone.any():
            high = self.high
            ticks = high.ticks(high.to_model(above.values[alone]))
            own, places[alone] = self.alone.encode(ticks)
            levels[alone] = own + self._first + self.differences.levels
        return levels, places

    def decode(self, levels, places, rows: Rows):
        below, below_missing = rows.numbers[self.low.column]
        number = levels - self._first
        alone = number >= self.differences.levels
        found = self._above(
            np.where(below_missing, self._middle, below), number, places
        )
        if self.alone is not None:
            own = np.maximum(number - self.differences.levels, 0)
            ticks = self.alone.decode(own, places)
            found = np.where(
                alone, self.high.rounded(self.high.from_ticks(ticks)), found
            )
        last = self._bounds[1] if self.ceiling is None else self.ceiling
        found = np.clip(found, self._bounds[0], min(last, self._bounds[1]))
        low = self._axis.of(self.low, below)
        past = self._axis.of(self.high, found) - low
        wrong = ((past <= 0) if self.strict else (past < 0)) & ~below_missing
        found[wrong] = self._axis.beyond(self.high, low[wrong], 1, self.strict)
        rows.numbers[self.high.column] = (found, number < 0)
        rows.cells[self.high.column] = self.high.restore(found, number < 0)

    def _above(self, low, number, places):
        """Returns plain numbers of `high`, the decoded differences above `low`."""
        own = np.clip(number, 0, self.differences.levels - 1)
        found = self.differences.decode(own, places)
        if self.grid is not None:
            found = self.grid.values(found, np.int64)
        return self._axis.back(self.high, self._axis.of(self.low, low) + found)

    def mask(self, name, asked: Asked):
        missing, exact = np.zeros(self._first, bool) | asked.missing, True
        self.high.mask(asked)  # it raises an error for what cannot be asked
        values = asked.is_range or bool(asked.values)
        mask = np.append(missing, np.full(self.differences.levels, values))
        if self.alone is not None:
            mask = np.append(mask, np.full(self.alone.levels, values))
        return mask, exact and not values

    def get_config(self) -> dict:
        return {
            "part": "difference",
            "columns": [self.low.column, self.high.column],
            "strict": self.strict,
            "shares": self.shares,
            "grid": self.grid and self.grid.get_config(),
            "differences": self.differences.get_config(),
            "alone": self.alone and self.alone.get_config(),
        }


def ceilings(differences: list[Difference]) -> dict[Any, Any]:
    """Returns the largest plain numbers of columns that leave room for those above.

    They follow from the given maxima of columns above them; others have none.
    """

    def ceiling(kind):
        bounds = []
        for part in differences:
            if (
                part.low.column == kind.column
                and (cap := highest(part.high)) is not None
            ):
                axis = Axis(part.low, part.high)
                place = axis.of(part.high, np.asarray([cap]))
                bounds.append(axis.beyond(part.low, place, -1, part.strict)[0])
        return min(bounds, default=None)

    def highest(kind):
        found = [ceiling(kind)]
        if kind.maximum is not None:
            found.append(kind.largest(kind.plain(kind.maximum)))
        return min((f for f in found if f is not None), default=None)

    kinds = {k.column: k for part in differences for k in (part.low, part.high)}
    return {name: ceiling(kind) for name, kind in kinds.items()}
