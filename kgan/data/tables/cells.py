"""Finds how a column is stored, and refuses columns that no kind can model."""

import collections
from typing import Any

import numpy as np

from kgan.data.tables import storage as storages

# What pandas calls the cells of an object column, and what they are to us.
_OBJECTS = {
    "string": "str",
    "boolean": "bool",
    "integer": "int",
    "floating": "float",
    "date": "date",
    "empty": "empty",
}
_ADVICE = {
    "decimal": "astype(float) makes them numbers, astype(str) categories",
    "period": "dt.to_timestamp() makes them dates",
    "interval": "astype(str) makes them categories",
    "complex": "keep the real and the imaginary part as two columns",
    "timedelta": "dt.total_seconds() makes them numbers",
    "timedelta64": "dt.total_seconds() makes them numbers",
    "duration": "dt.total_seconds() makes them numbers",
    "sparse": "sparse.to_dense() stores all of them",
    "time": "astype(str) makes them categories",
    "datetime": "pandas.to_datetime makes them datetime64",
    "datetime64": "pandas.to_datetime makes them datetime64",
    "bytes": "str.decode('utf-8') makes them strings",
    "dictionary": "astype('category') keeps its levels",
    "nested": "keep each part as a column of its own",
}
_ARROW_DATES = {"date32[day]": "D"}
_ARROW_FLOATS = {"double": "float64", "float": "float32"}
_ARROW_KINDS = ("decimal", "duration", "time", "dictionary")
_NESTED = (list, dict, tuple, set, np.ndarray)


def storage_of(name: Any, series: Any) -> storages.Storage:
    """Returns how the cells of a column are stored.

    Raises:
        ValueError: If they are of no kind that a table can hold, of several, or
            infinite.
    """
    pandas, dtype = storages.pandas(), series.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        return _categorical(name, series)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return storages.Dates("date", dtype.unit, str(dtype.tz))
    if isinstance(dtype, pandas.StringDtype):
        missing = "NA" if dtype.na_value is pandas.NA else "nan"
        return storages.String("str", dtype.storage, missing)
    if isinstance(dtype, pandas.ArrowDtype):
        return _finite(name, series, _arrow(name, dtype))
    for family in ("Sparse", "Period", "Interval"):
        if isinstance(dtype, getattr(pandas, f"{family}Dtype")):
            _refuse(name, f"cells of dtype {dtype}", family.lower())
    if isinstance(dtype, np.dtype):
        return _finite(name, series, _numpy(name, series))
    cells = {"b": "bool", "i": "int", "u": "int", "f": "float"}.get(dtype.kind)
    if cells is None or not hasattr(dtype, "numpy_dtype"):
        _refuse(name, f"cells of dtype {dtype}", "")
    return _finite(name, series, storages.Masked(cells, str(dtype)))


def _numpy(name, series):
    dtype = series.dtype
    if dtype.kind == "O":
        return _objects(name, series)
    if dtype.kind == "M":
        return storages.Dates("date", np.datetime_data(dtype)[0], None)
    if dtype.kind in "mc":
        kind = "complex" if dtype.kind == "c" else "timedelta"
        _refuse(name, f"cells of dtype {dtype}", kind)
    cells = {"b": "bool", "i": "int", "u": "int", "f": "float"}.get(dtype.kind)
    if cells is None or dtype.itemsize > 8:
        _refuse(name, f"cells of dtype {dtype}", "")
    return storages.NumPy(cells, str(dtype))


def _objects(name, series):
    known = series[series.notna()]
    inferred = storages.pandas().api.types.infer_dtype(known, skipna=False)
    if inferred == "date" and not all(map(storages.is_date, known)):
        inferred = "mixed"
    if inferred.startswith("mixed"):
        _refuse_mixed(name, known)
    if inferred == "datetime":
        _refuse_zones(name, known)
    if inferred not in _OBJECTS:
        _refuse(name, f"{inferred} cells", inferred)
    found = storages.Objects(_OBJECTS[inferred], _missing_object(series))
    return _finite(name, series, found)


def _missing_object(series):
    """Returns what most missing cells of an object column are."""
    pandas = storages.pandas()
    names = {id(None): "None", id(pandas.NA): "NA", id(pandas.NaT): "NaT"}
    missing = series[series.isna()].to_numpy(object)
    counts = collections.Counter(names.get(id(cell), "nan") for cell in missing)
    return counts.most_common(1)[0][0] if counts else "None"


def _categorical(name, series):
    dtype = series.dtype
    of = storage_of(name, dtype.categories.to_series())
    values, _ = of.read(dtype.categories.to_series())
    return storages.Categorical(
        of.cells, of, tuple(values.tolist()), bool(dtype.ordered)
    )


def _arrow(name, dtype):
    arrow = storages.require("pyarrow", "tabular", "A table")
    of, text = dtype.pyarrow_dtype, str(dtype.pyarrow_dtype)
    types = arrow.types
    if types.is_timestamp(of):
        return storages.Arrow("date", "timestamp", of.unit, of.tz)
    if text in _ARROW_DATES:
        return storages.Arrow("date", "date32", _ARROW_DATES[text])
    tests = {
        "bool": types.is_boolean,
        "int": types.is_integer,
        "float": lambda t: types.is_floating(t) and t.bit_width > 16,
        "str": lambda t: types.is_string(t) or types.is_large_string(t),
    }
    cells = next((cells for cells, test in tests.items() if test(of)), None)
    if cells is None:
        kind = next((k for k in _ARROW_KINDS if text.startswith(k)), "")
        kind = "nested" if types.is_nested(of) else kind
        _refuse(name, f"cells of dtype {dtype}", kind)
    return storages.Arrow(cells, _ARROW_FLOATS.get(text, text))


def _finite(name, series, storage):
    """Returns the storage, after its numbers were found to be finite and to fit."""
    if storage.cells == "int":
        largest = series.max()
        if len(series) and largest is not storages.pandas().NA and largest >= 2**63:
            raise ValueError(
                f"Column {name!r} must hold integers below 2**63. Received: {largest}; "
                f"astype(str) makes them categories or keys"
            )
    if storage.cells == "float":
        values, missing = storage.read(series)
        infinite = np.flatnonzero(np.isinf(values) & ~missing)
        if len(infinite):
            raise ValueError(
                f"Column {name!r} must hold finite numbers. Received: "
                f"{len(infinite)} infinite ones, the first in row {infinite[0]}"
            )
    return storage


def _refuse(name, what, advice):
    advice = _ADVICE.get(advice)
    raise ValueError(
        f"Column {name!r} must hold strings, numbers, booleans or dates. Received: "
        f"{what}; {advice or 'drop the column'}"
    )


def _refuse_mixed(name, known):
    nested = known[[isinstance(cell, _NESTED) for cell in known]]
    if len(nested):
        what = (
            f"{len(nested)} nested cells, the first a {type(nested.iloc[0]).__name__}"
        )
        _refuse(name, what, "nested")
    counts = collections.Counter(type(cell).__name__ for cell in known)
    found = ", ".join(f"{count} {kind}" for kind, count in counts.most_common(4))
    if len(counts) == 1:
        _refuse(name, f"cells of type {next(iter(counts))}", "")
    raise ValueError(
        f"Column {name!r} must hold cells of one type. Received: {found}; "
        f"astype(str) makes all of them strings, pandas.to_numeric numbers"
    )


def _refuse_zones(name, known):
    zones = sorted({str(getattr(cell, "tzinfo", None)) for cell in known})
    if len(zones) > 1:
        raise ValueError(
            f"Column {name!r} must hold dates of one time zone. Received: "
            f"{', '.join(zones[:4])}; pandas.to_datetime(..., utc=True) converts them"
        )
