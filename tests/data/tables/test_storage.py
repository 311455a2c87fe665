import datetime
import json

import numpy as np
import pytest

from kgan.data.tables import Table
from kgan.data.tables import storage as storages
from kgan.data.tables.cells import storage_of

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

N = 60
NUMBERS = np.arange(N) % 7 * 3
TEXT = [f"level {i % 5}" for i in range(N)]
DATES = [datetime.date(2020, 1, 1) + datetime.timedelta(days=i % 9) for i in range(N)]
STAMPS = pd.Timestamp("2020-03-01 10:30") + pd.to_timedelta(np.arange(N) % 11, "h")


def _with_missing(values, missing):
    return [missing if i % 4 == 1 else v for i, v in enumerate(values)]


def _series():
    yield from (
        (f"{t}", pd.Series(NUMBERS, dtype=t)) for t in ["int8", "int16", "int32"]
    )
    yield "int64", pd.Series(NUMBERS)
    yield from ((t, pd.Series(NUMBERS, dtype=t)) for t in ("uint8", "uint16", "uint64"))
    for t in ("float16", "float32", "float64"):
        yield t, pd.Series(NUMBERS / 4, dtype=t)
        yield f"{t} missing", pd.Series(_with_missing(NUMBERS / 4, np.nan), dtype=t)
    yield "bool", pd.Series(NUMBERS > 6)
    for t in ("Int8", "Int64", "UInt32", "Float32", "Float64"):
        yield t, pd.Series(_with_missing(NUMBERS, pd.NA), dtype=t)
        yield f"{t} all there", pd.Series(NUMBERS, dtype=t)
    yield "boolean", pd.Series(_with_missing(NUMBERS > 6, pd.NA), dtype="boolean")
    for missing in (None, np.nan, pd.NA):
        yield f"object {missing}", pd.Series(_with_missing(TEXT, missing), dtype=object)
    truth = _with_missing([bool(n > 6) for n in NUMBERS], None)
    yield "object of bool", pd.Series(truth, dtype=object)
    whole = _with_missing(NUMBERS.tolist(), None)
    yield "object of int", pd.Series(whole, dtype=object)
    real = _with_missing((NUMBERS / 4).tolist(), None)
    yield "object of float", pd.Series(real, dtype=object)
    yield "object of dates", pd.Series(_with_missing(DATES, None), dtype=object)
    yield "object of dates NaT", pd.Series(_with_missing(DATES, pd.NaT), dtype=object)
    for where in ("python", "pyarrow"):
        dtype = pd.StringDtype(where)
        yield f"string {where}", pd.Series(_with_missing(TEXT, pd.NA), dtype=dtype)
        dtype = pd.StringDtype(where, na_value=np.nan)
        yield f"str {where}", pd.Series(_with_missing(TEXT, np.nan), dtype=dtype)
    for ordered in (False, True):
        dtype = pd.CategoricalDtype(["unused", *sorted(set(TEXT))[::-1]], ordered)
        yield f"category {ordered}", pd.Series(_with_missing(TEXT, None), dtype=dtype)
    yield "category of int", pd.Series(NUMBERS).astype("category")
    yield "category of dates", pd.Series(STAMPS).astype("category")
    for unit in ("s", "ms", "us", "ns"):
        stamps = pd.Series(_with_missing(STAMPS, pd.NaT)).astype(f"datetime64[{unit}]")
        yield f"datetime {unit}", stamps
        yield f"datetime {unit} zone", stamps.dt.tz_localize("Europe/Berlin")
    yield "datetime offset", pd.Series(STAMPS.tz_localize("UTC+01:00"))
    for t in ("int8", "int64", "uint16", "float", "double"):
        numbers = _with_missing(NUMBERS.tolist(), None)
        yield f"arrow {t}", pd.Series(numbers, dtype=f"{t}[pyarrow]")
    truth = _with_missing([bool(n > 6) for n in NUMBERS], None)
    yield "arrow bool", pd.Series(truth, dtype="bool[pyarrow]")
    for t in (pa.string(), pa.large_string()):
        yield f"arrow {t}", pd.Series(_with_missing(TEXT, None), dtype=pd.ArrowDtype(t))
    date = pd.ArrowDtype(pa.date32())
    yield "arrow date", pd.Series(_with_missing(DATES, None), dtype=date)
    for zone in (None, "Europe/Berlin"):
        t = pd.ArrowDtype(pa.timestamp("us", zone))
        stamps = pd.Series(_with_missing(STAMPS.tz_localize(zone), pd.NaT))
        yield f"arrow timestamp {zone}", stamps.astype(t)


SERIES = dict(_series())


@pytest.mark.parametrize("name", SERIES)
def test_a_column_comes_back_as_it_came(name):
    frame = pd.DataFrame({"x": SERIES[name]})
    table = Table.from_json(Table.infer(frame).to_json())
    found = table.decode(table.encode(frame))
    pd.testing.assert_frame_equal(found, frame)
    missing = frame.x.isna().to_numpy()
    kinds = [{type(c) for c in f.x[missing].to_numpy(object)} for f in (found, frame)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("name", SERIES)
def test_plain_values_restore_a_column(name):
    series = SERIES[name]
    storage = storage_of("x", series)
    config = json.loads(json.dumps(storage.get_config()))
    assert storages.from_config(config) == storage
    values, missing = storage.read(series)
    np.testing.assert_array_equal(missing, series.isna())
    known = series[~missing].reset_index(drop=True)
    again = pd.Series(storage.restore(values, missing), dtype=series.dtype)
    pd.testing.assert_series_equal(again, series, check_names=False)
    public = storage.public(values[~missing][:5].tolist())
    assert public == known[:5].tolist()
    assert [storage.plain(v) for v in known[:5]] == values[~missing][:5].tolist()
