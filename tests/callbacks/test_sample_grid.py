import numpy as np
import pytest
import small_games
import tensorflow as tf
from PIL import Image

from kgan.callbacks import SampleGrid, grid
from kgan.callbacks.sample_grid import alike
from kgan.engine.interface import Interface


def _fit(gan, data, callback):
    gan.fit(data, verbose=0, callbacks=[callback], shuffle=False)


def test_draws_fixed_latents_enlarged(tmp_path, images, rows):
    gan = images()
    before = gan.generate(6, seed=5)
    _fit(gan, rows((8, 8, 1)), SampleGrid(tmp_path, rows=2, columns=3, seed=5))
    after = gan.generate(6, seed=5)
    for step, samples in ((0, before), (3, after)):
        with Image.open(tmp_path / f"step-{step:08d}.png") as image:
            picture = np.asarray(image)
        assert picture.shape == (2 * 66 + 2, 3 * 66 + 2)
        np.testing.assert_array_equal(picture, grid(samples, 2, 3)[..., 0])
    assert (tmp_path / "samples.gif").exists()


def test_a_row_for_each_class(tmp_path, images, rows):
    gan = images(num_classes=3)
    data = rows((8, 8, 1), num_classes=3)
    _fit(gan, data, SampleGrid(tmp_path, columns=2, gif=False))
    samples = gan.generate(6, labels=np.array([0, 0, 1, 1, 2, 2]))
    with Image.open(tmp_path / "step-00000003.png") as image:
        np.testing.assert_array_equal(image, grid(samples, 3, 2)[..., 0])


def test_more_rows_than_classes_start_again(images):
    gan = images(num_classes=2)
    callback = SampleGrid("unused", rows=3, columns=1)
    callback.set_model(gan)
    expected = grid(gan.generate(3, labels=np.array([0, 1, 0])), 3, 1)
    np.testing.assert_array_equal(callback.draw(), expected)


@pytest.mark.parametrize("channels", [3, 4])
def test_colours(tmp_path, images, rows, channels):
    shape = (4, 6, channels)
    _fit(images(shape), rows(shape), SampleGrid(tmp_path, rows=1, columns=2))
    with Image.open(tmp_path / "step-00000000.png") as image:
        assert image.mode == {3: "RGB", 4: "RGBA"}[channels]
        # 6 pixels wide: enlarged 11 times.
        assert image.size == (2 * 68 + 2, 44 + 4)


@pytest.mark.parametrize("name", ["rows", "columns"])
@pytest.mark.parametrize("value", [0, -2, 1.0])
def test_wrong_numbers_are_refused(tmp_path, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        SampleGrid(tmp_path, **{name: value})


def test_points_are_refused_before_training(tmp_path, points, rows):
    gan = points()
    with pytest.raises(
        ValueError, match=r"Received one that generates float32 of shape \(1,\)"
    ):
        _fit(gan, rows((1,)), SampleGrid(tmp_path / "none"))
    assert gan.step == 0
    assert not (tmp_path / "none").exists()


# === A game whose columns are its own ===


def _picture(path):
    with Image.open(path) as image:
        return np.asarray(image)


@pytest.mark.parametrize("as_dataset", [False, True])
def test_examples_stand_beside_what_becomes_of_them(tmp_path, as_dataset):
    game, batch = small_games.translator(), small_games.pairs(5)
    data = tf.data.Dataset.from_tensors(batch).repeat(2)
    grid_ = SampleGrid(
        tmp_path, rows=3, examples=data if as_dataset else batch, gif=False
    )
    game.fit(data, verbose=0, callbacks=[grid_], shuffle=False)
    assert game.step == 2
    columns = game.shown(3, examples=batch).values()
    gray, *coloured = columns
    images = np.stack([gray.repeat(3, axis=-1), *coloured], axis=1)
    expected = grid(images.reshape(-1, 4, 4, 3), rows=3, columns=3)
    np.testing.assert_array_equal(_picture(tmp_path / "step-00000002.png"), expected)


def test_a_game_that_draws_no_pictures_is_refused(tmp_path):
    game = small_games.translator()
    game.shown = lambda *arguments: Interface.shown(game, *arguments)
    data = tf.data.Dataset.from_tensors(small_games.pairs())
    with pytest.raises(ValueError, match="A Translator draws no pictures"):
        game.fit(data, verbose=0, callbacks=[SampleGrid(tmp_path)], shuffle=False)


def test_smaller_images_are_enlarged():
    small = np.arange(4, dtype=np.uint8).reshape(1, 2, 2, 1)
    large = np.zeros((1, 4, 6, 3), np.uint8)
    found, same = alike([small, large])
    assert found.shape == large.shape
    expected = small[0, :, :, 0].repeat(2, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(found[0, ..., 2], expected)
    np.testing.assert_array_equal(same, large)
    with pytest.raises(ValueError, match=r"Received: \(2, 2\) beside \(3, 2\)"):
        alike([small, np.zeros((1, 3, 2, 1), np.uint8)])
