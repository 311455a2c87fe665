import numpy as np
import pytest

from kgan.data.tables.column import Column

pd = pytest.importorskip("pandas")


def test_a_column_is_read_once():
    column = Column("x", pd.Series([7, None, 3, 7, 7], dtype="Int64"))
    assert len(column) == 5
    np.testing.assert_array_equal(column.missing, [0, 1, 0, 0, 0])
    np.testing.assert_array_equal(column.known, [7, 3, 7, 7])
    assert column.levels == [3, 7]
    np.testing.assert_array_equal(column.codes, [1, -1, 0, 1, 1])
    np.testing.assert_array_equal(column.counts, [1, 3])
    assert column.num_missing == 1
    assert column.first(column.codes == 0) == 3
    assert column.values is column.values


def test_levels_of_a_category_are_those_in_use_in_its_order():
    cells = pd.Categorical(["c", None, "a", "c"], ["c", "b", "a"])
    column = Column("x", pd.Series(cells))
    assert column.levels == ["c", "a"]
    np.testing.assert_array_equal(column.codes, [0, -1, 1, 0])


def test_a_column_that_no_table_holds_is_refused():
    with pytest.raises(ValueError, match="Column 'x' must hold"):
        Column("x", pd.Series([1j]))
