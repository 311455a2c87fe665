import datetime

import numpy as np
import pandas
import pytest

from kgan.data.tables import text_columns


def typed(cells, **options):
    frame = pandas.DataFrame({"x": pandas.Series(cells, dtype=object)})
    frame, notes = text_columns.typed(frame, "people.csv", **options)
    return frame["x"], notes


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", "-2", "1"], "int64", [1, -2, 1]),
        (["1", None, "9007199254740993"], "Int64", [1, None, 2**53 + 1]),
        (["1", "2.5", "1e3"], "float64", [1.0, 2.5, 1000.0]),
        (["1.0", None, ".5"], "float64", [1.0, None, 0.5]),
        (["inf", "2.5"], "float64", [np.inf, 2.5]),
        (["True", "False", "True"], "bool", [True, False, True]),
        (["True", None], "boolean", [True, None]),
        ([None, None], "float64", [None, None]),
        (["2024-01-31", "9999-12-31"], "datetime64[s]", None),
        (["2024-01-31 10:30", None], "datetime64[s]", None),
        (["2024-01-31T10:30:00.25"], "datetime64[us]", None),
        (["2024-01-31T10:30:00.123456789"], "datetime64[ns]", None),
    ],
)
def test_types(cells, dtype, values):
    column, notes = typed(cells)
    assert str(column.dtype) == dtype
    assert notes == []
    found = [None if pandas.isna(value) else value for value in column]
    if values is None:
        values = [cell and pandas.Timestamp(cell) for cell in cells]
        values = [v and v.to_datetime64() for v in values]
        found = [v and v.to_datetime64() for v in found]
    assert found == values


@pytest.mark.parametrize(
    "cells",
    [["a", "1"], ["true", "false"], ["1_000"], ["99999999999999999999"], ["1,5"]],
)
def test_all_else_stays_text(cells):
    assert list(typed(cells)[0]) == cells


def test_a_time_zone():
    utc, _ = typed(["2024-01-31 10:30:00Z", None])
    assert utc[0] == pandas.Timestamp("2024-01-31 10:30", tz="UTC")
    other, _ = typed(["2024-01-31 10:30:00-03:30"])
    assert other[0].utcoffset() == -datetime.timedelta(hours=3, minutes=30)
    with pytest.raises(
        ValueError, match=r"'x' must have one time zone\. Received: Z, n"
    ):
        typed(["2024-01-31 10:30:00Z", "2024-01-31 10:30:00"])


def test_a_date_that_is_none():
    with pytest.raises(
        ValueError, match=r"'x' must hold dates\. Received: '2023-02-29'"
    ):
        typed(["2023-02-29", "2024-02-29"])


def test_a_decimal_comma():
    column, notes = typed(["1,5", "-2", None], decimal_comma=True)
    np.testing.assert_array_equal(column, [1.5, -2.0, np.nan])
    assert notes == ["people.csv is read with a decimal comma: 1,5 is 1.5"]
    frame = pandas.DataFrame({"a": ["1,5"], "b": ["1.5"]})
    with pytest.raises(ValueError, match="a comma in 'a' and a point in 'b'"):
        text_columns.typed(frame, "people.csv", decimal_comma=True)
    column, notes = typed(["1.5", "2"], decimal_comma=True)
    assert (list(column), notes) == ([1.5, 2.0], [])


def test_leading_zeros_are_kept_and_told():
    column, (note,) = typed(["00123", "45678"])
    assert list(column) == ["00123", "45678"]
    assert "'00123' would lose its leading zero" in note


def test_words_among_numbers_are_told():
    column, (note,) = typed(["1", "2", "1", "unknown"])
    assert list(column) == ["1", "2", "1", "unknown"]
    assert "not all of its cells are numbers (unknown): --missing=unknown" in note
    assert typed(["1", "none at all", "unknown"])[1] == []
