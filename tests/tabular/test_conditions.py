"""Conditions in words become masks of levels, kinds of rows, and checks."""

import numpy as np
import pandas as pd
import pytest
from small_tables import people

from kgan.tabular import Between, Date, Table
from kgan.tabular.conditions import wanted


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


def test_known_columns_of_one_block_have_the_pairs_that_occur():
    rng = np.random.default_rng(0)
    city = np.repeat(np.arange(300), 20)
    df = pd.DataFrame(
        {
            "city": [f"c{number}" for number in city],
            "code": [f"k{number % 150}" for number in city],
            "region": [f"r{number % 75}" for number in city],
            "x": rng.normal(size=len(city)),
        }
    )
    table = Table.infer(df)
    assert set(table.dependencies) == {"code", "region"}
    known = df[["city", "code", "region"]].sample(500, random_state=0)
    ((masks, kind),) = wanted(table, known, 500, 0).levels.values()
    assert len(masks) <= 300
    assert (masks.sum(1)[kind] == 1).all()


def test_dates_as_they_come():
    """Ends of ranges are read as the column's dates are, and so are drawn cells."""
    days = np.datetime64("2020-01-01") + np.random.default_rng(0).integers(0, 200, 400)
    plain = pd.Series(days.astype("datetime64[s]"))
    columns = {
        "zone": plain.dt.tz_localize("Europe/Rome"),
        "day": plain.dt.date,
        "number": plain.dt.strftime("%Y%m%d").astype(int),
        "text": plain.dt.strftime("%d.%m.%Y"),
    }
    df = pd.DataFrame({**columns, "y": np.arange(400) % 2})
    kinds = {"number": Date(format="%Y%m%d"), "text": Date(format="%d.%m.%Y")}
    table = Table.infer(df, kinds=kinds)
    coded = table.encode(df)
    inside = plain.between("2020-02-15", "2020-06-01").to_numpy()
    ends = {
        "zone": ("2020-02-15", "2020-06-01"),
        "day": ("2020-02-15", "2020-06-01"),
        "number": (20200215, 20200601),
        "text": ("15.02.2020", "01.06.2020"),
    }
    for name, (low, high) in ends.items():
        asked = wanted(table, {name: Between(low, high)}, 400, 0)
        found = asked.accepts(coded, np.arange(400))
        np.testing.assert_array_equal(found, inside)
    with pytest.raises(ValueError, match="`low` of column 'text' must be at most"):
        wanted(table, {"text": Between("01.06.2020", "15.02.2020")}, 10, 0)


def test_a_column_twice():
    df = people()[["job", "job"]]
    with pytest.raises(ValueError, match="must name each column once"):
        wanted(Table.infer(people()), df, len(df), 0)


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
        assert table.holds("rating", df["rating"], values=[missing]).sum() == 100


def test_shares_of_any_number():
    table = Table.infer(people())
    shares = {"job": {"cook": np.float32(0.5), "clerk": np.int64(0), "none": 0.5}}
    ((_, kind),) = wanted(table, shares, 1_000, 0).levels.values()
    assert set(kind) == {0, 2}
