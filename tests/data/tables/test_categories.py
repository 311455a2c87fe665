import json

import numpy as np
import pytest

from kgan.data.tables import Boolean, Category
from kgan.data.tables import kinds as all_kinds
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules

pd = pytest.importorskip("pandas")

PRIVATE = Rules(10, True)


def _fitted(kind, values, rules=Rules(), **series):  # noqa: B008
    column = Column("x", pd.Series(values, **series))
    kind = kind.fit(column, rules)
    return all_kinds.get(json.loads(json.dumps(kind.get_config()))), column


def _again(kind, column):
    cells = kind.decode(*kind.encode(column))
    return pd.Series(cells, dtype=cells.dtype)


def test_levels_are_sorted_and_missing_is_the_first_of_the_block():
    kind, column = _fitted(Category(), ["b", None, "a", "b"], dtype=object)
    assert kind.levels == ["a", "b"]
    block = kind.block()
    assert block.shares == pytest.approx((0.25, 0.25, 0.5))
    assert block.places == (False, False, False)
    np.testing.assert_array_equal(kind.encode(column)[0], [2, 0, 1, 2])
    np.testing.assert_array_equal(kind.measured(column), [1, np.nan, 0, 1])
    pd.testing.assert_series_equal(_again(kind, column), column.series)


@pytest.mark.parametrize("name", ["nan", "None", "", "NA", "<NA>", "missing"])
def test_a_level_named_like_the_missing_one_is_another(name):
    cells = [name, None, "b", None]
    kind, column = _fitted(Category(), cells, dtype=object)
    again = _again(kind, column)
    assert again.tolist() == cells
    assert kind.levels == sorted([name, "b"])


def test_levels_are_in_the_order_of_a_category():
    dtype = pd.CategoricalDtype(["low", "unused", "high"], ordered=True)
    kind, column = _fitted(Category(), ["high", "low", None, "low"], dtype=dtype)
    assert kind.levels == ["low", "high"]
    pd.testing.assert_series_equal(_again(kind, column), column.series)


def _many():
    """300 levels in 10 rows each, and 2,000 in one."""
    frequent = [f"f{i:03d}" for i in range(300) for _ in range(10)]
    return [*frequent, *(f"r{i:04d}" for i in range(2000))]


def test_rare_ones_of_many_levels_share_one():
    kind, column = _fitted(Category(), _many())
    block = kind.block()
    assert block.levels == 301
    assert block.places == (False,) * 300 + (True,)
    assert block.shares[-1] == pytest.approx(0.4)
    assert block.dims > 0
    pd.testing.assert_series_equal(_again(kind, column), column.series)
    np.testing.assert_array_equal(np.unique(kind.measured(column)), np.arange(2300))
    assert kind.summary() == "2,000 of them rare"
    mask, exact = kind.mask(Asked(["r0003", "f005"]))
    assert np.flatnonzero(mask).tolist() == [5, 300]
    assert not exact


def test_a_placeholder_stands_for_rare_levels_which_are_not_kept():
    cells = ["a"] * 20 + ["b"] * 30 + [f"secret {i}" for i in range(4)]
    for kind, name, rules in (
        (Category(rare="other"), "other", Rules()),
        (Category(), "rare", PRIVATE),
        (Category(rare="b"), "b", PRIVATE),
    ):
        kind, column = _fitted(kind, cells, rules)
        assert "secret" not in json.dumps(kind.get_config())
        assert _again(kind, column).tolist() == [*cells[:50], *[name] * 4]
        assert kind.levels == list(dict.fromkeys(["a", "b", name]))
        assert sum(kind.block().shares) == pytest.approx(1)
        new = Column("x", pd.Series(["a", "unseen"]))
        assert kind.measured(new).tolist() == [0, kind.levels.index(name)]


def test_rare_numbers_stand_for_the_nearest_frequent_one():
    cells = [1] * 20 + [5] * 30 + [2, 4, 99, -7]
    kind, column = _fitted(Category(), cells, PRIVATE)
    assert _again(kind, column).tolist() == [*cells[:50], 1, 5, 5, 1]
    with pytest.raises(ValueError, match="must have a value of at least 10 rows"):
        _fitted(Category(), range(30), PRIVATE)


def test_categories_of_few_rows_are_dropped_with_privacy():
    dtype = pd.CategoricalDtype(["a", "b", "secret", "unused secret"])
    cells = ["b"] * 20 + ["a"] * 20 + ["secret"] * 3
    kind, column = _fitted(Category(), cells, PRIVATE, dtype=dtype)
    assert "secret" not in json.dumps(kind.get_config())
    again = _again(kind, column)
    assert again.cat.categories.tolist() == ["a", "b", "rare"]
    assert again.tolist() == [*cells[:40], "rare", "rare", "rare"]


def test_new_levels_are_refused_but_measured():
    kind, _ = _fitted(Category(), ["a", "b"] * 20)
    new = Column("x", pd.Series(["a", "c", "c", None]))
    message = r"A level of column 'x' must be one of a, b. Received: 'c' \(2 rows"
    with pytest.raises(ValueError, match=message):
        kind.encode(new)
    np.testing.assert_array_equal(kind.measured(new), [0, 2, 2, np.nan])
    with pytest.raises(ValueError, match=r"no missing cells, as in training.*1 rows"):
        kind.encode(Column("x", pd.Series(["a", None])))


def test_masks_of_levels():
    kind, _ = _fitted(Category(), [3, 7, 8, None] * 20, dtype="Int64")
    for asked, mask in (
        (Asked([7]), [0, 0, 1, 0]),
        (Asked([7.0, None]), [1, 0, 1, 0]),
        (Asked(low=4), [0, 0, 1, 1]),
        (Asked(low=3, high=7), [0, 1, 1, 0]),
    ):
        found, exact = kind.mask(asked)
        assert found.tolist() == [bool(m) for m in mask]
        assert exact
    for value in (4, "7", True):
        with pytest.raises(ValueError, match="A level of column 'x' must be one of"):
            kind.mask(Asked([value]))


def test_near_levels_are_told():
    kind, _ = _fitted(Category(), ["Bachelors", "Masters"] * 20)
    with pytest.raises(ValueError, match="Did you mean 'Masters'"):
        kind.mask(Asked(["Master"]))
    with pytest.raises(ValueError, match="must have missing cells in training"):
        kind.mask(Asked([None]))
    with pytest.raises(ValueError, match="range must be asked of a column of numbers"):
        kind.mask(Asked(low="A"))


def test_booleans_have_two_levels():
    kind, column = _fitted(Boolean(), [True, False, None], dtype="boolean")
    assert kind.levels == [False, True]
    pd.testing.assert_series_equal(_again(kind, column), column.series)
    assert kind.mask(Asked([True]))[0].tolist() == [False, False, True]
    kind, _ = _fitted(Boolean(), ["yes", "no"])
    assert isinstance(kind, Boolean)
    with pytest.raises(ValueError, match="must have two values to be boolean"):
        _fitted(Boolean(), [1, 2, 3])
