"""Recipes of CUT: from a text and two sets to a trained game."""

import keras
import pytest
import two_sets

from kgan import data, recipes
from kgan.recipes import Recipe
from kgan.runs import prepare, train


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return f"unpaired:{two_sets.write(tmp_path_factory.mktemp('sets'))}:a:b"


def tiny(dataset, **values):
    small = {**two_sets.SMALL, "projector_width": 4, "positions": 8}
    return Recipe(name="tiny", game="cut", dataset=dataset).override(
        **{**small, **values}
    )


def test_a_run(dataset, tmp_path):
    recipe = tiny(dataset)
    assert recipes.Recipe.from_json(recipe.to_json()) == recipe
    game = train.train(recipe, tmp_path / "run", verbose=0)
    assert (game.step, game.nce, game.nce_identity) == (3, 1.0, True)
    resumed = train.resume(tmp_path / "run", steps=4, verbose=0)
    assert resumed.step == 4
    assert keras.models.load_model(tmp_path / "run" / "gan.keras").step == 4


def test_fast_cut(dataset):
    values = {"nce": 10.0, "nce_identity": False, "flip_equivariance": True}
    game = tiny(dataset, **values, temperature=0.2).make_game(data.source(dataset))
    assert (game.nce, game.nce_identity, game.flip_equivariance) == (10.0, False, True)
    assert (game.positions, game.temperature) == (8, 0.2)
    widths = {x.shape[-1] for x in game.projector.outputs}
    assert widths == {4}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "digits"}, "`dataset` must be pairs.* for the game cut"),
        ({"nce": -1.0}, "`nce` must be a number"),
        ({"generator": "unet"}, "`generator` must be one of resnet"),
        ({"temperature": 0.0}, "`temperature` must be a number"),
    ],
)
def test_bad_values(dataset, values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        prepare.prepare(tiny(**{"dataset": dataset, **values}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_gray_sources_of_coloured_targets_are_refused(tmp_path):
    folder = two_sets.write(tmp_path, channels=(1, 3))
    dataset = f"unpaired:{folder}:a:b"
    with pytest.raises(ValueError, match="as many channels as it takes"):
        tiny(dataset).make_game(data.source(dataset))
    source = data.source(dataset, source_channels=3)
    assert tiny(dataset).make_game(source).source_shape[-1] == 3
