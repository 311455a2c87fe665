"""Conditions in words become masks of levels, kinds of rows, and checks."""

import numpy as np
import pandas as pd
import pytest
from small_tables import people

from kgan.tabular import Between, Table
from kgan.tabular.conditions import OneOf, wanted


@pytest.fixture(scope="module")
def table():
    return Table.infer(people())


def test_none(table):
    assert wanted(table, None, 10, 0) is None


def test_levels_need_no_look_at_rows(table):
    asked = wanted(table, {"job": ["cook", "clerk"]}, 10, 0)
    ((masks, kind),) = asked.levels.values()
    assert kind is None
    assert masks.sum() == 2
    assert asked.accepts is None


def test_ranges_do(table):
    df = people()
    asked = wanted(table, {"wage": Between(10.0, 10.5)}, len(df), 0)
    assert asked.accepts is not None
    coded = table.encode(df)
    inside = asked.accepts(coded, np.arange(len(df)))
    np.testing.assert_array_equal(inside, df["wage"].between(10.0, 10.5))
    # What the masks leave out can hold none of them.
    ((number, (masks, _)),) = asked.levels.items()
    place = sum(block.coded_width for block in table.blocks[:number])
    assert masks[0, coded[inside, place].astype(int)].all()


def test_two_conditions_on_one_block(table):
    both = wanted(table, {"job": ["cook", "clerk"], "works": True}, 10, 0)
    assert len(both.levels) == 1
    ((masks, _),) = both.levels.values()
    assert masks.sum() == 2


def test_shares_by_row(table):
    shares = {"job": {"cook": 0.25, "clerk": 0.75}}
    asked = wanted(table, shares, 10_000, 3)
    ((masks, kind),) = asked.levels.values()
    assert masks.sum() == 2
    assert abs((kind == 1).mean() - 0.75) < 4 * (0.25 * 0.75 / 10_000) ** 0.5
    later = wanted(table, shares, 100, 3, start=500)
    np.testing.assert_array_equal(next(iter(later.levels.values()))[1], kind[500:600])


def test_known_columns(table):
    known = people()[["job", "hours"]]
    asked = wanted(table, known, len(known), 0)
    for number, (masks, kind) in asked.levels.items():
        coded = table.encode(people())
        place = sum(block.coded_width for block in table.blocks[:number])
        assert masks[kind, coded[:, place].astype(int)].all()


def test_cells():
    column = pd.Series([1.0, np.nan, 3.0])
    assert OneOf((1.0, None)).holds(column).tolist() == [True, True, False]
    assert Between(2.0).holds(column).tolist() == [False, False, True]
    assert Between(high=2.0).holds(column).tolist() == [True, False, False]
    text = pd.Series(["nan", None, "a"])
    assert OneOf(("nan",)).holds(text).tolist() == [True, False, False]
    integers = pd.Series([1, None, 3], dtype="Int64")
    assert Between(1, 1).holds(integers).tolist() == [True, False, False]


def test_missing_values_of_all_kinds():
    df = people(300)
    df["rating"] = pd.array(np.arange(300) % 5, "Int64")
    df.loc[::3, "rating"] = pd.NA
    table = Table.infer(df)
    known = df[["rating", "hours"]]
    asked = wanted(table, known, len(known), 0)
    coded = table.encode(df)
    for number, (masks, kind) in asked.levels.items():
        place = sum(block.coded_width for block in table.blocks[:number])
        assert masks[kind, coded[:, place].astype(int)].all()
    for missing in (None, np.nan, pd.NA, pd.NaT):
        assert OneOf((missing,)).holds(df["rating"]).sum() == 100


def test_shares_of_any_number():
    table = Table.infer(people())
    shares = {"job": {"cook": np.float32(0.5), "clerk": np.int64(0), "none": 0.5}}
    ((_, kind),) = wanted(table, shares, 1_000, 0).levels.values()
    assert set(kind) == {0, 2}
