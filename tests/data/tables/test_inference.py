import datetime
import uuid

import numpy as np
import pytest

from kgan.data.tables.column import Column
from kgan.data.tables.inference import infer

pd = pytest.importorskip("pandas")

ROWS = 1000
_RANDOM = np.random.default_rng(0)
_CODES = _RANDOM.integers(0, 20, ROWS)
_DAYS = [datetime.date(2020, 1, 1 + code) for code in _CODES]
_TEXT = [f"the customer number {i} called us about a bill" for i in range(ROWS)]

COLUMNS = {
    "booleans": (_CODES > 3, "Boolean", "cells are true or false"),
    "booleans and None": ([True, None, False] * 9, "Boolean", "cells are true or"),
    "strings": ([f"s{c}" for c in _CODES], "Category", "20 strings"),
    "a category": (pd.Categorical(_CODES), "Category", "dtype category"),
    "dates": (_DAYS, "Date", "dtype object"),
    "stamps": (pd.to_datetime(_DAYS), "Date", "dtype datetime64"),
    "few integers": (_CODES % 9, "Category", "9 integers, each in 50 rows or more"),
    "few integers, one rare": (np.append(_CODES % 9, 77), "Integer", "10 integers"),
    "21 integers": (np.arange(2100) % 21, "Integer", "21 integers"),
    "measurements": (_RANDOM.choice(10**7, 99, False), "Integer", "99 integers"),
    "integers in order": (np.arange(ROWS) * 7, "Key", "all 1,000 integers differ, and"),
    "dense integers": (_RANDOM.permutation(ROWS), "Key", "differ, and are dense"),
    "long numbers": (_RANDOM.integers(10**9, 10**10, 99), "Key", "have 10 digits each"),
    "whole floats": ([1.0, 2.0, np.nan, 4.0] * 99, "Integer", "3 whole numbers"),
    "reals": (_RANDOM.normal(size=ROWS), "Real", "1,000 real numbers"),
    "one value": ([3] * 9, "Constant", "one value"),
    "one value and missing": ([3.0, np.nan] * 9, "Integer", "1 whole numbers"),
    "missing": ([None] * 9, "Constant", "all cells are missing"),
    "names": ([f"n{i}" for i in range(ROWS)], "Key", "all 1,000 strings differ"),
    "uuids": ([str(uuid.UUID(int=i)) for i in range(99)], "Key", "all 99 strings"),
    "few names": ([f"n{i}" for i in range(20)], "Category", "20 strings"),
    "many names": ([f"n{i // 2}" for i in range(39)] * 1, "Category", "20 strings"),
    "near keys": ([f"n{max(i, 1)}" for i in range(99)], "Category", "perhaps a key"),
    "repeated text": (_TEXT[:20] * 50, "Category", "20 strings"),
    "short text": ([f"a {i % 60} b c d" for i in range(99)], "Category", "60 strings"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_kinds_are_inferred_with_a_reason(name):
    cells, kind, reason = COLUMNS[name]
    found, why = infer(Column("x", pd.Series(cells)))
    assert type(found).__name__ == kind
    assert reason in why
    assert len(why) < 60


def test_free_text_is_refused_with_advice():
    with pytest.raises(ValueError, match=r"'x' must not be free text.*drop it or make"):
        infer(Column("x", pd.Series(_TEXT)))
    with pytest.raises(ValueError, match="must not be free text"):
        infer(Column("x", pd.Series([*_TEXT[:600], *[None] * 400], dtype=object)))
