import numpy as np
import pytest

from kgan.data.tables import Category, Integer
from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.parts import Rows, Single

pd = pytest.importorskip("pandas")


def _part(kind, cells):
    column = Column("x", pd.Series(cells))
    part = Single(kind.fit(column, Rules()))
    return part, {"x": column}


def test_a_category_adds_cells_and_codes():
    part, columns = _part(Category(), ["b", "a", None, "b"])
    assert part.names == ("x",)
    assert part.block() == part.kind.block()
    rows = Rows()
    part.decode(*part.encode(columns), rows)
    assert rows.codes["x"].tolist() == [1, 0, -1, 1]
    assert pd.Series(rows.cells["x"]).equals(columns["x"].series)
    assert part.mask("x", Asked(["b"]))[0].tolist() == [False, False, True]
    assert part.get_config() == {"part": "single", "column": "x"}


def test_a_number_adds_cells_and_numbers_below_its_ceiling():
    part, columns = _part(Integer(), [3, 1, 9, 4] * 9)
    part.ceiling = 4
    rows = Rows()
    part.decode(*part.encode(columns), rows)
    np.testing.assert_array_equal(rows.cells["x"], [3, 1, 4, 4] * 9)
    numbers, missing = rows.numbers["x"]
    np.testing.assert_array_equal(numbers, rows.cells["x"])
    assert not missing.any()
