"""Recipes of tables: fields, the game that they make, what a run holds of the table."""

import json

import pandas as pd
import pytest
from small_tables import people

import kgan
from kgan.data.tables.source import TableSource
from kgan.recipes import Recipe
from kgan.recipes.options import tabular

SMALL = {"generator_width": 4, "discriminator_width": 6, "depth": 1, "latent_dim": 3}


def recipe(**values):
    return Recipe(name="people", dataset="made_table", game="tabular", **values)


def test_defaults_are_those_that_are_recommended():
    found, wanted = recipe(), kgan.tabular.recommended()
    assert found.steps == kgan.tabular.training.STEPS
    assert found.batch_size == kgan.tabular.training.BATCH_SIZE
    assert found.loss == wanted["loss"]
    assert [p.weight for p in wanted["penalties"]] == [found.penalty_weight] * 2
    adam = found.optimizer_of("generator")
    assert adam["learning_rate"]["first"] == kgan.tabular.training.LEARNING_RATE
    config = wanted["generator_optimizer"].get_config()
    assert (adam["beta_1"], adam["beta_2"]) == (config["beta_1"], config["beta_2"])


def test_the_game_it_makes():
    source = TableSource(people())
    game = recipe(**SMALL, steps=40, penalty_weight=0.0, seed=5).make_game(source)
    assert game.generator.get_layer("body").input_shape == (None, 3)
    assert game.generator_hidden == (4,)
    assert game.discriminator_hidden == (6,)
    assert game.seed == 5
    assert not game.penalties
    rates = [float(game.generator_optimizer._learning_rate(step)) for step in (0, 40)]
    assert rates == pytest.approx([3e-3, 0.0])


def test_a_run_and_its_table(tmp_path):
    path = tmp_path / "people.csv"
    people().to_csv(path, index=False)
    chosen = recipe(**SMALL, steps=6, batch_size=100).override(
        dataset=str(path), columns={"hours": "real"}
    )
    game = kgan.training.train(chosen, tmp_path / "run", verbose=0)
    table = kgan.tabular.Table.from_json((tmp_path / "run/columns.json").read_text())
    assert str(table) == str(game.table)
    assert type(table.kinds["hours"]).__name__ == "Real"
    assert "cook" in (tmp_path / "run/columns.json").read_text()
    longer = kgan.training.resume(tmp_path / "run", steps=8, verbose=0)
    assert longer.step == 8
    rows = [
        longer.sample(5, seed=1),
        kgan.training.resume(tmp_path / "run").sample(5, seed=1),
    ]
    pd.testing.assert_frame_equal(*rows)


def test_columns_by_flag(tmp_path):
    kind = tabular.Columns()
    assert kind.parse('{"zip": "category"}') == {"zip": "category"}
    (tmp_path / "columns.json").write_text(json.dumps({"zip": "key"}))
    assert kind.parse(str(tmp_path / "columns.json")) == {"zip": "key"}


def test_it_takes_tables_alone():
    assert not recipe().suits(kgan.data.source("digits"))
    with pytest.raises(ValueError, match="a table"):
        recipe().check_source(kgan.data.source("digits"))
