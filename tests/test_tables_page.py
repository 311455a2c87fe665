"""What docs/tables.md shows works as it stands there."""

import pathlib
import re

import numpy as np
import pages
import pandas as pd
import pytest

import kgan

PAGE = (pathlib.Path(__file__).parents[1] / "docs/tables.md").read_text("utf-8")
FIRST, CONSTRAINTS, STOPPING = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def census(rows=300):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(17, 90, rows),
            "education": rng.choice(["Masters", "Doctorate", "HS-grad"], rows),
            "sex": rng.choice(["Male", "Female"], rows),
            "income": rng.choice(["<=50K", ">50K"], rows),
        }
    )


def run(example, names):
    exec(compile(example, "tables.md", "exec"), names)
    return names


def test_the_first_example(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    census().to_csv("adult.csv.gz", index=False)
    names = run(FIRST.replace("fit(df)", "fit(df, epochs=2, verbose=0)"), {})
    assert "age        Integer" in capsys.readouterr().out
    assert len(names["fake"]) == 1_000
    assert (names["rich"]["income"] == ">50K").all()
    assert set(names["rich"]["education"]) <= {"Masters", "Doctorate"}
    assert (tmp_path / "adult.keras").exists()
    assert len([x for x in FIRST.splitlines() if x and "import" not in x]) <= 10


def test_the_constraints():
    rng, rows = np.random.default_rng(0), 300
    start = np.datetime64("2024-01-01") + rng.integers(0, 300, rows)
    product, city = rng.integers(0, 3, rows), rng.integers(0, 4, rows)
    df = pd.DataFrame(
        {
            "start": start.astype("datetime64[s]"),
            "end": (start + rng.integers(0, 30, rows)).astype("datetime64[s]"),
            "city": np.asarray(["Rome", "Turin", "Paris", "Lyon"])[city],
            "country": np.asarray(["Italy", "Italy", "France", "France"])[city],
            "product": np.asarray(["pen", "ink", "pad"])[product],
            "code": np.asarray(["P1", "I2", "P3"])[product],
            "age": rng.integers(18, 99, rows),
            "price": (0.05 * rng.integers(1, 200, rows)).round(2),
        }
    )
    table = run(CONSTRAINTS, {"kgan": kgan, "df": df})["table"]
    rows = kgan.tabular.TabularGAN(table).sample(500, seed=0)
    assert (rows["end"] >= rows["start"]).all()
    for pair in (["city", "country"], ["product", "code"]):
        seen = set(map(tuple, df[pair].to_numpy()))
        assert set(map(tuple, rows[pair].to_numpy())) <= seen
    assert rows["age"].between(18, 99).all()
    steps = rows["price"] / 0.05
    np.testing.assert_allclose(steps, steps.round(), atol=1e-6)


def test_stopping_by_held_out_trends(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train, test = census(300), census(200)
    gan = kgan.tabular.TabularGAN(kgan.tabular.Table.infer(train))
    example = STOPPING.replace("fit(train, ", "fit(train, epochs=2, verbose=0, ")
    names = {"kgan": kgan, "gan": gan, "train": train, "test": test}
    run("import keras\n" + example, names)
    assert 0.0 < names["measured"].last["pair_trends"] < 1.0
    assert (tmp_path / "best.keras").exists()


@pytest.mark.parametrize("command", pages.commands(PAGE))
def test_every_flag_of_the_commands_is_known(command):
    pages.check_flags(command)


def test_every_metric_and_recipe_of_tables_is_on_the_page():
    known = set(re.findall(r"`(\w+)`", PAGE))
    kinds = kgan.metrics.registry.kinds()
    assert {name for name, kind in kinds.items() if kind.of_tables} <= known
    recipes = {n for n in kgan.recipes.names() if kgan.recipes.get(n).game == "tabular"}
    assert recipes <= known


def test_names_that_it_mentions_are_there():
    for name in re.findall(r"kgan\.tabular\.(\w+)", PAGE):
        assert hasattr(kgan.tabular, name)


def test_the_figures_of_the_recipe_are_those_of_the_page():
    figures = kgan.recipes.get("adult").results
    for name, value in figures.items():
        assert name == "command" or str(value) in PAGE
