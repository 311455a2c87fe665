import numpy as np
import pytest

from kgan.callbacks import images


def _images(count, height=1, width=1, channels=1, first=10):
    values = np.arange(first, first + count, dtype=np.uint8)
    shape = (count, height, width, channels)
    return np.broadcast_to(values[:, None, None, None], shape)


def test_layout_pixel_by_pixel():
    picture = images.grid(_images(5), rows=2, columns=3, scale=1, gap=1, background=0)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(
        picture[..., 0],
        [
            [0, 0, 0, 0, 0, 0, 0],
            [0, 10, 0, 11, 0, 12, 0],
            [0, 0, 0, 0, 0, 0, 0],
            [0, 13, 0, 14, 0, 0, 0],
            [0, 0, 0, 0, 0, 0, 0],
        ],
    )


def test_each_pixel_becomes_a_square():
    image = np.array([[[1], [2]], [[3], [4]]], np.uint8)
    picture = images.grid(image[None], scale=2, gap=0)
    np.testing.assert_array_equal(
        picture[..., 0], [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    )


@pytest.mark.parametrize(
    ("size", "scale"), [(8, 8), (28, 3), (32, 2), (63, 2), (64, 1), (200, 1)]
)
def test_small_images_are_enlarged(size, scale):
    picture = images.grid(_images(1, size, size // 2), gap=0)
    assert picture.shape == (size * scale, size // 2 * scale, 1)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_are_kept(channels):
    image = np.arange(channels, dtype=np.uint8).reshape(1, 1, 1, channels)
    picture = images.grid(image, scale=1, gap=1)
    assert picture.shape == (3, 3, channels)
    np.testing.assert_array_equal(picture[1, 1], np.arange(channels))
    assert (picture[0, :, :3] == 128).all()


def test_gaps_of_transparent_images_are_opaque():
    picture = images.grid(_images(1, channels=4), scale=1, gap=1, background=7)
    np.testing.assert_array_equal(picture[0, 0], [7, 7, 7, 255])


@pytest.mark.parametrize(
    ("count", "given", "expected"),
    [
        (9, {}, (3, 3)),
        (10, {}, (3, 4)),
        (10, {"rows": 2}, (2, 5)),
        (10, {"columns": 3}, (4, 3)),
    ],
)
def test_missing_rows_and_columns_are_found(count, given, expected):
    picture = images.grid(_images(count), scale=1, gap=0, **given)
    assert picture.shape[:2] == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.zeros((1, 2, 2, 1), np.float32), "uint8 array.*Received: float32"),
        (np.zeros((2, 2, 1), np.uint8), r"Received: uint8 of shape \(2, 2, 1\)"),
        (np.zeros((0, 2, 2, 1), np.uint8), r"Received: uint8 of shape \(0,"),
        (np.zeros((1, 2, 2, 2), np.uint8), "Received: 2 channels"),
    ],
)
def test_wrong_images_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        images.grid(wrong)


@pytest.mark.parametrize("name", ["rows", "columns", "scale"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True])
def test_wrong_numbers_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        images.grid(_images(1), **{name: value})


def test_too_many_images_are_refused():
    with pytest.raises(ValueError, match=r"2 × 2\. Received: 5 images"):
        images.grid(_images(5), 2, 2)
