"""How the cells of a column are stored, so that decoded ones are stored alike."""

import dataclasses
import datetime
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan.core.extras import require

# Plain values of cells, by the letter of their NumPy kind: dates are whole numbers of
# their unit.
_EMPTY = {"str": "", "float": 0.0, "bool": False}
_CELLS = {"b": "bool", "i": "int", "u": "int", "f": "float"}
_NUMPY = {"bool": bool, "int": np.int64, "float": np.float64, "str": object}
_LARGEST = 2**62
FAMILIES: dict[str, type["Storage"]] = {}


def pandas() -> Any:
    """Returns the package pandas, an optional dependency."""
    return require("pandas", "tabular", "A table")


@dataclasses.dataclass(frozen=True)
class Storage:
    """What a column needs besides plain values to come back as it came.

    *Plain* values are a NumPy array: bool, int64, float64, objects that are strings, or
    int64 numbers of `unit` since 1970 of dates. Where a cell is missing they hold
    anything finite. A subclass is for a family of pandas' dtypes.

    Attributes:
        cells: What cells are: "bool", "int", "float", "str", "date"; "empty" if all
            are missing and the dtype does not say.
    """

    cells: str

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        FAMILIES[cls.__name__.lower()] = cls

    @property
    def dtype(self) -> str:
        """The dtype in words, for messages and comparisons."""
        raise NotImplementedError

    def read(self, series: Any) -> tuple[np.ndarray, np.ndarray]:
        """Returns plain values, and whether each is missing."""
        raise NotImplementedError

    def restore(self, values: Sequence | np.ndarray, missing: np.ndarray) -> Any:
        """Returns an array for pandas from plain values; the inverse of `read`."""
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """Returns the plain value of a user's, or raises a `TypeError`."""
        kinds = {"bool": (bool, np.bool_), "str": str, "int": numbers.Integral}
        if self.cells == "date":
            return plain_date(value, "D", None)
        if isinstance(value, (bool, np.bool_)) != (self.cells == "bool"):
            raise TypeError
        if self.cells == "int" and isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, kinds.get(self.cells, numbers.Real)):
            raise TypeError
        return {"str": str, "int": int, "bool": bool}.get(self.cells, float)(value)

    def public(self, values: Sequence) -> list:
        """Returns plain values as a user knows them: dates are not numbers."""
        return list(values)

    def array(self, values: Sequence | np.ndarray) -> np.ndarray:
        """Returns a list of plain values as an array of their NumPy dtype."""
        return np.asarray(list(values), _NUMPY.get(self.cells, np.int64))

    def get_config(self) -> dict:
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name, value in fields.items():
            if isinstance(value, Storage):
                fields[name] = value.get_config()
            elif isinstance(value, tuple):
                fields[name] = list(value)
        return {"family": type(self).__name__.lower(), **fields}


def from_config(config: dict) -> Storage:
    """Returns the storage that `get_config` described."""
    config = dict(config)
    family = FAMILIES[config.pop("family")]
    read = {dict: from_config, list: tuple}
    return family(**{n: read.get(type(v), lambda v: v)(v) for n, v in config.items()})


def plain_date(value: Any, unit: str, zone: str | None) -> int:
    """Returns the number of units since 1970 of a user's date, or a `TypeError`."""
    try:
        stamp = pandas().Timestamp(value)
    except (ValueError, TypeError):
        raise TypeError from None
    if isinstance(value, numbers.Number) or stamp is pandas().NaT:
        raise TypeError
    if zone is not None and stamp.tzinfo is None:
        stamp = stamp.tz_localize(zone)
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert(None)
    return int(stamp.to_datetime64().astype(f"datetime64[{unit}]").view(np.int64))


@dataclasses.dataclass(frozen=True)
class NumPy(Storage):
    """Plain NumPy dtypes: bool, int8 to uint64, float16 to float64."""

    name: str

    @property
    def dtype(self):
        return self.name

    def read(self, series):
        values = series.to_numpy().astype(_NUMPY[self.cells])
        if self.cells != "float":
            return values, np.zeros(len(values), bool)
        missing = np.isnan(values)
        return np.where(missing, 0.0, values), missing

    def restore(self, values, missing):
        values = self.array(values) if isinstance(values, list) else values
        if self.cells == "float":
            values = np.where(missing, np.nan, values)
        return values.astype(self.name)


@dataclasses.dataclass(frozen=True)
class Masked(Storage):
    """Dtypes of pandas with a mask: Int8 to UInt64, Float32, Float64, boolean."""

    name: str

    @property
    def dtype(self):
        return self.name

    def read(self, series):
        missing = series.isna().to_numpy(bool)
        empty = _EMPTY.get(self.cells, 0)
        values = series.to_numpy(_NUMPY[self.cells], na_value=empty)
        if self.cells == "float":  # pandas before 3 knows both NA and NaN
            missing = missing | np.isnan(values)
            values = np.where(missing, 0.0, values)
        return values, missing

    def restore(self, values, missing):
        array = pandas().array(self.array(values), dtype=self.name)
        array[missing] = pandas().NA
        return array


@dataclasses.dataclass(frozen=True)
class String(Storage):
    """Strings of pandas: `str` (`missing` is "nan") and `string` ("NA").

    Attributes:
        where: "python" or "pyarrow", where they are stored.
    """

    where: str
    missing: str

    @property
    def dtype(self):
        return "str" if self.missing == "nan" else f"string[{self.where}]"

    def read(self, series):
        return _strings(series)

    def restore(self, values, missing):
        na = np.nan if self.missing == "nan" else pandas().NA
        dtype = pandas().StringDtype(self.where, na_value=na)
        return pandas().array(_with(values, missing, na), dtype=dtype)


@dataclasses.dataclass(frozen=True)
class Objects(Storage):
    """Python objects of one type: str, bool, int, float, `datetime.date`.

    Attributes:
        missing: What missing cells are: "None", "nan", "NA" or "NaT".
    """

    missing: str

    @property
    def dtype(self):
        return "object"

    def read(self, series):
        if self.cells == "str":
            return _strings(series)
        missing = series.isna().to_numpy(bool)
        known = series.to_numpy(object)[~missing].tolist()
        values = np.zeros(len(missing), _NUMPY.get(self.cells, np.int64))
        if self.cells == "date":
            known = np.asarray(known, "datetime64[D]").view(np.int64)
        if self.cells != "empty":
            values[~missing] = known
        return values, missing

    def restore(self, values, missing):
        names = {"None": None, "nan": np.nan}
        na = names.get(self.missing, getattr(pandas(), self.missing, None))
        if self.cells == "date":
            values = self.array(values).view("datetime64[D]").astype(object)
        return _with(values, missing, na)

    def public(self, values):
        if self.cells != "date":
            return list(values)
        return list(self.restore(list(values), np.zeros(len(values), bool)))


@dataclasses.dataclass(frozen=True)
class Dates(Storage):
    """`datetime64[unit]`, with a time zone or without.

    Attributes:
        unit: "s", "ms", "us" or "ns".
        zone: Name of the time zone, or None; plain values are of UTC.
    """

    unit: str
    zone: str | None

    @property
    def dtype(self):
        return f"datetime64[{self.unit}{f', {self.zone}' if self.zone else ''}]"

    def read(self, series):
        plain = series.dt.tz_convert(None) if self.zone else series
        values = plain.to_numpy().astype(f"datetime64[{self.unit}]")
        return values.view(np.int64), np.isnat(values)

    def restore(self, values, missing):
        stamps = self.array(values).view(f"datetime64[{self.unit}]").copy()
        stamps[missing] = "NaT"
        index = pandas().DatetimeIndex(stamps)
        if self.zone:
            index = index.tz_localize("UTC").tz_convert(self.zone)
        return index.array

    def plain(self, value):
        return plain_date(value, self.unit, self.zone)

    def public(self, values):
        return list(self.restore(list(values), np.zeros(len(values), bool)))


@dataclasses.dataclass(frozen=True)
class Categorical(Storage):
    """`category`: plain values are those of the categories.

    Attributes:
        of: Storage of the categories.
        categories: All of them, in their order, plain.
        ordered: Whether their order means something.
    """

    of: Storage
    categories: tuple
    ordered: bool

    @property
    def dtype(self):
        return "category"

    def read(self, series):
        codes = series.cat.codes.to_numpy()
        values = np.append(self.array(self.categories), self.array(self.categories[:1]))
        if not len(values):
            values = np.zeros(1, _NUMPY.get(self.cells, np.int64))
        return values[codes], codes < 0

    def restore(self, values, missing):
        number = {category: code for code, category in enumerate(self.categories)}
        missing = np.asarray(missing).tolist()
        codes = [
            -1 if m else number[v] for v, m in zip(list(values), missing, strict=True)
        ]
        none = np.zeros(len(self.categories), bool)
        kept = self.of.restore(list(self.categories), none)
        kept = pandas().Index(kept, dtype=kept.dtype)
        return pandas().Categorical.from_codes(codes, kept, ordered=self.ordered)

    def plain(self, value):
        return self.of.plain(value)

    def public(self, values):
        return self.of.public(values)


@dataclasses.dataclass(frozen=True)
class Arrow(Storage):
    """Dtypes of Arrow: numbers, booleans, strings, timestamps and dates of days.

    Attributes:
        name: Alias of the type in Arrow, "timestamp" for these.
        unit: Of dates: "D", "s", "ms", "us" or "ns".
        zone: Name of the time zone of timestamps, or None.
    """

    name: str
    unit: str | None = None
    zone: str | None = None

    @property
    def dtype(self):
        inside = self.unit and self.unit + (f", tz={self.zone}" if self.zone else "")
        return f"{self.name}{f'[{inside}]' if inside else ''}[pyarrow]"

    def read(self, series):
        missing = series.isna().to_numpy(bool)
        if self.cells == "str":
            return _strings(series)
        if self.cells != "date":
            empty = _EMPTY.get(self.cells, 0)
            values = series.to_numpy(_NUMPY[self.cells], na_value=empty)
            if self.cells == "float":  # Arrow knows both null and NaN
                missing = missing | np.isnan(values)
                values = np.where(missing, 0.0, values)
            return values, missing
        arrow = require("pyarrow", "tabular", "A table")
        array = arrow.array(series.array)
        if isinstance(array, arrow.ChunkedArray):
            array = array.combine_chunks()
        width = arrow.int32() if self.unit == "D" else arrow.int64()
        values = array.cast(width).fill_null(0).to_numpy(zero_copy_only=False)
        return values.astype(np.int64), missing

    def restore(self, values, missing):
        arrow = require("pyarrow", "tabular", "A table")
        plain = self.array(values)
        if self.name == "timestamp":
            to = arrow.timestamp(self.unit, self.zone)
        else:
            to = arrow.type_for_alias(self.name)
        if self.name == "date32":
            plain = plain.astype(np.int32)
        array = arrow.array(plain, mask=np.asarray(missing, bool)).cast(to)
        return pandas().arrays.ArrowExtensionArray(array)

    def plain(self, value):
        if self.cells != "date":
            return super().plain(value)
        return plain_date(value, self.unit, self.zone)

    def public(self, values):
        if self.cells != "date":
            return list(values)
        if self.unit == "D":
            return Objects("date", "None").public(values)
        return Dates("date", self.unit, self.zone).public(values)


def unit_of(storage: Storage) -> str:
    """Returns the unit of a storage of dates."""
    return getattr(storage, "unit", None) or "D"


def _strings(series):
    missing = series.isna().to_numpy(bool)
    values = series.to_numpy(object)
    return np.where(missing, "", values), missing


def _with(values, missing, na):
    """Returns an array of objects in which missing cells are `na`."""
    array = np.empty(len(values), object)
    array[:] = values if isinstance(values, list) else values.tolist()
    array[np.asarray(missing, bool)] = na
    return array


def is_date(value: Any) -> bool:
    """Whether a cell is a date without a time."""
    return isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)


def only(storage: Categorical, levels: Sequence) -> Categorical:
    """Returns the storage of a `category` with these categories alone, in its order.

    Levels that are none of its categories come last.
    """
    wanted, known = set(levels), set(storage.categories)
    kept = [category for category in storage.categories if category in wanted]
    new = [level for level in levels if level not in known]
    return dataclasses.replace(storage, categories=(*kept, *new))
