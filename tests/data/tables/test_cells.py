import datetime
import decimal

import numpy as np
import pytest

from kgan.data.tables.cells import storage_of

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")

ROWS = 6
_DAY = datetime.datetime(2020, 1, 1)
_ZONES = [pd.Timestamp(_DAY, tz="UTC"), pd.Timestamp(_DAY, tz="Asia/Tokyo")]


def _objects(*cells):
    return pd.Series(cells, dtype=object)


def _arrow(cells, dtype):
    return pd.Series(cells, dtype=pd.ArrowDtype(dtype))


REFUSED = {
    "decimal": (_objects(decimal.Decimal("1.5")), "astype.float. makes them numbers"),
    "period": (pd.period_range("2020", periods=3).to_series(), "to_timestamp.. makes"),
    "interval": (pd.Series(pd.interval_range(0, 3)), "astype.str. makes them categ"),
    "cut": (pd.cut(pd.Series(range(9)), 3), "astype.str. makes them categories"),
    "complex": (pd.Series([1j, 2j]), "the real and the imaginary part"),
    "sparse": (pd.Series(pd.arrays.SparseArray([0, 1])), "sparse.to_dense"),
    "timedelta": (pd.to_timedelta([1, 2], "h").to_series(), "total_seconds"),
    "time": (_objects(datetime.time(1)), "astype.str. makes them categories"),
    "bytes": (_objects(b"a"), "str.decode"),
    "lists": (_objects([1], None, [2]), "2 nested cells, the first a list"),
    "dictionaries": (_objects({"a": 1}), "1 nested cells, the first a dict"),
    "arrays": (_objects(np.zeros(2)), "1 nested cells, the first a ndarray"),
    "lists of Arrow": (_arrow([[1]], pa.list_(pa.int64())), "a column of its own"),
    "decimals of Arrow": (
        _arrow([decimal.Decimal("1.5")], pa.decimal128(5, 2)),
        "astype.float. makes",
    ),
    "durations of Arrow": (_arrow([_DAY - _DAY], pa.duration("s")), "total_seconds"),
    "dictionary of Arrow": (
        pd.Series(pd.arrays.ArrowExtensionArray(pa.array(["a"]).dictionary_encode())),
        "astype.'category'. keeps its levels",
    ),
    "stamps": (_objects(_DAY, None), "pandas.to_datetime makes them datetime64"),
    "zones": (_objects(*_ZONES), "dates of one time zone. Received: Asia/Tokyo, UTC"),
    "far stamps": (_objects(datetime.datetime(9999, 1, 1)), "pandas.to_datetime"),
    "mixed": (_objects(1, "a", "b"), "cells of one type. Received: 2 str, 1 int"),
    "numbers": (_objects(1, 2.5), "cells of one type. Received: 1 int, 1 float"),
    "dates and stamps": (_objects(_DAY.date(), _DAY), "1 date, 1 datetime"),
    "infinite": (
        pd.Series([1.5, np.inf, -np.inf]),
        "2 infinite ones, the first in row",
    ),
    "infinite Float64": (pd.Series([1.5, np.inf], dtype="Float64"), "1 infinite ones"),
    "large": (pd.Series([1, 2**63], dtype="uint64"), "below 2..63. Received: 92233720"),
    "large objects": (_objects(1, 2**80), "integers below 2..63"),
    "objects": (_objects(object()), "cells of type object; drop the column"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_columns_that_cannot_be_held_are_refused_by_name(name):
    series, message = REFUSED[name]
    with pytest.raises(ValueError, match=f"Column 'x' must hold .*{message}"):
        storage_of("x", series)


def test_the_most_frequent_missing_cell_is_the_one_that_comes_back():
    assert storage_of("x", _objects("a", None, pd.NA, pd.NA)).missing == "NA"
    assert storage_of("x", _objects("a", np.nan)).missing == "nan"
    assert storage_of("x", _objects(None, None)).cells == "empty"
