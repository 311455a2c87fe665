"""The kind of columns of dates, with or without times."""

from typing import Any

import numpy as np

from kgan.data.tables import storage as storages
from kgan.data.tables.grid import Grid
from kgan.data.tables.numbers import Number

UNITS = ("D", "h", "m", "s", "ms", "us", "ns")
_READ_UNIT = "us"  # of what a format describes


class Date(Number):
    """A column of dates, modelled as whole numbers of the coarsest step they all keep.

    Of a time zone the step is of the clock there if all times are midnight.

    Args:
        unit: Finest part that is modelled, one of D, h, m, s, ms, us, ns: what is finer
            is cut off. None: nothing is.
        format: How dates are written in a column of integers or strings, as in
            `"%Y%m%d"`.
        minimum: See `Number`; a date or a string.
        maximum: The same.
        step: A duration, as in `"7D"`, see `Number`.
        offset: A date.
    """

    state = (*Number.state, "wall")
    called = "dates"
    wall = False

    def __init__(
        self,
        unit: str | None = None,
        format: str | None = None,
        minimum: Any = None,
        maximum: Any = None,
        step: Any = None,
        offset: Any = None,
    ):
        if unit is not None and unit not in UNITS:
            raise ValueError(
                f"`unit` must be one of {', '.join(UNITS)}. Received: {unit!r}"
            )
        super().__init__(minimum, maximum, step, offset)
        self.unit, self.format = unit, format

    @property
    def cells(self):
        return ("date",) if self.format is None else ("int", "str")

    @property
    def stored_unit(self) -> str:
        """Unit of plain numbers."""
        if self.format is not None:
            return _READ_UNIT
        return storages.unit_of(self.storage)

    @property
    def precision(self):
        return np.dtype(np.int64)

    def fit_state(self, column, rules):
        if self.format is None and column.storage.cells in ("int", "str"):
            raise ValueError(
                f"Column {column.name!r} must hold dates. Received: cells of dtype "
                f"{column.storage.dtype}; Date(format=...) says how they are written"
            )
        if self.format is not None and column.storage.cells in self.cells:
            self._check_format(column)
        self.wall = self._is_midnight(column)
        super().fit_state(column, rules)

    def _is_midnight(self, column):
        if self._zone(column.storage) is None or not len(column.known):
            return False
        wall = self._to_wall(column.known)
        back = self._from_wall(wall)
        midnights = not (wall % self._size("D")).any()
        return midnights and bool((back == column.known).all())

    def _zone(self, storage):
        return getattr(storage, "zone", None)

    def learn_grid(self, model):
        return Grid.learn(model, self.precision, tuple(map(self._size, self._units())))

    def given_grid(self):
        step = storages.pandas().Timedelta(self.step).to_timedelta64()
        step = step.astype(f"timedelta64[{self.stored_unit}]").astype(np.int64)
        offset = 0 if self.offset is None else self.plain(self.offset)
        return Grid.given(int(step), int(self.to_model(np.asarray([offset]))[0]))

    def _units(self):
        return UNITS[: UNITS.index(self.stored_unit) + 1]

    def _size(self, unit):
        """How many units of the column are one of another."""
        if unit not in self._units():
            return 1
        return int(np.timedelta64(1, unit) // np.timedelta64(1, self.stored_unit))

    def read(self, values):
        if self.format is None:
            return values
        written, number = np.unique(values.astype(str), return_inverse=True)
        return self._parsed(written)[number]

    def _parsed(self, written):
        stamps = storages.pandas().to_datetime(
            np.asarray(written).tolist(), format=self.format
        )
        stamps = stamps.tz_convert(None) if stamps.tz is not None else stamps
        unit = f"datetime64[{_READ_UNIT}]"
        return stamps.to_numpy().astype(unit).view(np.int64)

    def _check_format(self, column):
        levels = np.asarray(column.levels)
        written = levels.astype(str)
        expected = f"Column {column.name!r} must hold dates that {self.format!r} writes"
        try:
            again = self._written(self._parsed(written))
        except ValueError as error:
            raise ValueError(f"{expected}. Received: {error}") from None
        wrong = np.flatnonzero(again != written)
        if len(wrong):
            raise ValueError(
                f"{expected}. Received: {written[wrong[0]]!r}, which it writes "
                f"{again[wrong[0]]!r}"
            )

    def _written(self, numbers):
        stamps = storages.pandas().DatetimeIndex(
            numbers.view(f"datetime64[{_READ_UNIT}]")
        )
        return stamps.strftime(self.format).to_numpy(object).astype(str)

    def restore(self, values, missing):
        if self.format is None:
            return self.storage.restore(values, missing)
        distinct, number = np.unique(values, return_inverse=True)
        written = self._written(distinct)
        cells = written.astype(np.int64 if self.storage.cells == "int" else object)
        return self.storage.restore(cells[number], missing)

    def plain(self, value):
        if self.format is None:
            return super().plain(value)
        try:
            return int(self._parsed([str(value)])[0])
        except ValueError:
            pass
        try:
            return storages.plain_date(value, _READ_UNIT, None)
        except TypeError:
            raise ValueError(
                f"A value of column {self.column!r} must be a date. Received: {value!r}"
            ) from None

    def wanted(self, values, asked):
        return asked.of(self, self.read(values))

    def to_model(self, values):
        model = self._to_wall(values) if self.wall else values
        if self.unit is None:
            return model
        return model // self._size(self.unit) * self._size(self.unit)

    def from_model(self, values):
        return self._from_wall(values) if self.wall else values

    def _to_wall(self, values):
        index = self._index(values).tz_localize("UTC").tz_convert(self.storage.zone)
        return self._numbers(index.tz_localize(None))

    def _from_wall(self, values):
        index = self._index(values).tz_localize(
            self.storage.zone,
            ambiguous=np.zeros(len(values), bool),
            nonexistent="shift_forward",
        )
        return self._numbers(index.tz_convert(None))

    def _index(self, values):
        stamps = np.asarray(values, np.int64).view(f"datetime64[{self.stored_unit}]")
        return storages.pandas().DatetimeIndex(stamps)

    def _numbers(self, index):
        stamps = index.to_numpy().astype(f"datetime64[{self.stored_unit}]")
        return stamps.view(np.int64)

    def _shown(self, number):
        stamp = np.asarray([int(number)]).view(f"datetime64[{self.stored_unit}]")[0]
        return str(stamp.astype("datetime64[D]"))
