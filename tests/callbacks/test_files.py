import numpy as np
import pytest
from PIL import Image

from kgan.callbacks import files


def _png(path, value, size=(4, 4), channels=3):
    files.write_png(path, np.full((*size, channels), value, np.uint8))
    return path


def _frames(path):
    with Image.open(path) as film:
        for index in range(film.n_frames):
            film.seek(index)
            yield np.asarray(film.convert("RGB")), film.info["duration"]


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (3, "RGB"), (4, "RGBA")])
def test_png_holds_every_pixel(tmp_path, channels, mode):
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, channels), np.uint8)
    path = tmp_path / "deep" / "picture.png"
    files.write_png(path, picture)
    with Image.open(path) as image:
        assert image.mode == mode
        np.testing.assert_array_equal(np.asarray(image).reshape(picture.shape), picture)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_film_shows_all_pictures_in_order(tmp_path, channels):
    values = [0, 100, 50, 200]
    pictures = [
        _png(tmp_path / f"{i}.png", v, channels=channels) for i, v in enumerate(values)
    ]
    files.write_gif(tmp_path / "film.gif", pictures)
    shown = list(_frames(tmp_path / "film.gif"))
    assert [duration for _, duration in shown] == [500, 500, 500, 3000]
    for (frame, _), value in zip(shown, values, strict=True):
        # A transparent picture is shown on white: (v · v + (255 − v) · 255) / 255.
        if channels == 4:
            value = (value * value + (255 - value) * 255) / 255
        np.testing.assert_allclose(frame, value, atol=1)


def test_film_of_one_picture(tmp_path):
    files.write_gif(tmp_path / "film.gif", [_png(tmp_path / "0.png", 9)])
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 1


def test_a_long_film_is_thinned_to_equal_distances(tmp_path):
    count = 239
    pictures = [_png(tmp_path / f"{i}.png", i, size=(1, 1)) for i in range(count)]
    files.write_gif(tmp_path / "film.gif", pictures)
    shown = [int(frame[0, 0, 0]) for frame, _ in _frames(tmp_path / "film.gif")]
    assert shown == list(range(0, count, 2))


@pytest.mark.parametrize(
    ("count", "each"), [(1, 3000), (5, 500), (100, 120), (120, 100)]
)
def test_durations(count, each):
    durations = files.durations(count)
    assert len(durations) == count
    assert durations[0] == each
    assert durations[-1] == 3000


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_film_of_arrays_is_that_of_their_files(tmp_path, channels):
    pictures = [np.full((3, 4, channels), 60 * i, np.uint8) for i in range(4)]
    paths = [tmp_path / f"{i}.png" for i in range(4)]
    for path, picture in zip(paths, pictures, strict=True):
        files.write_png(path, picture)
    files.write_gif(tmp_path / "arrays.gif", pictures)
    files.write_gif(tmp_path / "files.gif", paths)
    content = [(tmp_path / f"{name}.gif").read_bytes() for name in ("arrays", "files")]
    assert content[0] == content[1]
