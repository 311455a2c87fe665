import numpy as np
import pytest
from PIL import Image

from kgan.data import pixels


def noise(shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    "mode", [*"1LP", "RGB", "CMYK", "YCbCr", "HSV", "LAB", "RGBA", "LA"]
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_mode_becomes_every_number_of_channels(mode, channels):
    image = Image.fromarray(noise((5, 7, 3))).convert(mode)
    array = pixels.to_array(pixels.to_channels(image, channels))
    assert array.shape == (5, 7, channels)
    assert array.dtype == np.uint8


def test_colours_and_gray_levels_are_kept():
    colours, gray = noise((5, 7, 3)), noise((5, 7))
    rgb = pixels.to_channels(Image.fromarray(colours), 3)
    np.testing.assert_array_equal(np.asarray(rgb), colours)
    from_gray = np.asarray(pixels.to_channels(Image.fromarray(gray), 3))
    np.testing.assert_array_equal(from_gray, np.stack([gray] * 3, axis=-1))


def test_alpha_is_laid_over_white():
    half = np.zeros((1, 3, 4), np.uint8)
    half[0, :, 3] = [0, 128, 255]
    image = pixels.to_channels(Image.fromarray(half), 3)
    np.testing.assert_array_equal(np.asarray(image)[0, :, 0], [255, 127, 0])
    np.testing.assert_array_equal(
        np.asarray(pixels.to_channels(Image.fromarray(half), 4)), half
    )


def test_a_transparent_palette_colour_is_laid_over_white():
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.info["transparency"] = b"\x00\xff"
    array = np.asarray(pixels.to_channels(image, 3))
    np.testing.assert_array_equal(array[0], [[255, 255, 255], [40, 50, 60]])


def test_16_bits_are_gray():
    wide = np.array([[0, 257, 32768, 65535]], np.uint16)
    assert pixels.is_gray(Image.fromarray(wide))


def test_gray_floats_become_every_number_of_channels():
    gray = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)
    for channels in (1, 3):
        for channel in np.moveaxis(pixels.spread(gray, channels), -1, 0):
            np.testing.assert_array_equal(channel, gray)
    rgba = pixels.spread(gray, 4)
    np.testing.assert_array_equal(rgba[..., 2], gray)
    assert (rgba[..., 3] == 1).all()


@pytest.mark.parametrize("size", [(4, 4), (3, 7), (20, 10), (1, 1), (33, 64)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_fit_array_has_the_size(size, channels):
    assert pixels.fit_array(noise((12, 9, channels)), size).shape == (*size, channels)


def test_fit_crops_the_centre_without_distortion():
    # A white square in the middle of a wide picture stays a square in its middle.
    wide = np.zeros((20, 60, 1), np.uint8)
    wide[6:14, 26:34] = 255
    small = pixels.fit_array(wide, (10, 10))[..., 0] > 127
    assert small.sum(axis=0).max() == 4
    assert small.sum(axis=1).max() == 4
    np.testing.assert_array_equal(small, small[::-1])
    np.testing.assert_array_equal(small, small[:, ::-1])
    np.testing.assert_array_equal(small, small.T)


def test_fit_does_not_alias():
    checkers = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None]
    small = pixels.fit_array(checkers, (8, 8))
    assert np.abs(small.astype(int) - 127).max() <= 12


def test_what_fits_is_untouched():
    image = noise((6, 8, 3))
    assert pixels.fit_array(image, (6, 8)) is image


def test_without_a_crop_all_of_an_image_is_kept():
    image = np.zeros((10, 30, 1), np.uint8)
    image[:, :10] = 255
    squeezed = pixels.fit_array(image, (10, 12), crop=False)
    assert squeezed.shape == (10, 12, 1)
    assert squeezed[5, 2, 0] == 255
    assert squeezed[5, 6, 0] <= 1  # Lanczos overshoots
    floats = pixels.fit_array(image / np.float32(255), (10, 12), crop=False)
    np.testing.assert_allclose(floats.clip(0, 1) * 255, squeezed, atol=1)


def test_halves_side_by_side():
    image = noise((4, 6, 3))
    for which, expected in (("left", image[:, :3]), ("right", image[:, 3:])):
        half = pixels.part(Image.fromarray(image), which)
        np.testing.assert_array_equal(np.asarray(half), expected)
    whole = Image.fromarray(image)
    assert pixels.part(whole, None) is whole


@pytest.mark.parametrize("size", [(3, 3), (8, 20), (5, 4)])
def test_nearest_pixels_are_those_of_the_image(size):
    image = Image.fromarray(np.array([[0, 90, 200], [9, 40, 250]], np.uint8))
    small = np.asarray(pixels.fit(image, size, nearest=True))
    assert small.shape == size
    assert set(np.unique(small)) <= {0, 90, 200, 9, 40, 250}
