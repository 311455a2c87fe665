import logging

import numpy as np
import pytest

from kgan.data import arrays


def ramp(shape, dtype=np.uint8):
    return (np.arange(np.prod(shape)) % 256).reshape(shape).astype(dtype)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((5, 4, 6), (4, 6, 1)),
        ((5, 4, 6, 1), (4, 6, 1)),
        ((5, 4, 6, 3), (4, 6, 3)),
        ((5, 4, 6, 7), (4, 6, 7)),
    ],
)
def test_uint8_images_are_kept(shape, expected):
    data = ramp(shape)
    source = arrays.from_arrays(data)
    assert source.shape == expected
    assert source.dtype == np.uint8
    assert source.num_examples == 5
    assert source.num_classes is None
    np.testing.assert_array_equal(source.read().reshape(shape), data)
    np.testing.assert_array_equal(source.read([3, 1]).reshape(2, -1)[0], data[3].flat)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_become_the_nearest_level(dtype):
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    source = arrays.from_arrays((levels / 127.5 - 1).astype(dtype))
    np.testing.assert_array_equal(source.read(), levels)


def test_float_images_in_0_1_are_remarked_on(caplog):
    with caplog.at_level(logging.WARNING):
        arrays.from_arrays(np.linspace(0, 1, 32, dtype=np.float32).reshape(2, 4, 4))
    assert "if they were scaled to [0, 1], pass 2 * images - 1" in caplog.text


def test_points_keep_their_values():
    points = np.array([[1e6, -3.5], [0.25, 7.0]])
    source = arrays.from_arrays(points)
    assert source.shape == (2,)
    assert source.dtype == np.float32
    np.testing.assert_array_equal(source.read(), points.astype(np.float32))


def test_labels_as_an_argument_and_in_a_tuple():
    images = ramp((3, 4, 4))
    for source in (
        arrays.from_arrays((images, [2, 0, 1])),
        arrays.from_arrays(images, labels=np.array([2, 0, 1], np.int64)),
    ):
        assert source.labels.dtype == np.int32
        assert source.labels.tolist() == [2, 0, 1]
        assert source.num_classes == 3
    assert arrays.from_arrays((images, [2, 0, 1]), num_classes=9).num_classes == 9


def test_resizing():
    source = arrays.from_arrays(np.full((2, 8, 8, 5), 77, np.uint8), image_size=(4, 6))
    assert source.shape == (4, 6, 5)
    assert (source.read() == 77).all()


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (ramp((2, 4, 4), np.int32), {}, "Received: dtype int32"),
        (ramp((2, 4, 4), bool), {}, "Received: dtype bool"),
        (ramp((0, 4, 4)), {}, "must not be empty"),
        (ramp((4,)), {}, r"Received: \(4,\)"),
        (ramp((2, 3)), {}, "must be floats. Received: uint8"),
        (ramp((2, 4, 4), np.float32), {}, r"must lie in \[-1, 1\].*\[0, 31\]"),
        (np.full((2, 4, 4), np.nan), {}, "32 values that are NaN or infinite"),
        (np.full((2, 3), np.inf), {}, "6 values that are NaN or infinite"),
        (np.zeros((2, 3)), {"image_size": 4}, "image_size must be None for points"),
        (ramp((2, 4, 4)), {"image_size": 0}, "image_size must be a positive integer"),
        (ramp((2, 4, 4)), {"labels": [0, 5], "num_classes": 5}, r"\[0, 5\).*5 \(1 of"),
        (ramp((2, 4, 4)), {"labels": [0]}, "must be 2 integers"),
        (ramp((2, 4, 4)), {"num_classes": 0}, "num_classes must be an integer"),
        ((ramp((2, 4, 4)), [0, 1]), {"labels": [0, 1]}, "labels must be given once"),
        ((ramp((2, 4, 4)),), {}, r"must be \(images, labels\). Received: a tuple of 1"),
    ],
)
def test_wrong_arrays_are_named(data, options, message):
    with pytest.raises(ValueError, match=message):
        arrays.from_arrays(data, **options)
