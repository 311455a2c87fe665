import re

import numpy as np
import pytest

from kgan.report import pictures


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_tiles_lie_in_rows_with_transparent_gaps(channels):
    images = np.arange(5 * 4 * channels, dtype=np.uint8).reshape(5, 2, 2, channels)
    picture = pictures.tiles(images, columns=3)
    colors = min(channels, 3)
    assert picture.shape == (5, 8, colors + 1)
    np.testing.assert_array_equal(picture[3:, 3:5, :channels], images[4])
    assert not picture[2].any()
    assert not picture[:, 2].any()
    assert not picture[3:, 6:].any()
    if channels != 4:
        assert (picture[:2, :2, -1] == 255).all()


def test_fewer_images_than_columns_leave_no_gap():
    assert pictures.tiles(np.zeros((2, 3, 3, 1), np.uint8), 10).shape == (3, 7, 2)


def test_grid_keeps_the_very_pixels_and_enlarges_by_an_integer(opened):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1), np.uint8)
    written = pictures.grid(images, 2, 'four "images"')
    (picture,) = opened(written)
    np.testing.assert_array_equal(picture, pictures.tiles(images, 2))
    width, height = (int(re.search(rf'{s}="(\d+)"', written)[1]) for s in _SIDES)
    assert (width, height) == (57 * 3, 57 * 3)
    assert 'alt="four &quot;images&quot;"' in written
    assert 'class="pixels"' in written


_SIDES = ("width", "height")


@pytest.mark.parametrize("channels", [1, 3])
def test_large_images_are_averaged_down(opened, channels):
    images = np.zeros((1, 130, 100, channels), np.uint8)
    images[:, ::3] = 90
    assert pictures.reduction(images.shape[1:]) == 3
    (picture,) = opened(pictures.grid(images, 1, "one"))
    assert picture.shape[:2] == (44, 34)
    np.testing.assert_allclose(picture[:-1, :, 0], 30, atol=1)


def test_small_images_are_not_reduced():
    assert pictures.reduction((64, 64, 3)) == 1
    assert pictures.reduction((8, 65, 3)) == 2


def test_colors_can_be_reduced():
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    assert len(pictures.data_uri(picture, 4)) < len(pictures.data_uri(picture)) / 4
