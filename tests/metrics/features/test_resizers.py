import pathlib

import numpy as np
import pytest

from kgan.metrics.features import resizers

FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures"


def _cases():
    with np.load(FIXTURES / "resized.npz") as file:
        for key in file:
            name, rest = key.split("_", 1)
            mode, size = rest.rsplit("_", 1)
            yield key, name, mode, tuple(map(int, size.split("x")))


@pytest.mark.parametrize(("key", "name", "mode", "size"), list(_cases()))
def test_equals_the_published_implementations(key, name, mode, size):
    with np.load(FIXTURES / "images.npz") as images:
        resized = resizers.get(mode)(images[name][None], size)
    assert resized.dtype == np.float32
    assert resized.shape[1:3] == size
    # The largest is kept in part.
    rows = [0, 150, 298] if size == (299, 299) else slice(None)
    with np.load(FIXTURES / "resized.npz") as expected:
        tolerance = 1e-4 if mode == "clean" else 5e-4
        np.testing.assert_allclose(resized[0, rows], expected[key], atol=tolerance)


def test_the_fixtures_have_all_resizers():
    assert {mode for _, _, mode, _ in _cases()} == set(resizers.names())


@pytest.mark.parametrize("name", resizers.names())
def test_images_are_independent_and_their_own_size_changes_nothing(name):
    images = np.random.default_rng(0).integers(0, 256, (5, 9, 7, 3), np.uint8)
    resize = resizers.get(name)
    np.testing.assert_allclose(resize(images, (9, 7)), images, atol=1e-4)
    whole = resize(images, (4, 11))
    np.testing.assert_array_equal(whole[3:4], resize(images[3:4], (4, 11)))


def test_where_bilinear_points_are_read():
    # A ramp tells at which place of the image each point was read.
    ramp = np.arange(0, 80, 10, dtype=np.uint8).reshape(1, 1, 8, 1)
    places = np.array([0, 2, 4, 6])
    original = resizers.legacy_tensorflow(ramp, (1, 4))[0, 0, :, 0]
    np.testing.assert_allclose(original, 10 * places)
    centred = resizers.legacy_pytorch(ramp, (1, 4))[0, 0, :, 0]
    np.testing.assert_allclose(centred, 10 * (places + 0.5))


def test_only_the_clean_one_does_not_alias():
    # Stripes of one pixel are gray from afar.
    stripes = np.zeros((1, 64, 64, 1), np.uint8)
    stripes[:, :, ::2] = 255
    clean = resizers.clean(stripes, (16, 16))
    assert np.abs(clean[:, :, 2:-2] - 127.5).max() < 8
    np.testing.assert_array_equal(resizers.legacy_tensorflow(stripes, (16, 16)), 255)


def test_overshoots_are_cut_and_nothing_is_rounded():
    edge = np.zeros((1, 8, 8, 1), np.uint8)
    edge[:, :, 4:] = 255
    resized = resizers.clean(edge, (20, 20))
    assert resized.min() == 0
    assert resized.max() == 255
    assert (resized != np.round(resized)).any()


def test_names():
    assert resizers.names() == ("clean", "legacy_tensorflow", "legacy_pytorch")
    assert [resizers.get(name).__name__ for name in resizers.names()] == [
        *resizers.names()
    ]
    with pytest.raises(ValueError, match=r"Did you mean 'clean'\?.*clean, legacy"):
        resizers.get("clear")
