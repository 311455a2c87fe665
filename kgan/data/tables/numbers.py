"""Kinds of columns of numbers: integers and reals."""

from typing import Any

import numpy as np

from kgan.core.table_blocks import Block
from kgan.data.tables.column import Categorical, Column
from kgan.data.tables.grid import Grid
from kgan.data.tables.kinds import Kind
from kgan.data.tables.marginal import Marginal


class Number(Kind, base=True):
    """Base of numbers and dates: a block of [missing][spikes][bins], and a place.

    *Model* values are what is described: numbers themselves, of dates those of the
    clock or the calendar. They lie on a grid, or are any reals.

    Args:
        minimum: Bound of the values, which the data must keep; None: their smallest.
            Nothing beyond the data's own bounds comes out.
        maximum: The same.
        step: Distance of neighbouring values, which the data must keep; None: learnt.
        offset: A value, from which the others lie whole steps away; None: 0.
    """

    state = ("grid", "marginal", "missing_share")
    cells: tuple[str, ...] = ("int", "float")
    called = "numbers"

    def __init__(
        self,
        minimum: Any = None,
        maximum: Any = None,
        step: Any = None,
        offset: Any = None,
    ):
        given = map(json_value, (minimum, maximum, step, offset))
        self.minimum, self.maximum, self.step, self.offset = given

    def fit_state(self, column, rules):
        if isinstance(column.storage, Categorical):
            raise ValueError(
                f"Column {column.name!r} must hold {self.called}, and no categories, "
                f"which keep all values: df[{column.name!r}].astype(...). Received: "
                f"{column.storage.dtype}"
            )
        if column.storage.cells not in self.cells:
            raise ValueError(
                f"Column {column.name!r} must hold {self.called}. Received: cells of "
                f"dtype {column.storage.dtype}"
            )
        known = self.read(column.known)
        if not len(known):
            raise ValueError(
                f"Column {column.name!r} must hold {self.called}. Received: missing "
                f"cells alone"
            )
        self._check_bounds(column, known)
        model = self.to_model(known)
        self.grid = self._fit_grid(column, model)
        try:
            self.marginal = Marginal.fit(
                self.ticks(model),
                step=None if self.grid is None else 1.0,
                min_count=rules.min_count,
                private=rules.privacy,
            )
        except OverflowError:
            raise ValueError(
                f"Column {column.name!r} must hold numbers within 62 bits of each "
                f"other. Received: {known.min()} to {known.max()}"
            ) from None
        except ValueError as error:
            raise ValueError(f"Column {column.name!r}: {error}") from None
        self.missing_share = column.num_missing / len(column)

    def fit_grid(self, column: Column) -> Grid | None:
        """Returns the grid of a column's numbers, None of reals."""
        self.column, self.storage = column.name, column.storage
        return self.learn_grid(column.known)

    def _check_bounds(self, column, known):
        low = -np.inf if self.minimum is None else self.plain(self.minimum)
        high = np.inf if self.maximum is None else self.plain(self.maximum)
        wrong = (known < low) | (known > high)
        if wrong.any():
            ends = f"{self.minimum!s} to {self.maximum!s}".replace("None", "any")
            self._refuse(column, wrong, f"lie within {ends}")

    def _fit_grid(self, column, model):
        if self.step is None:
            return self.learn_grid(model)
        grid = self.given_grid()
        fits = grid.fits(model, self.precision)
        if not fits.all():
            offset = "" if self.offset is None else f" from {self.offset}"
            self._refuse(column, ~fits, f"lie whole steps of {self.step}{offset} apart")
        return grid

    def _refuse(self, column, wrong, what):
        """Raises an error for rows, those of a mask over the column's known values."""
        rows = np.zeros(len(column), bool)
        rows[~column.missing] = wrong
        raise ValueError(
            f"Column {column.name!r} must {what}. Received: {column.first(rows)!s} "
            f"({int(rows.sum())} rows do not)"
        )

    def learn_grid(self, model: np.ndarray) -> Grid | None:
        """Returns the grid of model values, or None."""
        return Grid.learn(model, self.precision)

    def given_grid(self) -> Grid:
        """Returns the grid of the arguments."""
        return Grid.given(self.step, self.offset or 0)

    @property
    def precision(self) -> np.dtype:
        """NumPy dtype of the column's numbers, of floats as narrow as they are."""
        if self.storage.cells != "float":
            return np.dtype(np.int64)
        narrow = next((n for n in ("16", "32") if n in self.storage.dtype), "64")
        return np.dtype(f"float{narrow}")

    def read(self, values: np.ndarray) -> np.ndarray:
        """Returns plain values as numbers."""
        return values

    def to_model(self, values: np.ndarray) -> np.ndarray:
        """Returns model values of plain numbers."""
        return values

    def from_model(self, values: np.ndarray) -> np.ndarray:
        """Returns plain numbers of model values."""
        return values

    def restore(self, values: np.ndarray, missing: np.ndarray) -> Any:
        """Returns an array for pandas from plain numbers."""
        return self.storage.restore(values, missing)

    def ticks(self, model: np.ndarray) -> np.ndarray:
        """Returns float64 numbers of the marginal from model values."""
        if self.grid is None:
            return np.asarray(model, np.float64)
        return self.grid.ticks(model)

    def from_ticks(self, ticks: np.ndarray) -> np.ndarray:
        """Returns model values from numbers of the marginal."""
        if self.grid is None:
            return ticks
        whole = np.int64 if self.precision.kind == "i" else np.float64
        return self.grid.values(ticks, whole)

    def nearest(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the nearest plain numbers that the column can hold."""
        return self.rounded(self.from_ticks(self.ticks(self.to_model(numbers))))

    def rounded(self, model: np.ndarray) -> np.ndarray:
        """Returns plain numbers, as they are once they are stored."""
        numbers = self.from_model(model)
        return numbers.astype(self.precision).astype(numbers.dtype)

    def moved(self, numbers: np.ndarray, direction: int) -> np.ndarray:
        """Returns the plain numbers after those of the column, or before: ±1."""
        if self.grid is not None:
            ticks = self.ticks(self.to_model(numbers)) + direction
            return self.rounded(self.from_ticks(ticks))
        stored = numbers.astype(self.precision)
        end = np.asarray(direction * np.inf, self.precision)
        return np.nextafter(stored, end).astype(numbers.dtype)

    def largest(self, maximum: Any) -> Any:
        """Returns the largest plain number of the grid up to a maximum."""
        model = self.to_model(np.asarray([maximum]))
        if self.grid is not None:
            last = self.grid.bounds(None, model[0])[1]
            model = self.from_ticks(np.asarray([last]))
        return self.rounded(model)[0]

    @property
    def bounds(self) -> tuple[Any, Any]:
        """Smallest and largest plain number that comes out."""
        ends = np.asarray([self.marginal.minimum, self.marginal.maximum])
        low, high = self.rounded(self.from_ticks(ends))
        return low, high

    def block(self):
        return number_block(self.column, self.missing_share, self.marginal)

    def encode(self, column):
        self.check_missing(column)
        first = 1 if self.missing_share else 0
        levels, places = np.zeros(len(column), np.int64), np.zeros(len(column))
        known = ~column.missing
        found = self.marginal.encode(self.ticks(self.to_model(self.read(column.known))))
        levels[known], places[known] = found[0] + first, found[1]
        return levels, places

    def check_missing(self, column: Column) -> None:
        """Checks that cells are missing only where they were in training."""
        if column.num_missing and not self.missing_share:
            raise ValueError(
                f"Column {self.column!r} must have no missing cells, as in training. "
                f"Received: {column.num_missing} rows"
            )

    def decode_plain(self, levels, places) -> tuple[np.ndarray, np.ndarray]:
        """Returns plain numbers, and whether each is missing."""
        number = levels - (1 if self.missing_share else 0)
        ticks = self.marginal.decode(np.maximum(number, 0), places)
        return self.rounded(self.from_ticks(ticks)), number < 0

    def decode(self, levels, places):
        return self.restore(*self.decode_plain(levels, places))

    def measured(self, column):
        numbers = self.read(column.values).astype(np.float64)
        return np.where(column.missing, np.nan, numbers)

    def mask(self, asked):
        if asked.missing and not self.missing_share:
            raise ValueError(
                f"Column {self.column!r} must have missing cells in training to be "
                f"asked for. Received: None"
            )
        levels, certain = self._mask_of_marginal(asked)
        if self.missing_share:
            levels = np.append(asked.missing, levels)
            certain = np.append(True, certain)
        return levels, bool((certain | ~levels).all())

    def _mask_of_marginal(self, asked):
        if asked.is_range:
            low, high = (
                None if end is None else self.to_model(np.asarray([end]))[0]
                for end in asked.plain_range(self)
            )
            if self.grid is None:
                low, high = _open(low, -np.inf), _open(high, np.inf)
                return self.marginal.mask(low=low, high=high)
            low, high = self.grid.bounds(low, high)
            can, _ = self.marginal.mask(low=low, high=high)
            return can, self.marginal.mask(low=low - 0.5, high=high + 0.5)[1]
        dtype = np.int64 if self.precision.kind == "i" else np.float64
        model = self.to_model(np.asarray(asked.plain_values(self), dtype))
        if self.grid is not None:
            model = model[self.grid.fits(model, self.precision)]
        return self.marginal.mask(values=self.ticks(model))

    def summary(self):
        low, high = map(self._shown, self.bounds)
        return f"{low} to {high}"

    def _shown(self, number):
        return f"{number:.6g}"


class Integer(Number):
    """A column of whole numbers, of any dtype that holds them.

    Example: `table.override({"age": kgan.tabular.Integer(minimum=17, maximum=90)})`
    """

    def learn_grid(self, model):
        grid = super().learn_grid(model)
        if grid is None or grid.decimals:
            raise ValueError(
                f"Column {self.column!r} must hold integers. Received: real numbers"
            )
        return grid

    def _shown(self, number):
        return f"{int(number)}"


class Real(Number):
    """A column of real numbers.

    Where all of them have at most six decimals, decoded ones have no more.
    """


def _open(end, infinite):
    return infinite if end is None else end


def json_value(value: Any) -> Any:
    """Returns a user's number or date as JSON holds it: dates are strings."""
    if isinstance(value, np.number) and not isinstance(value, np.timedelta64):
        return value.item()
    return value if value is None or isinstance(value, (int, float)) else str(value)


def number_block(name: Any, missing_share: float, marginal: Marginal) -> Block:
    """Returns the block of numbers: [missing, if any is][spikes][bins]."""
    shares = [share * (1.0 - missing_share) for share in marginal.shares]
    places = list(marginal.places)
    if missing_share:
        shares, places = [missing_share, *shares], [False, *places]
    return Block(str(name), tuple(shares), tuple(places))
