import numpy as np
import pytest

from kgan.data.tables import Key, Table

pd = pytest.importorskip("pandas")

ROWS = 100


def _frame(key):
    return pd.DataFrame({"key": key, "x": np.arange(ROWS) % 7})


def _keys(key, **options):
    table = Table.infer(_frame(key), {"key": "key"})
    table = Table.from_json(table.to_json())
    return table.decode(table.encode(_frame(key)), **options).key


KEYS = {
    "int64": np.arange(ROWS) + 1000,
    "int32": np.arange(ROWS, dtype=np.int32),
    "Int64": pd.array(np.arange(ROWS), dtype="Int64"),
    "object of int": pd.Series(range(ROWS), dtype=object),
    "str": [f"k{i}" for i in range(ROWS)],
    "object of str": pd.Series([f"k{i}" for i in range(ROWS)], dtype=object),
    "string": pd.array([f"k{i}" for i in range(ROWS)], dtype="string"),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_new_and_of_the_same_form(name):
    old = pd.Series(KEYS[name])
    new = _keys(KEYS[name])
    assert new.dtype == old.dtype
    assert new.is_unique
    assert not set(new) & set(old)
    whole = old.map(lambda cell: int(str(cell).removeprefix("k")))
    expected = [f"{'k' if 'str' in name else ''}{whole.max() + 1}"]
    assert [str(new[0])] == expected
    assert {type(cell) for cell in new} == {type(cell) for cell in old}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_depends_on_the_seed_and_its_row_alone(name):
    new = _keys(KEYS[name], seed=3)
    later = _keys(KEYS[name], seed=3, start=40)
    assert new[40:].tolist() == later[:60].tolist()
    index = np.arange(ROWS)[::-1]
    assert _keys(KEYS[name], seed=3, index=index).tolist() == new[::-1].tolist()


def test_no_key_is_kept():
    text = Table.infer(
        _frame([f"k{i:04d}" for i in range(ROWS)]), privacy=True
    ).to_json()
    assert not [i for i in range(ROWS) if f"k{i:04d}" in text]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (np.arange(ROWS) // 2, "differ in all rows to be a key.*50 values.*as 0"),
        ([None, *map(str, range(99))], "no missing cells to be a key.*1 rows"),
        ([np.nan, *range(99)], "strings or integers to be a key"),
        (np.arange(ROWS) / 2, "strings or integers to be a key"),
        (pd.Categorical(map(str, range(ROWS))), "strings or integers to be a key"),
    ],
)
def test_what_is_no_key_is_refused(key, message):
    with pytest.raises(ValueError, match=message):
        Table.infer(_frame(key), {"key": Key()})


def test_keys_that_leave_the_dtype_are_refused():
    frame = _frame(np.arange(ROWS, dtype=np.int8))
    table = Table.infer(frame, {"key": "key"})
    coded = table.encode(frame)
    assert table.decode(coded[:28]).key.max() == 127
    with pytest.raises(ValueError, match=r"must fit dtype int8.*whose key is 199"):
        table.decode(coded)
