"""Tables through `measure`: which metrics, which rows, and what is refused."""

import keras
import numpy as np
import pandas
import pytest
from measured_stand_ins import Made, StandInGame

import kgan
from kgan.data import registry
from kgan.data.tables.source import TableSource
from kgan.data.tables.table import Table
from kgan.metrics import TSTR, measure

ROWS = 600


def frame(seed=0, bond=True, count=ROWS):
    draw = np.random.default_rng(seed)
    sex = draw.integers(0, 2, count)
    age = np.round(draw.normal(40 + 10 * sex * bond, 5, count), 1)
    age[:: 17 + seed] = np.nan
    town = np.array(["Bern", "Köln", "Paris"])[draw.integers(0, 3, count)]
    return pandas.DataFrame(
        {"age": age, "sex": np.where(sex == 1, "f", "m"), "town": town}
    )


@pytest.fixture(scope="module")
def table():
    return Table.infer(frame())


def game(table, of=None):
    return StandInGame(table, table.measured(frame(1) if of is None else of))


def details(evaluation, name):
    return next(m for m in evaluation.measurements if m.metric == name).provenance


def test_the_metrics_that_fit_a_table(table):
    found = measure(game(table), frame())
    names = ["column_shapes", "pair_trends", "pair_trends_worst", "row_copies"]
    assert list(found.values()) == names
    assert found["pair_trends"] > 0.9
    assert details(found, "pair_trends")["num_real"] == ROWS
    assert "num_held_out" not in details(found, "pair_trends")
    assert "shuffled" in found.table()


def test_held_out_rows_join_where_there_are_any(table):
    options = {"held_out": frame(2), "target": "sex", "seed": 3}
    found = measure(game(table), frame(), **options)
    assert {"tstr", "trtr"} < found.values().keys()
    assert found["trtr"] > 0.8
    for name in ("column_shapes", "pair_trends", "row_copies"):
        assert details(found, name)["num_held_out"] == ROWS
        assert 0 <= details(found, name)["held_out"] <= 1
    again = measure(game(table), frame(), **options)
    assert again.to_json() == found.to_json()


def test_all_metrics_by_name_and_by_object(table):
    which = ["nearest_records", "row_copies", TSTR("age", seeds=1)]
    found = measure(game(table), frame(), which, held_out=frame(2))
    assert list(found.values()) == ["nearest_records_z", "row_copies", "tstr", "trtr"]
    assert abs(found["nearest_records_z"]) < 5


def test_columns_that_do_not_belong_together_score_less(table):
    apart = measure(game(table, frame(1, bond=False)), frame(), ["pair_trends"])
    bound = measure(game(table), frame(), ["pair_trends"])
    assert apart["pair_trends_worst"] < bound["pair_trends_worst"] - 0.1
    assert details(apart, "pair_trends")["worst_pair"] == "age, sex"


def test_fakes_may_be_a_frame_or_a_file(table, tmp_path):
    real, fake = frame(), frame(1)
    fake.loc[0, "town"] = "Wien"  # a level of no real row
    expected = measure(game(table, fake), real, ["column_shapes"])["column_shapes"]
    assert measure(fake, real, ["column_shapes"])["column_shapes"] == expected
    path = tmp_path / "fake.csv"
    fake.to_csv(path, index=False)
    assert measure(str(path), real, ["column_shapes"])["column_shapes"] == expected


def test_a_file_is_read_as_the_game_needs_it(table, tmp_path):
    path = tmp_path / "real.csv"
    frame().to_csv(path, index=False)
    found = measure(game(table), str(path), ["pair_trends"])
    whole = measure(game(table), frame(), ["pair_trends"])
    assert found["pair_trends"] == whole["pair_trends"]
    held_out = tmp_path / "test.csv"
    frame(2).to_csv(held_out, index=False)
    found = measure(game(table), str(path), ["pair_trends"], held_out=str(held_out))
    assert details(found, "pair_trends")["num_held_out"] == ROWS


def test_files_are_read_as_the_run_read_its_own(table, tmp_path, monkeypatch):
    known = ("missing", "held_out")
    monkeypatch.setattr(registry, "side_options", lambda name: known)
    paths = [tmp_path / "real.csv", tmp_path / "test.csv"]
    for number, path in enumerate(paths):
        frame(number).to_csv(path, index=False, na_rep="?")
    windows = {"missing": ("?",), "held_out": 0.5}
    given = {"windows": windows, "held_out": str(paths[1])}
    found = measure(game(table), str(paths[0]), ["column_shapes"], **given)
    own = details(found, "column_shapes")
    assert own["num_held_out"] == ROWS
    assert ROWS / 3 < own["num_real"] < ROWS * 2 / 3


def test_the_part_of_a_source_that_is_held_out(table):
    source = TableSource(frame(), table, held_out=0.3)
    found = measure(game(table), source, ["pair_trends", "tstr"], target="sex")
    own = details(found, "pair_trends")
    assert own["num_real"] + own["num_held_out"] == ROWS
    assert own["held_out_split"] == "test"
    part = source.other_split("test")
    alone = details(measure(game(table), part, ["pair_trends"]), "pair_trends")
    assert alone["num_real"] == own["num_held_out"]
    assert "num_held_out" not in alone


def test_another_table_of_a_source_gives_way_to_the_games(table):
    real = frame(2)
    real.loc[real["town"] == "Bern", "town"] = "Chur"  # other levels, other numbers
    other = TableSource(real, held_out=0.0)
    expected = measure(game(table), real, ["column_shapes"])["column_shapes"]
    found = measure(game(table), other, ["column_shapes"])
    assert found["column_shapes"] == expected < 0.95


def test_no_row_is_kept_on_the_disk(table, tmp_path):
    measure(game(table), frame(), held_out=frame(2), cache_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["frechet", "precision_recall", "memorisation"])
def test_distances_of_points_are_refused_for_tables(table, name):
    with pytest.raises(ValueError, match=r"must compare columns, .*pair_trends"):
        measure(game(table), frame(), [name])


def test_metrics_of_tables_need_one():
    with pytest.raises(ValueError, match=r"pair_trends needs a table.*: digits"):
        measure("digits", "digits", ["pair_trends"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metrics": ["tstr"]}, "`held_out` must be given for tstr"),
        ({"metrics": ["tstr"], "held_out": frame(2)}, "`target` must name a column"),
        ({"held_out": frame(2), "target": "sx"}, "Did you mean 'sex'"),
        ({"held_out": frame()}, "`held_out` must be other examples"),
        ({"num_images": 10}, "needs at least 20 real and 20 fake examples"),
    ],
)
def test_what_cannot_be_measured_is_told(table, options, message):
    with pytest.raises(ValueError, match=message):
        measure(game(table), frame(), **options)


def test_a_training_is_watched_by_pair_trends(table):
    measured = kgan.callbacks.EvaluateGenerator(["pair_trends"], frame(2))
    model = game(table)
    assert measured.check(model) == ("pair_trends", "pair_trends_worst")
    best = keras.callbacks.EarlyStopping("pair_trends", mode="max", patience=0)
    callbacks = keras.callbacks.CallbackList([measured, best], model=model, epochs=3)
    callbacks.on_train_begin()
    for epoch in range(2):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, {})
    assert best.best == measured.last["pair_trends"] > 0.9
    assert model.stop_training


def test_made_rows_of_one_value_are_measured(table):
    rows = np.repeat(table.measured(frame()[:1]), 50, axis=0)
    model = StandInGame(table, rows)
    found = measure(model, frame(), held_out=frame(2), target="sex")
    assert found["tstr"] == 0.5
    assert all(np.isfinite(list(found.values().values())))
    assert isinstance(model.examples(5), Made)
