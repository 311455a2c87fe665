import numpy as np
import pytest
import tensorflow as tf

from kgan.core.pictures import as_bytes
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


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f4"])
@pytest.mark.parametrize("shape", [(2, 16, 8), (2, 16, 8, 1), (1, 16, 4, 4)])
def test_float_images_keep_their_values(dtype, shape):
    images = np.linspace(-1, 1, 256).astype(dtype).reshape(shape)
    source = arrays.from_arrays(images)
    assert source.dtype == np.float32
    assert source.shape == (*shape[1:], 1)[:3]
    expected = images.astype(np.float32).reshape(-1, *source.shape)
    assert source.read().dtype == np.float32
    np.testing.assert_array_equal(source.read(), expected)
    np.testing.assert_array_equal(source.read([0]), expected[:1])
    read = source.reader(1, with_labels=False)
    np.testing.assert_array_equal(read(tf.constant([0], tf.int64)), expected[:1])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_256_levels_are_found_again(dtype):
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    source = arrays.from_arrays((levels / 127.5 - 1).astype(dtype))
    np.testing.assert_array_equal(as_bytes(source.read()), levels)


def test_float_images_in_0_1_are_refused():
    images = np.linspace(0, 1, 32, dtype=np.float32).reshape(2, 4, 4)
    message = r"values below 0\. Received: values in \[0, 1\]; x \* 2 - 1 converts"
    with pytest.raises(ValueError, match=message):
        arrays.from_arrays(images)
    assert arrays.from_arrays(images * 2 - 1).shape == (4, 4, 1)
    assert arrays.from_arrays(np.zeros((2, 4, 4))).num_examples == 2  # gray alone


@pytest.mark.parametrize(
    "shape", [(3, 4, 5, 13), (3, 4, 5, 6, 1), (3, 4, 5, 6, 7), (3, 7)]
)
def test_what_is_no_picture_keeps_any_floats(shape):
    data = np.random.default_rng(0).normal(300, 500, shape)
    source = arrays.from_arrays(data)
    assert (source.shape, source.dtype) == (shape[1:], np.float32)
    np.testing.assert_array_equal(source.read(), data.astype(np.float32))
    data[1].flat[2] = np.nan
    with pytest.raises(ValueError, match=r"1 values that are NaN .* in example 1"):
        arrays.from_arrays(data)


def test_bands_are_resized_and_keep_their_range():
    data = np.full((2, 8, 8, 5), 300.0)
    source = arrays.from_arrays(data, image_size=(4, 6))
    assert source.shape == (4, 6, 5)
    np.testing.assert_allclose(source.read(), 300.0, rtol=1e-6)


def test_resized_float_images_stay_in_range():
    edge = np.ones((1, 9, 9, 3), np.float64)
    edge[:, :, :4] = -1
    images = arrays.from_arrays(edge, image_size=5).read()
    assert images.shape == (1, 5, 5, 3)
    assert (images.min(), images.max()) == (-1, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_channels_that_come_first_are_remarked_on(caplog, dtype):
    arrays.from_arrays(np.ones((2, 8, 8, 3), dtype) * dtype(0))
    arrays.from_arrays(np.ones((2, 8, 8, 13), dtype))
    assert caplog.text == ""
    arrays.from_arrays(np.ones((2, 3, 8, 8), dtype))
    assert "images of 8 channels: if the channels come first" in caplog.text


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_an_array_that_is_larger_than_memory_is_read_in_parts(
    tmp_path, monkeypatch, dtype
):
    array = np.lib.format.open_memmap(
        tmp_path / "x.npy", "w+", dtype=dtype, shape=(40, 4, 4, 1)
    )
    array[:] = np.linspace(-1, 1, array.size).reshape(array.shape)
    monkeypatch.setattr(arrays, "_CHECKED_AT_ONCE", 10 * array[0].nbytes)
    largest = 0

    class Watched(np.memmap):
        def __getitem__(self, key):
            nonlocal largest
            part = np.asarray(super().__getitem__(key))
            largest = max(largest, len(part))
            return part

        def astype(self, *args, **kwargs):
            raise AssertionError("all of it would be copied")

    watched = np.load(tmp_path / "x.npy", mmap_mode="r+").view(Watched)
    source = arrays.from_arrays(watched, memory_limit=array[0].nbytes)
    assert source.array is watched
    read = source.reader(2, with_labels=False)
    expected = np.asarray(array[[39, 1]], np.float32)
    np.testing.assert_array_equal(read(tf.constant([39, 1], tf.int64)), expected)
    assert largest == 10
    array[37, 1] = np.inf
    with pytest.raises(ValueError, match=r"4 values .* the first in example 37"):
        arrays.from_arrays(watched, memory_limit=array[0].nbytes)
    array[37, 1], array[25, 2] = 0, 255
    with pytest.raises(ValueError, match=r"example 25 the first outside; .* converts"):
        arrays.from_arrays(watched, memory_limit=array[0].nbytes)


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
        (
            ramp((2, 4, 4), np.int64),
            {},
            r"in \[0, 31\], which x.astype\('uint8'\) conv",
        ),
        (ramp((2, 99, 4), np.uint16) * 16, {}, r"2 \* \(x - 0\) / 4080 - 1 converts"),
        (ramp((2, 9, 9), np.int16) - 9, {}, r"2 \* \(x \+ 9\) / 161 - 1 converts"),
        (ramp((0, 4, 4)), {}, "must not be empty"),
        (ramp((4,)), {}, r"Received: \(4,\)"),
        (ramp((4,), float), {}, r"Received: \(4,\)"),
        (ramp((2, 3, 3, 3, 1)), {}, r"uint8 arrays must .*Received: \(2, 3, 3, 3, 1\)"),
        (np.zeros((2, 3, 3, 3, 1)), {"image_size": 4}, "None for voxels"),
        (np.full((2, 4, 4), 1e39), {}, "NaN or infinite as float32"),
        (ramp((2, 4, 4), float), {}, r"x / 127.5 - 1 converts"),
        (ramp((2, 4, 4), float) - 3, {}, r"2 \* \(x \+ 3\) / 31 - 1 converts"),
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
