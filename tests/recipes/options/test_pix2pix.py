"""Recipes of pix2pix: from a text and pairs to a trained game."""

import numpy as np
import PIL.Image
import pytest

from kgan import callbacks, data, recipes
from kgan.runs import prepare, train

SIDE = 16


@pytest.fixture
def pairs(tmp_path):
    """The text of a folder of gray and coloured pairs, some of which are held out."""
    draw = np.random.default_rng(0)
    for name in map(str, range(24)):
        gray = draw.integers(0, 255, (SIDE, SIDE), np.uint8)
        for folder, pixels in (("gray", gray), ("colour", np.stack([gray] * 3, -1))):
            path = tmp_path / "set" / folder / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            PIL.Image.fromarray(pixels).save(path)
    return f"pairs:{tmp_path / 'set'}:gray:colour:0.2"


def tiny(dataset, **values):
    small = {"generator_width": 2, "discriminator_width": 2, "discriminator_depth": 1}
    steps = {"batch_size": 4, "steps": 3, "sample_every": 2}
    own = dict.fromkeys(("held_out_by", "load_size", "image_size"))
    values = {"dataset": dataset, "generator_depth": 2, **own, **values}
    return recipes.get("edges2emoji").override(**small, **steps, **values)


def test_a_run_on_pairs(pairs, tmp_path):
    recipe = tiny(pairs, l1=3.0, loss="least_squares")
    assert recipes.Recipe.from_json(recipe.to_json()) == recipe
    game = train.train(recipe, tmp_path / "run", verbose=0)
    assert (game.step, game.l1) == (3, 3.0)
    assert type(game.adversarial_loss).__name__ == "LeastSquares"
    names = {path.name for path in (tmp_path / "run").rglob("*")}
    assert {"recipe.json", "gan.keras", "metrics.csv", "samples.gif"} <= names
    resumed = train.resume(tmp_path / "run", steps=4, verbose=0)
    assert resumed.step == 4


def test_pictures_show_pairs_that_were_held_out(pairs):
    shown = next(iter(tiny(pairs).shown_data(data.source(pairs)).take(1)))
    held_out = data.source(pairs, split="test")
    rows = held_out.sources.read(np.arange(held_out.num_examples))
    expected = {row.tobytes() for row in rows / np.float32(127.5) - np.float32(1)}
    assert {np.asarray(row).tobytes() for row in shown["source"]} <= expected


def test_the_first_picture_shows_which_side_is_translated(pairs, tmp_path):
    """As where folders are swapped, which no data tell."""
    swapped = pairs.replace("gray:colour", "colour:gray")
    for name, text in (("there", pairs), ("swapped", swapped)):
        source = data.source(text)
        game = tiny(text).make_game(source)
        batch = next(iter(tiny(text).shown_data(source).take(1)))
        callback = callbacks.SampleGrid(tmp_path / name, rows=1, examples=batch)
        callback.set_model(game)
        left = callback.draw()[2:66, 2:66]
        sources = data.source(text, split="test").sources.read(np.arange(1))[0]
        expected = sources.repeat(4, axis=0).repeat(4, axis=1)
        np.testing.assert_array_equal(left, np.broadcast_to(expected, left.shape))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"dataset": "digits"}, "`dataset` must be pairs of images.*'digits'"),
        ({"l1": -1.0}, "`l1` must be a number"),
        ({"optimizers": {"judge": {"name": "adam"}}}, "judge"),
    ],
)
def test_bad_values(pairs, values, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        prepare.prepare(tiny(**{"dataset": pairs, **values}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_options_of_another_game_are_refused():
    with pytest.raises(ValueError, match="game pix2pix has the fields"):
        recipes.get("edges2emoji").override(latent_dim=4)
