"""A game that `kgan.runs` knows nothing of is trained, resumed, and started from."""

import json

import numpy as np
import pytest
import second_game
import tiny

from kgan.callbacks import checkpoints
from kgan.runs import directory, prepare, train


@pytest.fixture(autouse=True)
def _callbacks(monkeypatch):
    """Leaves out callbacks that look at the networks of a GAN."""
    monkeypatch.setattr(train, "_guards", lambda plan: [])
    monkeypatch.setattr(checkpoints, "_finite", lambda model: True, raising=False)


def test_a_run_is_written_and_goes_on(tmp_path):
    recipe = second_game.recipe(tmp_path / "data")
    game = train.train(recipe, tmp_path / "run", verbose=0)
    assert (game.step, game.position) == (5, 5)
    assert tiny.files(tmp_path / "run") >= {
        "recipe.json",
        "gan.keras",
        "metrics.csv",
        "checkpoints/step-00000005.keras",
    }
    written = json.loads((tmp_path / "run" / directory.RECIPE).read_text("utf-8"))
    assert (written["game"], written["width"]) == ("copying", 4)
    assert written["optimizers"]["painter"]["name"] == "adam"
    assert directory.load_model(tmp_path / "run").step == 5
    longer = train.resume(tmp_path / "run", steps=7, verbose=0)
    whole = train.train(recipe.override(steps=7), tmp_path / "whole", verbose=0)
    for ours, theirs in zip(
        longer.painter.get_weights(), whole.painter.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    ours, theirs = (g.painter_optimizer.variables for g in (longer, whole))
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())


def test_a_plan_says_what_the_game_is(tmp_path):
    recipe = second_game.recipe(tmp_path / "data")
    plan = prepare.prepare(recipe, tmp_path / "run")
    text = prepare.describe(plan)
    assert f"painter        {plan.game.painter.count_params():,} parameters" in text
    assert "data           " in text
    assert "pairs:" in text
    (batch,) = plan.load(batches=1)
    assert {name: part.shape for name, part in batch.items()} == {
        "source": (4, 8, 8, 1),
        "target": (4, 8, 8, 1),
    }
    assert prepare.cut(recipe.override(sample_every=None), 22) == 5


def test_first_weights_are_those_of_the_same_game(tmp_path):
    recipe = second_game.recipe(tmp_path / "data")
    old = prepare.prepare(recipe, tmp_path / "run").game
    directory.save(old, tmp_path / "old.keras")
    start = tmp_path / "old.keras"
    new = prepare.prepare(recipe.override(seed=3), tmp_path / "run", init_from=start)
    for ours, theirs in zip(new.game.get_weights(), old.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ValueError, match=r"needs .*kernel of shape \(3, 3, 1, 5\)"):
        prepare.prepare(recipe.override(width=5), tmp_path / "run", init_from=start)
    with pytest.raises(ValueError, match=r"weights of a GAN\. Received: Copying in"):
        prepare.prepare(tiny.DIGITS, tmp_path / "run", init_from=start)


def test_data_of_another_game_are_refused_before_writing(tmp_path):
    pairs = second_game.pairs(tmp_path / "data")
    with pytest.raises(ValueError, match="images or points for the game gan"):
        train.train(
            tiny.DIGITS.override(dataset=pairs, image_size=None), tmp_path / "a"
        )
    with pytest.raises(ValueError, match="pairs of images for the game copying"):
        train.train(second_game.CopyingRecipe(name="copies"), tmp_path / "a")
    assert not (tmp_path / "a").exists()
