import numpy as np
import pytest

from kgan.core.pictures import (
    as_bytes,
    by_class,
    is_label_map,
    is_picture,
    palette,
)


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 9, 3), (None, None, 4)])
def test_images_of_up_to_four_channels_are_pictures(shape):
    assert is_picture(shape)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 13), (4, 8, 8, 1), ()])
def test_all_else_is_floats(shape):
    assert not is_picture(shape)


def test_floats_become_bytes():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    floats = (levels / 127.5 - 1).astype(np.float32)
    np.testing.assert_array_equal(as_bytes(floats), levels)
    beyond = as_bytes(np.full((1, 2, 2, 3), 1.0005))
    assert (beyond.dtype, beyond.max()) == (np.uint8, 255)


@pytest.mark.parametrize("count", [2, 3, 4, 6])
@pytest.mark.parametrize("low", [0, -1])
def test_label_maps_are_known_and_shown_by_colours(count, low):
    classes = np.random.default_rng(0).integers(0, count, (2, 4, 5))
    maps = np.where(np.eye(count)[classes] == 1, 1, low).astype("float32")
    assert is_label_map(maps)
    shown = by_class(maps)
    assert (shown.dtype, shown.shape) == (np.uint8, (2, 4, 5, 3))
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == count
    np.testing.assert_array_equal(shown, palette(count)[classes])
    shares = 0.5 * maps + 0.05
    assert not is_label_map(shares)
    np.testing.assert_array_equal(by_class(shares), shown)
    maps[1, 2, 3] = low  # a pixel of no class
    assert not is_label_map(maps)


@pytest.mark.parametrize("shape", [(2, 4, 5, 3), (2, 4, 5, 7), (2, 4, 5, 1), (2, 4)])
def test_other_data_are_no_label_maps(shape):
    assert not is_label_map(np.random.default_rng(1).normal(size=shape))
    assert not is_label_map(np.ones(shape))


def test_colours_of_classes_are_distinct():
    assert len(np.unique(palette(300), axis=0)) == 300
