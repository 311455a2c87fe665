import contracts
import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from kgan.augment import filters, geometry, warps

GENERATOR = np.random.default_rng(0)
NOISE = GENERATOR.uniform(-1, 1, (6, 12, 9, 2)).astype("float32")
SMOOTH = scipy.ndimage.gaussian_filter(NOISE, (0, 1.5, 1.5, 0)) * 3
MAPS = (np.eye(3) + 0.25 * GENERATOR.normal(size=(6, 3, 3))).astype("float32")
MAPS[:, 2] = [0, 0, 1]
MAPS[:, :2, 2] *= 8


def _filter(image, axis, size, far):
    """Upsamples the mirrored pixels from −far to size + far along an axis."""
    image = np.moveaxis(image, axis, 0)
    pixels = [filters.mirrored(i, size) for i in range(-far, size + far)]
    sparse = np.zeros((2 * len(pixels), *image.shape[1:]))
    sparse[::2] = image[pixels] * np.sqrt(2)
    taps = filters._LOW_PASS
    samples = scipy.ndimage.convolve1d(sparse, taps, axis=0, mode="wrap", origin=-1)
    return np.moveaxis(samples, 0, axis)


def _reference(image, matrix, far=30):
    """The warp of one channel, on an image that is padded by its mirror image."""
    height, width = image.shape
    up = _filter(_filter(image, 0, height, far), 1, width, far)
    y, x = np.meshgrid(
        filters.sample_places(height), filters.sample_places(width), indexing="ij"
    )
    x, y, _ = np.einsum("ij,jmn->imn", matrix, np.stack([x, y, np.ones_like(x)]))
    rows = 2 * (y + (height - 1) / 2 + far) + filters.CENTRE
    columns = 2 * (x + (width - 1) / 2 + far) + filters.CENTRE
    samples = scipy.ndimage.map_coordinates(up, [rows, columns], order=1)
    return filters.downsampling(height) @ samples @ filters.downsampling(width).T


def _errors(images, matrices):
    outputs = warps.warp(images, matrices).numpy()
    for image, matrix, output in zip(images, matrices, outputs, strict=True):
        for channel in range(images.shape[-1]):
            expected = _reference(image[..., channel], matrix.astype("float64"))
            yield np.abs(output[..., channel] - expected)


def test_identity():
    identity = tf.eye(3, batch_shape=[6])
    np.testing.assert_allclose(warps.warp(NOISE, identity), NOISE, atol=1e-5)


def test_equals_interpolation_of_the_mirrored_image():
    # Inside, and within the filter's reach of the border, it is the same.
    shrunk = MAPS * np.array([[0.4, 0.4, 0.1]] * 3, "float32")
    shrunk[:, 2, 2] = 1
    for errors in _errors(NOISE, shrunk):
        assert errors.max() < 1e-5


def test_far_outside_it_is_the_mirror_image():
    # The reference filters the mirrored pixels, warp mirrors the filtered ones.
    for errors in _errors(SMOOTH, MAPS):
        assert errors.max() < 0.03
        assert np.median(errors) < 2e-3


@pytest.mark.parametrize("size", [32, 33])
def test_flips_and_quarter_turns_do_not_shift(size):
    image = np.random.default_rng(0).normal(size=(1, size, size, 1))
    image = scipy.ndimage.gaussian_filter(image, (0, 2, 2, 0)).astype("float32")
    image /= np.abs(image).max()
    flipped = warps.warp(image, geometry.scaling(*tf.constant([[-1.0], [1.0]])))
    turned = warps.warp(image, geometry.rotation(tf.constant([np.pi / 2])))
    # Rows count down: a turn from x to y is clockwise.
    expected = image[:, :, ::-1], np.rot90(image, -1, axes=(1, 2))
    for output, target in zip((flipped, turned), expected, strict=True):
        errors = np.abs(output - target)
        assert errors.max() < 0.05
        assert errors[:, 4:-4, 4:-4].max() < 0.01


def test_shift_by_whole_pixels_is_exact():
    shift = geometry.translation(tf.fill([6], 3.0), tf.fill([6], -2.0))
    outputs = warps.warp(NOISE, shift).numpy()
    np.testing.assert_allclose(outputs[:, :-2, 3:], NOISE[:, 2:, :-3], atol=1e-5)


def test_sample_at_mirrors_places_without_end():
    size, first = 7, filters.FIRST_TAP - 1
    places = np.linspace(-40, 40, 997).astype("float32")
    samples = warps.sample_at(places, size).numpy()
    assert samples.min() > 0
    assert samples.max() < 2 * size + 11
    # Back to pixels, perhaps next to the row, and folded into one period of 12.
    pixels = (samples + first - filters.CENTRE) / 2 + 12
    expected = places.astype("float64") + (size - 1) / 2 + 60
    folded, wanted = (np.minimum(p % 12, -p % 12) for p in (pixels, expected))
    np.testing.assert_allclose(folded, wanted, atol=1e-4)
    identity = warps.sample_at(filters.sample_places(size), size)
    np.testing.assert_allclose(identity, np.arange(1, 2 * size + 11), atol=1e-5)


def test_single_pixel_stays():
    image = np.full((6, 1, 1, 2), 0.7, "float32")
    np.testing.assert_allclose(warps.warp(image, MAPS), image, atol=1e-5)


def test_modes_and_two_derivatives():
    def function(images, inverses):
        with tf.GradientTape() as outer:
            outer.watch(images)
            with tf.GradientTape() as inner:
                inner.watch(images)
                total = tf.reduce_sum(warps.warp(images, inverses) ** 3)
            slope = inner.gradient(total, images)
            norm = tf.reduce_sum(slope**2)
        return slope, outer.gradient(norm, images)

    results = [
        run(tf.constant(SMOOTH), tf.constant(MAPS)) for run in contracts.modes(function)
    ]
    for result in results[1:]:
        contracts.assert_close(result, results[0], 1e-4)
    step = 1e-2 * GENERATOR.normal(size=SMOOTH.shape)

    def total(images):
        images = tf.constant(images, tf.float32)
        return np.sum(warps.warp(images, MAPS).numpy().astype("float64") ** 3)

    difference = (total(SMOOTH + step) - total(SMOOTH - step)) / 2
    assert np.sum(step * results[0][0]) == pytest.approx(difference, rel=1e-2)
