import time

import numpy as np
import pytest

from kgan.data.tables import Table

pd = pytest.importorskip("pandas")

ROWS = 400


def _towns(rows=ROWS):
    random = np.random.default_rng(0)
    town = random.choice(["Oslo", "Bergen", "Rome", "Turin", "Sarh"], rows)
    land = {"Oslo": "no", "Bergen": "no", "Rome": "it", "Turin": "it", "Sarh": "td"}
    north = {"no": True, "it": True, "td": False}
    frame = pd.DataFrame({"land": [land[t] for t in town], "town": town})
    frame["north"] = [north[x] for x in frame.land]
    frame["height"] = frame.town.map(dict(zip(land, (3, 7, 21, 240, 365), strict=True)))
    return frame.assign(x=random.normal(size=rows).round(3))


def _round_trip(frame):
    table = Table.infer(frame)
    pd.testing.assert_frame_equal(table.decode(table.encode(frame)), frame)
    loaded = Table.from_json(table.to_json())
    assert loaded.dependencies == table.dependencies
    pd.testing.assert_frame_equal(loaded.decode(loaded.encode(frame)), frame)
    return table


def test_columns_follow_from_one_that_is_kept():
    frame = _towns()
    table = _round_trip(frame)
    assert table.dependencies == {"land": "town", "north": "town", "height": "town"}
    assert [block.name for block in table.blocks] == ["town", "x"]
    assert table.measured_names == ("land", "town", "north", "height", "x")
    random = np.random.default_rng(1)
    rows = np.stack([random.integers(0, 5, 9999), random.integers(0, 9, 9999)], 1)
    found = table.decode(np.concatenate([rows, np.zeros((9999, 1))], axis=1))
    columns = ["land", "town", "north", "height"]
    pairs = [set(map(tuple, f[columns].to_numpy())) for f in (frame, found)]
    assert pairs[0] == pairs[1]


def test_of_two_columns_that_determine_each_other_the_later_is_dropped():
    frame = _towns()[["town", "x"]]
    frame["post"] = frame.town.str[:2]
    assert _round_trip(frame).dependencies == {"post": "town"}
    turned = _round_trip(frame[["post", "x", "town"]])
    assert turned.dependencies == {"town": "post"}


def test_numbers_determine_no_other_column():
    frame = _towns()[["height", "town", "x"]]
    frame.loc[frame.town == "Sarh", "height"] = np.where(
        (frame.town == "Sarh").to_numpy().nonzero()[0] % 2, 1, 2
    )
    table = _round_trip(frame.assign(height=frame.height * 1.5))
    assert table.dependencies == {}


def test_one_row_breaks_a_dependency():
    frame = _towns()
    frame.loc[17, "land"] = "td" if frame.land[17] != "td" else "no"
    assert "land" not in _round_trip(frame).dependencies


def test_few_rows_of_a_value_are_no_evidence():
    frame = _towns()
    rare = frame[frame.town == "Sarh"]
    frame = pd.concat([frame[frame.town != "Sarh"], rare[:9]], ignore_index=True)
    assert _round_trip(frame).dependencies == {}
    table = Table.infer(frame, min_count=9)
    assert table.dependencies["land"] == "town"


def test_missing_cells_are_values():
    frame = _towns()
    frame["land"] = frame.land.astype(object).where(frame.town != "Sarh", None)
    frame["height"] = frame.height.astype(float).where(frame.town != "Oslo")
    frame.loc[frame.index[:40], "town"] = np.nan
    frame.loc[frame.index[:40], ["land", "height", "north"]] = [None, 5.0, True]
    table = _round_trip(frame)
    assert table.dependencies == {"land": "town", "north": "town", "height": "town"}
    number, mask, exact = table.mask("land", [None])
    assert (number, exact) == (0, True)
    known = table.decode(np.stack([[0, 1, 2, 3, 4, 5], [0] * 6, [0] * 6], axis=1))
    np.testing.assert_array_equal(mask, known.land.isna())
    _, mask, exact = table.mask("height", low=5, high=30)
    np.testing.assert_array_equal(mask, known.height.between(5, 30))
    assert exact
    np.testing.assert_array_equal(table.mask("height", [None])[1], known.height.isna())
    np.testing.assert_array_equal(table.mask("north", [False])[1], ~known.north)


def test_rows_that_do_not_follow_are_refused():
    frame = _towns()
    table = Table.infer(frame)
    wrong = frame.assign(land="no")
    with pytest.raises(ValueError, match=r"'land' must follow from 'town'.*no beside"):
        table.encode(wrong)
    with pytest.raises(ValueError, match=r"A level of column 'land'.*'xx'"):
        table.mask("land", ["xx"])


def test_fifty_columns_take_no_time():
    random = np.random.default_rng(0)
    codes = random.integers(0, 9, (20_000, 50))
    frame = pd.DataFrame(codes).astype(str).add_prefix("c")
    frame["c49"] = frame.c7
    started = time.process_time()
    assert Table.infer(frame).dependencies == {"c49": "c7"}
    assert time.process_time() - started < 20


def test_adult_has_one(adult):
    table = _round_trip(adult)
    assert table.dependencies == {"education-num": "education"}
    part = adult.sample(10_000, random_state=0, ignore_index=True)
    assert _round_trip(part).dependencies == {"education-num": "education"}
