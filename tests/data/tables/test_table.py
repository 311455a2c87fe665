import copy
import datetime
import json
import pickle
import subprocess
import sys

import keras
import numpy as np
import pytest

from kgan.core import table_blocks
from kgan.data.tables import FixedCombinations, Inequality, Table

pd = pytest.importorskip("pandas")

ROWS = 600


def _frame(rows=ROWS):
    random = np.random.default_rng(0)
    days = random.integers(0, 900, rows)
    town = random.choice(["Oslo", "Rome", "Sarh"], rows)
    frame = pd.DataFrame(
        {
            "id": [f"p-{i:06d}" for i in range(rows)],
            "seed": random.choice(["a", "b", "c"], rows),
            "age": random.integers(17, 90, rows).astype(np.int16),
            0: random.normal(size=rows),
            "price": random.integers(1, 9000, rows) / 100,
            "start": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, "D"),
            "flag": random.random(rows) < 0.3,
            "town": town,
            "land": pd.Series(town).map({"Oslo": "no", "Rome": "it", "Sarh": "td"}),
            "source": "web",
            "level": pd.Categorical(
                random.choice(["low", "high"], rows), ["low", "high"]
            ),
            "zip": pd.array(random.integers(0, 400, rows), dtype="Int64"),
        }
    )
    frame["end"] = frame.start + pd.to_timedelta(random.integers(0, 30, rows), "D")
    frame.loc[random.random(rows) < 0.2, "end"] = pd.NaT
    frame.loc[random.random(rows) < 0.1, "zip"] = pd.NA
    frame.loc[random.random(rows) < 0.1, "price"] = np.nan
    return frame


OPTIONS = {
    "kinds": {"zip": "category"},
    "constraints": [Inequality("start", "end"), FixedCombinations("seed", "flag")],
}


def _coded(table, count=5000, seed=0):
    """Coded rows of all levels and places."""
    random, rows = np.random.default_rng(seed), []
    for block in table.blocks:
        rows.append(random.integers(0, block.levels, count))
        if block.has_place:
            rows.append(random.uniform(-1, 1, count))
    return np.stack(rows, axis=1)


@pytest.fixture(scope="module")
def frame():
    return _frame()


@pytest.fixture(scope="module")
def table(frame):
    return Table.infer(frame, **OPTIONS)


def test_a_frame_comes_back(frame, table):
    coded = table.encode(frame)
    assert coded.dtype == np.float64
    assert coded.shape == (ROWS, table_blocks.coded_width(table.blocks))
    again = table.decode(coded)
    columns = [name for name in frame if name not in ("id", 0)]
    pd.testing.assert_frame_equal(again[columns], frame[columns])
    np.testing.assert_allclose(again[0], frame[0], atol=0.01)
    assert list(again) == list(frame) == list(table.names)
    assert not set(again.id) & set(frame.id)
    assert isinstance(again.index, pd.RangeIndex)
    shuffled = frame.sample(frac=1, random_state=0)[list(frame)[::-1]]
    np.testing.assert_array_equal(table.encode(shuffled), coded[shuffled.index])


def test_blocks_have_the_shares_of_the_data(frame, table):
    coded = table.encode(frame)
    for block, place in table_blocks.coded_places(table.blocks):
        assert sum(block.shares) == pytest.approx(1)
        counts = np.bincount(coded[:, place].astype(int), minlength=block.levels)
        np.testing.assert_allclose(counts / ROWS, block.shares, atol=0.02)
        if block.has_place:
            without = ~np.asarray(block.places)[coded[:, place].astype(int)]
            assert not coded[without, place + 1].any()
            assert np.abs(coded[:, place + 1]).max() <= 1
    names = [block.name for block in table.blocks]
    assert names == [
        "seed, flag",
        "age",
        "0",
        "price",
        "start",
        "town",
        "level",
        "zip",
        "end",
    ]
    assert table.width == table_blocks.width(table.blocks)


def test_kinds_and_reasons(table):
    kinds = {name: type(kind).__name__ for name, kind in table.kinds.items()}
    assert kinds == {
        **{"id": "Key", "seed": "Category", "age": "Integer", 0: "Real"},
        **{"price": "Real", "start": "Date", "flag": "Boolean", "town": "Category"},
        **{"land": "Category", "source": "Constant", "level": "Category"},
        **{"zip": "Category", "end": "Date"},
    }
    assert table.dependencies == {"land": "town"}
    assert table.reasons["id"] == "all 600 strings differ"
    assert table.reasons["zip"] == "given"
    assert table.privacy is False


def test_rows_are_decoded_alike_whatever_stands_beside_them(table):
    coded = _coded(table)
    found = table.decode(coded, seed=3)
    part = table.decode(coded[40:90], seed=3, start=40).set_axis(range(40, 90))
    pd.testing.assert_frame_equal(part, found[40:90], check_index_type=False)
    index = np.asarray([7, 4000, 2])
    part = table.decode(coded[index], seed=3, index=index).set_axis(index)
    pd.testing.assert_frame_equal(part, found.loc[index], check_index_type=False)
    narrow = table.decode(coded.astype(np.float32), seed=3)
    pd.testing.assert_frame_equal(narrow.drop(columns=0), found.drop(columns=0))


def test_whatever_is_decoded_can_be_encoded(table):
    coded = _coded(table)
    found = table.decode(coded)
    again = table.encode(found)
    for block, place in table_blocks.coded_places(table.blocks):
        if block.name not in ("end", "zip"):  # a difference; one of many levels
            np.testing.assert_array_equal(again[:, place], coded[:, place])


def test_a_table_comes_back_from_json_keras_and_pickle(frame, table):
    coded = _coded(table, 300)
    expected = table.decode(coded, seed=5)
    text = table.to_json()
    keras_config = keras.saving.serialize_keras_object(table)
    json.dumps(keras_config)
    for again in (
        Table.from_json(text),
        keras.saving.deserialize_keras_object(keras_config),
        pickle.loads(pickle.dumps(table)),
        copy.deepcopy(table),
    ):
        pd.testing.assert_frame_equal(again.decode(coded, seed=5), expected)
        assert again.to_json() == text
        assert again.blocks == table.blocks
        assert again.constraints == table.constraints
        assert str(again) == str(table)
    with pytest.raises(ValueError, match="`df` must be given to a table that was load"):
        again = Table.from_json(text).override({"zip": "integer"})
    again = Table.from_json(text).override({"zip": "integer"}, frame)
    assert again.reasons["zip"] == "given"
    assert again.reasons["age"] == table.reasons["age"]
    assert again.constraints == table.constraints


def test_kinds_are_overridden(frame, table):
    again = table.override({"zip": "integer", 0: "category", "id": "category"})
    kinds = {name: type(kind).__name__ for name, kind in again.kinds.items()}
    assert (kinds["zip"], kinds[0], kinds["id"]) == ("Integer", "Category", "Category")
    assert kinds["age"] == "Integer"
    decoded = again.decode(again.encode(frame))
    pd.testing.assert_frame_equal(decoded, frame)
    for kinds, message in (
        ({"zipp": "category"}, "Did you mean 'zip'?"),
        ({"zip": "categori"}, "Did you mean 'category'?"),
        ({"zip": "text"}, "Free text cannot be modelled: drop the column, or make"),
        ({"zip": {"kind": "integer", "minimun": 3}}, "Did you mean 'minimum'?"),
        ({"town": "integer"}, "Column 'town' must hold numbers"),
    ):
        with pytest.raises(ValueError, match=message):
            table.override(kinds)


def test_measured_numbers(frame, table):
    measured = table.measured(frame)
    names = list(table.measured_names)
    assert names == [name for name in frame if name not in ("id", "source")]
    numbers = [n for n, of in zip(names, table.measured_is_number, strict=True) if of]
    assert numbers == ["age", 0, "price", "start", "end"]
    for name, column in zip(names, measured.T, strict=True):
        missing = frame[name].isna().to_numpy()
        np.testing.assert_array_equal(np.isnan(column), missing)
        if name in ("start", "end"):
            known = frame[name][~missing].to_numpy().astype(np.int64)
            np.testing.assert_array_equal(column[~missing], known)
        elif name in numbers:
            np.testing.assert_array_equal(column[~missing], frame[name][~missing])
        else:
            levels = table.levels(name)
            found = [levels[int(code)] for code in column[~missing]]
            assert found == frame[name][~missing].tolist()
    new = frame.assign(town="Lima", age=np.int16(500))
    measured = table.measured(new)
    assert (measured[:, names.index("town")] == 3).all()
    assert (measured[:, names.index("age")] == 500).all()
    with pytest.raises(ValueError, match="'age' must be a category to have levels"):
        table.levels("age")


CONDITIONS = [
    ("seed", {"values": ["a", "c"]}),
    ("flag", {"values": [True]}),
    ("age", {"low": 30, "high": 40}),
    ("price", {"values": [None]}),
    ("price", {"low": 10.5}),
    ("start", {"low": "2020-05-01", "high": "2020-09-30"}),
    ("end", {"high": "2020-09-30"}),
    ("end", {"values": [None]}),
    ("land", {"values": ["no", "td"]}),
    ("town", {"values": ["Rome"]}),
    ("level", {"values": ["high"]}),
    ("zip", {"values": [17, None]}),
    ("zip", {"low": 100, "high": 200}),
    (0, {"low": 0.25}),
]


@pytest.mark.parametrize(("name", "asked"), CONDITIONS)
def test_masks_hold_all_rows_that_are_asked_for(table, name, asked):
    coded = _coded(table, 20_000)
    number, mask, exact = table.mask(name, **asked)
    assert isinstance(exact, bool)
    assert mask.dtype == bool
    assert mask.shape == (table.blocks[number].levels,)
    places = [place for _, place in table_blocks.coded_places(table.blocks)]
    inside = mask[coded[:, places[number]].astype(int)]
    cells = table.decode(coded)[name]
    if "values" in asked:
        holds = cells.isin([v for v in asked["values"] if v is not None])
        holds |= cells.isna() & (None in asked["values"])
    else:
        ends = {"low": cells.dropna().min(), "high": cells.dropna().max()} | asked
        if name in ("start", "end"):
            ends = {key: pd.Timestamp(end) for key, end in ends.items()}
        holds = cells.between(ends["low"], ends["high"]).fillna(False)
    holds = holds.to_numpy(bool)
    assert holds.any()
    assert not (holds & ~inside).any()
    if exact:
        assert holds[inside].all()


def test_what_cannot_be_asked(table):
    for name, asked, message in (
        ("towm", {"values": ["Rome"]}, "Did you mean 'town'"),
        ("town", {"values": ["Room"]}, "Did you mean 'Rome'"),
        ("land", {"values": ["nl"]}, "A level of column 'land' must be one of"),
        ("id", {"values": ["p-000001"]}, "column that is modelled: leave 'id' out"),
        ("source", {"values": ["web"]}, "column that is modelled: leave 'source' out"),
        ("age", {"values": ["old"]}, "A value of column 'age' must be a number"),
        ("town", {"values": [None]}, "'town' must have missing cells in training"),
        ("end", {"values": ["soon"]}, "A value of column 'end' must be a date"),
    ):
        with pytest.raises(ValueError, match=message):
            table.mask(name, **asked)


def test_coded_rows_are_checked(table):
    width = table_blocks.coded_width(table.blocks)
    with pytest.raises(ValueError, match=rf"must have shape \(rows, {width}\)"):
        table.decode(np.zeros((3, width - 1)))
    with pytest.raises(ValueError, match="`coded` must be finite"):
        table.decode(np.full((3, width), np.nan))
    for level in (-1.0, 1e9):
        with pytest.raises(ValueError, match="must hold levels of column 'seed, flag'"):
            table.decode(np.full((3, width), level))


def test_a_constant_column_must_stay_so(frame, table):
    with pytest.raises(
        ValueError, match=r"'source' must hold 'web' in all rows.*'app'"
    ):
        table.encode(frame.assign(source="app"))


def _secret_frame():
    """A frame of few rows each of whose secrets is in one of them, or in nine."""
    frame = _frame(2000).drop(columns=["id", "source"])
    frame["ref"] = [f"case-{i:05d}" for i in range(2000)]
    frame["day"] = [datetime.date(2020, 1, 1 + i % 28) for i in range(2000)]
    frame["word"] = pd.Series(["x", "y"] * 1000, dtype=object)
    secret = {
        "seed": "canary 8675309",
        "age": np.int16(31_337),
        0: 8675.309,
        "price": 86753.09,
        "start": pd.Timestamp("1987-06-05"),
        "end": pd.Timestamp("2087-06-05"),
        "land": "canary land",
        "town": "canary town",
        "zip": 8675309,
        "day": datetime.date(1986, 7, 5),
        "word": "canary word",
        "ref": "canary-86753",
    }
    frame["level"] = frame.level.cat.add_categories(["canary level", "canary unused"])
    frame.loc[:8, "level"] = "canary level"
    for name, cell in secret.items():
        frame.loc[: 0 if name in ("ref", 0) else 8, name] = cell
    return frame, [*secret.values(), "canary level", "canary unused"]


def test_with_privacy_no_value_of_few_rows_is_kept():
    frame, secrets = _secret_frame()
    table = Table.infer(frame, privacy=True, **OPTIONS)
    text = table.to_json()
    assert "canary" not in text
    days = np.asarray(["1987-06-05", "2087-06-05", "1986-07-05"], "M8[D]").astype(int)
    numbers = {*days, *(days * 86_400_000_000), 31_337, 8_675_309, 86_753.09, 8_675.309}
    stored = set(_numbers(json.loads(text)))
    assert not stored & (numbers | {n + half for n in numbers for half in (-0.5, 0.5)})
    assert not stored & set(frame[0])
    found = table.decode(table.encode(frame))
    assert not {str(cell) for cell in found.to_numpy(object).ravel()} & {
        str(secret) for secret in secrets
    }
    without = Table.infer(frame, **OPTIONS).to_json()
    assert "canary 8675309" in without
    assert {31_337, 8_675_309} < set(_numbers(json.loads(without)))
    assert "canary-86753" not in without


def _numbers(config):
    if isinstance(config, dict):
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            yield from _numbers(value)
    elif isinstance(config, (int, float)) and not isinstance(config, bool):
        yield config


_MEMORY = """
import resource
import numpy as np
import pandas as pd
import kgan
from kgan.data.tables import Table

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

random = np.random.default_rng(0)
before = used()
levels = random.integers(0, 10**6, 10**5)
frame = pd.DataFrame({"x": [f"level {i}" for i in levels], "y": levels % 7})
table = Table.infer(frame)
coded = table.encode(frame)
pd.testing.assert_frame_equal(table.decode(coded), frame)
Table.from_json(table.to_json())
print(table.width, used() - before)
"""


def test_a_million_possible_levels_take_less_than_a_gigabyte():
    text = subprocess.run(
        [sys.executable, "-c", _MEMORY], capture_output=True, text=True, check=True
    ).stdout
    width, gigabytes = map(float, text.split())
    assert width < 300
    assert gigabytes < 1


def test_adult(adult):
    table = Table.infer(adult)
    coded = table.encode(adult)
    pd.testing.assert_frame_equal(table.decode(coded), adult)
    kinds = [type(kind).__name__ for kind in table.kinds.values()]
    assert kinds.count("Integer") == 5
    assert table.dependencies == {"education-num": "education"}
    assert table.width < 200
    assert max(map(len, str(table).splitlines())) <= 80


def test_integers_too_far_apart():
    wide = pd.DataFrame(
        {"w": np.array([2**62 + 1, -(2**62) - 5] * 25), "y": [0, 1] * 25}
    )
    with pytest.raises(ValueError, match="'w' must hold numbers within 62 bits"):
        Table.infer(wide)


def test_numbers_that_are_categories():
    df = pd.DataFrame({"c": pd.Categorical(np.arange(100) % 60), "y": [0, 1] * 50})
    with pytest.raises(ValueError, match="'c' must hold numbers, and no categories"):
        Table.infer(df, kinds={"c": "integer"})
