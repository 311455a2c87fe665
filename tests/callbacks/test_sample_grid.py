import numpy as np
import pytest
from PIL import Image

from kgan.callbacks import SampleGrid, grid


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
    with pytest.raises(ValueError, match=r"Received one that generates shape \(1,\)"):
        _fit(gan, rows((1,)), SampleGrid(tmp_path / "none"))
    assert gan.step == 0
    assert not (tmp_path / "none").exists()
