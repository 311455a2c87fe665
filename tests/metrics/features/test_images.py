import numpy as np
import pytest

from kgan.metrics.features import images


def test_conversions():
    gray = np.array([[[[7], [200]]]], np.uint8)
    np.testing.assert_array_equal(
        images.to_channels(gray, 3), [[[[7, 7, 7], [200, 200, 200]]]]
    )
    colours = np.eye(3, dtype=np.uint8)[None, None] * np.uint8(255)
    luma = images.to_channels(colours, 1)
    # 255 · (0.299, 0.587, 0.114) = (76.245, 149.685, 29.07)
    np.testing.assert_array_equal(luma, [[[[76], [150], [29]]]])
    assert luma.dtype == np.uint8
    assert images.to_channels(gray, 1) is gray


def test_luma_is_that_of_pillow():
    from PIL import Image

    colours = np.random.default_rng(0).integers(0, 256, (1, 40, 40, 3), np.uint8)
    expected = np.asarray(Image.fromarray(colours[0]).convert("L"))
    ours = images.to_channels(colours, 1)[0, :, :, 0]
    # Pillow computes in whole numbers: one in a thousand is rounded otherwise.
    assert np.mean(ours != expected) < 0.01
    np.testing.assert_allclose(ours.astype(int), expected.astype(int), atol=1)


def test_gray_as_rgb_and_back_is_the_same():
    gray = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    again = images.to_channels(images.to_channels(gray, 3), 1)
    np.testing.assert_array_equal(again, gray)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_pass(channels):
    images.check(np.zeros((1, 2, 3, channels), np.uint8), "x")


@pytest.mark.parametrize(
    ("shape", "dtype", "message"),
    [
        ((2, 8, 8, 3), "float32", r"Received: float32 of shape \(2, 8, 8, 3\)"),
        ((2, 8, 8), "uint8", r"Received: uint8 of shape \(2, 8, 8\)"),
        ((0, 8, 8, 1), "uint8", r"Received: uint8 of shape \(0, 8, 8, 1\)"),
        ((2, 8, 8, 4), "uint8", "lay RGBA over a background first"),
        ((2, 2), "float32", "the features 'x' must be uint8"),
    ],
)
def test_others_are_refused(shape, dtype, message):
    with pytest.raises(ValueError, match=message):
        images.check(np.zeros(shape, dtype), "x")
