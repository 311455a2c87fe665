import pathlib
import sys

import pytest

import kgan

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "scripts"))

import compare_precision

RECIPE = kgan.recipes.get("digits").override(steps=6, sample_every=6, batch_size=16)


@pytest.mark.parametrize("precision", compare_precision.PRECISIONS)
def test_figures_of_a_short_run(precision):
    figures = compare_precision.measure(RECIPE.override(precision=precision), None)
    scaled = precision == "mixed_float16"
    for player in ("G", "D"):
        assert figures[f"updates of {player} skipped"] == "0"
        assert figures[f"loss scale of {player}"] == ("32768" if scaled else "1")
    assert 0.0 <= float(figures["d_accuracy"]) <= 1.0
    assert 0.5 < float(figures["d_loss"]) < 2.5


def test_each_step_is_logged_by_itself():
    each = compare_precision.EachStep()
    plan = kgan.runs.prepare.prepare(RECIPE, "never-written")
    history = plan.game.fit(plan.load(), callbacks=[each], verbose=0).history
    # `reset_metrics` before each step: the epoch's value is the last step's.
    assert history["d_loss"][-1] == pytest.approx(each.rows[-1][0])
    assert len({row[0] for row in each.rows}) == 6


def test_table_is_markdown():
    text = compare_precision.table(
        {"a": {"x": "1", "y": "2"}, "b": {"x": "3", "y": "4"}}
    )
    assert text.splitlines() == [
        "|  | a | b |",
        "| --- | --- | --- |",
        "| x | 1 | 3 |",
        "| y | 2 | 4 |",
    ]
