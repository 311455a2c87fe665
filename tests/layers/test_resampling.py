import contracts
import keras
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf
from correlation import correlated

from kgan.core import independence
from kgan.layers import EqualizedConv2D, resampling
from kgan.layers.resampling import (
    BilinearUpSampling2D,
    FIRDownSampling2D,
    FIRUpSampling2D,
)

FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def with_zeros(x):
    """Zeros after each pixel, below and on the right."""
    rows, columns = x.shape
    spread = np.zeros((2 * rows, 2 * columns))
    spread[::2, ::2] = x
    return spread


def up(x):
    """One channel in float64: zeros between pixels, two before and one behind."""
    padded = np.pad(with_zeros(x), (2, 1))
    return scipy.signal.convolve2d(padded, 4 * FILTER, "valid")


def down(x):
    return scipy.signal.convolve2d(np.pad(x, 1), FILTER, "valid")[::2, ::2]


def by_channel(function, x):
    planes = [[function(image[..., c]) for c in range(x.shape[-1])] for image in x]
    return np.moveaxis(np.array(planes), 1, -1)


@pytest.mark.parametrize(
    "layer", [FIRUpSampling2D, FIRDownSampling2D, BilinearUpSampling2D]
)
def test_contract(two_replicas, layer):
    contracts.check_layer(layer, {}, draw(4, 6, 4, 3), two_replicas)
    assert independence.independent(layer())


@pytest.mark.parametrize(
    ("layer", "function"), [(FIRUpSampling2D, up), (FIRDownSampling2D, down)]
)
def test_values(layer, function):
    x = draw(2, 6, 4, 3)
    expected = by_channel(function, x)
    assert layer().compute_output_shape(x.shape) == expected.shape
    np.testing.assert_allclose(layer()(x), expected, rtol=1e-5, atol=1e-6)


def test_the_border_is_zero_beyond():
    enlarged = FIRUpSampling2D()(np.ones((1, 4, 4, 1), "float32"))[0, ..., 0]
    np.testing.assert_allclose(enlarged[2:-2, 2:-2], 1.0)
    np.testing.assert_allclose(enlarged[::7, ::7], 0.5625)


def test_convolution_up_is_one_after_zeros_with_the_kernel_turned():
    x, kernel = draw(2, 4, 6, 3), draw(3, 3, 3, 5)
    turned = kernel[::-1, ::-1]
    for image, found in zip(x, resampling.convolution_up(x, kernel), strict=True):
        planes = [
            scipy.signal.convolve2d(
                np.pad(with_zeros(image[..., i]), (3, 2)), 4 * FILTER, "valid"
            )
            for i in range(3)
        ]
        expected = correlated(np.stack(planes, axis=-1), turned)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("size", "margin"), [(3, 2), (1, 1)])
def test_convolution_down_filters_first(size, margin):
    x, kernel = draw(2, 8, 6, 3), draw(size, size, 3, 5)
    for image, found in zip(x, resampling.convolution_down(x, kernel), strict=True):
        planes = [
            scipy.signal.convolve2d(np.pad(image[..., i], margin), FILTER, "valid")
            for i in range(3)
        ]
        expected = correlated(np.stack(planes, axis=-1), kernel)[::2, ::2]
        assert expected.shape == (4, 3, 5)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_bad_input():
    with pytest.raises(ValueError, match="takes an input of shape"):
        FIRUpSampling2D()(draw(4, 6))
    with pytest.raises(ValueError, match="takes an input of shape"):
        BilinearUpSampling2D()(draw(4, 6))


def test_bilinear_interpolation():
    layer = BilinearUpSampling2D()
    for x in (draw(2, 5, 4, 3), draw(1, 1, 2, 1)):
        expected = keras.layers.UpSampling2D(interpolation="bilinear")(x)
        np.testing.assert_allclose(layer(x), expected, atol=1e-6)
        assert layer.compute_output_shape(x.shape) == expected.shape
        spec = tf.TensorSpec((None, None, None, x.shape[-1]))
        in_graph = tf.function(layer, input_signature=[spec])
        np.testing.assert_allclose(in_graph(x), expected, atol=1e-6)
    for layer in (FIRDownSampling2D(), EqualizedConv2D(2, 3, "down")):
        with pytest.raises(ValueError, match="must have even ones"):
            layer(draw(1, 5, 4, 3))
