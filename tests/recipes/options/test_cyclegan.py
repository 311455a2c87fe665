"""Recipes of CycleGAN: from a text and two sets to a trained game."""

import keras
import pytest
import two_sets

from kgan import data, recipes
from kgan.runs import prepare, train


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return f"unpaired:{two_sets.write(tmp_path_factory.mktemp('sets'))}:a:b"


def tiny(dataset, **values):
    plain = {"dataset": dataset, "mirror": False, "load_size": None}
    small = {**two_sets.SMALL, **plain, **values}
    return recipes.get("horse2zebra").override(**small)


def test_a_run(dataset, tmp_path):
    recipe = tiny(dataset, pool_size=5, cycle=3.0)
    assert recipes.Recipe.from_json(recipe.to_json()) == recipe
    game = train.train(recipe, tmp_path / "run", verbose=0)
    assert (game.step, game.cycle, game.identity) == (3, 3.0, 0.5)
    assert game.pool_target.count.numpy() == 5
    assert (tmp_path / "run" / "samples.gif").exists() or list(
        (tmp_path / "run" / "samples").iterdir()
    )
    resumed = train.resume(tmp_path / "run", steps=4, verbose=0)
    assert resumed.step == 4
    assert keras.models.load_model(tmp_path / "run" / "gan.keras").step == 4


def test_its_options(dataset):
    source = data.source(dataset)
    values = {
        "identity": 0.0,
        "pool_size": 0,
        "upsampling": "resize",
        "decay_epochs": 0,
        "ema_momentum": 0.9,
    }
    game = tiny(dataset, **values).make_game(source)
    assert (game.identity, game.pool_size, game.ema_momentum) == (0.0, 0, 0.9)
    assert game.image_size == (two_sets.SIDE,) * 2
    assert {n: getattr(game, n).name for n in game.players} == {
        n: n for n in game.players
    }
    assert game.to_target.input_shape == (None, None, None, 3)
    assert isinstance(float(game.to_target_optimizer.learning_rate), float)


def test_sides_of_other_channels(tmp_path):
    folder = two_sets.write(tmp_path, channels=(1, 3))
    dataset = f"unpaired:{folder}:a:b"
    game = tiny(dataset).make_game(data.source(dataset))
    assert game.identity == 0.0
    assert (game.source_shape[-1], game.data_shape[-1]) == (1, 3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "digits"}, "`dataset` must be pairs.* for the game cyclegan"),
        ({"cycle": -1.0}, "`cycle` must be a number"),
        ({"pool_size": -1}, "`pool_size` must be an integer of at least 0"),
        ({"generator": "vgg"}, "`generator` must be one of unet, resnet"),
        ({"dropout_at_test": True}, "`dropout_at_test` must be false without"),
    ],
)
def test_bad_values(dataset, values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        prepare.prepare(tiny(**{"dataset": dataset, **values}), tmp_path / "run")
    assert not (tmp_path / "run").exists()
