import numpy as np
import pytest

from kgan.data.tables import Table, schema

pd = pytest.importorskip("pandas")

_PAIRS = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["m", "n"])

FRAMES = {
    "a list": ([1, 2], "must be a pandas.DataFrame. Received: list"),
    "a series": (pd.Series([1, 2]), "must be a pandas.DataFrame. Received: Series"),
    "no columns": (pd.DataFrame(), "must have columns. Received: none"),
    "no rows": (pd.DataFrame({"a": []}), "at least 2 rows. Received: 0"),
    "one row": (pd.DataFrame({"a": [1]}), "at least 2 rows. Received: 1"),
    "double names": (
        pd.DataFrame(np.eye(3), columns=["a", "b", "a"]),
        "Names of columns must differ. Received: 'a' 2 times",
    ),
    "columns of two levels": (
        pd.DataFrame(np.eye(2), columns=_PAIRS),
        "names of one level. Received: a MultiIndex; df.columns = ",
    ),
    "rows of two levels": (
        pd.DataFrame(np.eye(2), index=_PAIRS),
        r"no MultiIndex.*'m', 'n'.*reset_index\(\)",
    ),
    "a name that is none": (
        pd.DataFrame({1.5: [1, 2]}),
        "must be strings or integers. Received: 1.5",
    ),
    "keys and constants": (
        pd.DataFrame({"a": range(99), "b": 1}),
        "neither key nor constant. Received: 'a' Key, 'b' Constant",
    ),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_no_table_can_be_made_of(name):
    frame, message = FRAMES[name]
    with pytest.raises(ValueError, match=message):
        Table.infer(frame)


def test_each_difference_to_the_table_is_named():
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": [1.5, 2.5], "d": [1, 2]})
    frame["e"] = pd.Series(["x", None], dtype=object)
    storages = {n: c.storage for n, c in schema.columns_of(frame).items()}
    assert list(schema.matching_columns(frame[list("edcba")], storages)) == list(
        "abcde"
    )
    wrong = frame.drop(columns="a").assign(c=[1, 2], f=0, d=frame.d.astype("Int64"))
    wrong["e"] = pd.Series([True, None], dtype=object)
    with pytest.raises(ValueError, match="`df` must have the columns of the") as error:
        schema.matching_columns(wrong, storages)
    assert str(error.value).partition("Received: ")[2].split("; ") == [
        "no column 'a'",
        "a column 'f' more",
        "column 'c' of int64 in place of float64",
        "column 'd' of Int64 in place of int64",
        "column 'e' of object (bool) in place of object (str)",
    ]


def test_an_empty_column_of_objects_fits():
    frame = pd.DataFrame({"a": pd.Series(["x", None] * 9, dtype=object)})
    table = Table.infer(frame)
    part = frame[frame.a.isna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(table.decode(table.encode(part)), part)


def test_names_are_integers_or_any_strings():
    frame = pd.DataFrame({n: ["x", "y", "x"] * 9 for n in (0, 7, "seed", "", "index")})
    frame[3] = np.arange(27) % 5 * 1.0
    table = Table.from_json(Table.infer(frame).to_json())
    again = table.decode(table.encode(frame))
    pd.testing.assert_frame_equal(again, frame)
    table = Table.infer(pd.DataFrame(np.arange(90).reshape(30, 3) % 4 / 8))
    assert table.names == (0, 1, 2)
