import numpy as np
import pytest

from kgan.data.tables import Category
from kgan.data.tables.column import Column
from kgan.data.tables.combinations import Combination
from kgan.data.tables.kinds import Asked, Rules
from kgan.data.tables.parts import Rows

pd = pytest.importorskip("pandas")


def _part(frame, rules=Rules()):  # noqa: B008
    columns = {name: Column(name, frame[name]) for name in frame}
    kinds = [Category().fit(column, rules) for column in columns.values()]
    return Combination.fit(kinds, columns, rules), columns


def _frame():
    pairs = [("x", 1)] * 30 + [("x", 2)] * 20 + [("y", 1)] * 10 + [("y", None)] * 40
    return pd.DataFrame(pairs, columns=["a", "b"]).astype({"b": "Int64"})


def test_levels_are_the_combinations_of_the_data():
    part, columns = _part(_frame())
    block = part.block()
    assert block.name == "a, b"
    # Sorted by codes, of which the missing one is the first.
    assert block.shares == pytest.approx((0.3, 0.2, 0.4, 0.1))
    levels, places = part.encode(columns)
    np.testing.assert_array_equal(np.bincount(levels), [30, 20, 40, 10])
    rows = Rows()
    part.decode(levels, places, rows)
    again = pd.DataFrame(
        {n: pd.Series(c, dtype=c.dtype) for n, c in rows.cells.items()}
    )
    pd.testing.assert_frame_equal(again, _frame())


def test_masks_of_its_columns():
    part, _ = _part(_frame())
    for name, asked, mask in (
        ("a", Asked(["x"]), [1, 1, 0, 0]),
        ("b", Asked([1]), [1, 0, 0, 1]),
        ("b", Asked([None, 2]), [0, 1, 1, 0]),
        ("b", Asked(low=2), [0, 1, 0, 0]),
    ):
        found, exact = part.mask(name, asked)
        assert found.tolist() == [bool(m) for m in mask]
        assert exact


def test_new_combinations_of_known_levels_are_refused():
    part, _ = _part(_frame())
    new = pd.DataFrame({"a": ["x", "y"], "b": pd.array([1, 2], dtype="Int64")})
    columns = {name: Column(name, new[name]) for name in new}
    with pytest.raises(
        ValueError, match=r"combinations of the training data.*\['y', 2"
    ):
        part.encode(columns)


def test_with_privacy_rare_combinations_are_not_kept():
    frame = pd.concat([_frame(), pd.DataFrame({"a": ["y"], "b": [2]})])
    frame = frame.astype({"b": "Int64"}).reset_index(drop=True)
    part, columns = _part(frame, Rules(10, True))
    assert len(part.combinations) == 4
    levels, _ = part.encode(columns)
    assert part.combinations[levels[-1]] in ([1, 0], [1, -1], [0, 1])
    with pytest.raises(ValueError, match="a combination of at least 10 rows"):
        _part(
            pd.DataFrame({"a": np.arange(400) // 20, "b": np.arange(400) % 20}),
            Rules(10, True),
        )
