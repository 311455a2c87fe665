import json

import numpy as np
import pytest

from kgan.data.tables import Category, Constant, Integer, Real
from kgan.data.tables import kinds as all_kinds
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules

pd = pytest.importorskip("pandas")

CONSTANTS = {
    "a string": pd.Series(["web"] * 4),
    "an integer": pd.Series([3] * 4, dtype="int8"),
    "missing": pd.Series([None] * 4, dtype=object),
    "missing floats": pd.Series([np.nan] * 4),
    "missing dates": pd.Series([pd.NaT] * 4),
    "a date": pd.Series([pd.Timestamp("2020-01-01", tz="UTC")] * 4),
    "a category": pd.Series(pd.Categorical(["a"] * 4, ["a", "b"])),
    "no categories": pd.Series(pd.Categorical([None] * 4)),
}


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_comes_back(name):
    column = Column("x", CONSTANTS[name])
    kind = Constant().fit(column, Rules())
    kind = all_kinds.get(json.loads(json.dumps(kind.get_config())))
    cells = kind.repeated(4)
    again = pd.Series(cells, dtype=cells.dtype)
    pd.testing.assert_series_equal(again, column.series)
    kind.check(column)


def test_what_is_not_constant_is_refused():
    for cells, message in (
        (["a", "b"], "one value to be constant. Received: 2 values, 0 missing"),
        (["a", None], "one value to be constant. Received: 1 values, 1 missing"),
    ):
        with pytest.raises(ValueError, match=message):
            Constant().fit(Column("x", pd.Series(cells)), Rules())
    kind = Constant().fit(Column("x", pd.Series(["a", "a"])), Rules())
    with pytest.raises(
        ValueError, match=r"must hold 'a' in all rows. Received: 'b' \(1"
    ):
        kind.check(Column("x", pd.Series(["a", "b"])))
    with pytest.raises(ValueError, match="'x' must hold 'a' in all rows"):
        kind.check(Column("x", pd.Series(["a", None])))


def test_kinds_are_found_by_name_or_config():
    assert isinstance(all_kinds.get("integer"), Integer)
    kind = all_kinds.get({"kind": "integer", "minimum": 17})
    assert kind.minimum == 17
    assert all_kinds.get(kind) is kind
    assert all_kinds.get(kind.get_config()).get_config() == kind.get_config()
    assert repr(kind) == "Integer(minimum=17)"
    assert repr(Category()) == "Category()"
    for given, message in (
        ("integr", "Did you mean 'integer'"),
        ("number", "A kind of column must be one of"),
        (3, "A kind of column must be one of"),
        ("text", "Free text cannot be modelled"),
        ({"kind": "real", "minimun": 3}, "Did you mean 'minimum'"),
    ):
        with pytest.raises(ValueError, match=message):
            all_kinds.get(given)


def test_fitting_leaves_a_kind_as_it_was():
    kind = Real(minimum=0)
    fitted = kind.fit(Column("x", pd.Series([0.5, 1.5] * 20)), Rules())
    assert kind.storage is None
    assert "fitted" not in kind.get_config()
    again = fitted.fit(Column("y", pd.Series([7.25, 1.5] * 20)), Rules())
    assert (fitted.column, again.column) == ("x", "y")
    assert again.minimum == 0


def test_what_is_asked_for():
    asked = Asked([None, 3, np.nan])
    assert asked.missing
    assert asked.values == [3]
    assert not asked.is_range
    assert Asked(low=3).is_range
    kind = Real().fit(Column("x", pd.Series([0.5, 1.5] * 20)), Rules())
    values = np.asarray([0.5, 1.5, 3.0])
    assert kind.wanted(values, Asked([3, 0.5])).tolist() == [True, False, True]
    assert kind.wanted(values, Asked(low=1, high=1.5)).tolist() == [False, True, False]
    assert kind.wanted(values, Asked(high=1)).tolist() == [True, False, False]
