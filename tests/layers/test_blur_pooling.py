import contracts
import keras
import numpy as np
import pytest
import scipy.signal

from kgan.core import independence
from kgan.layers import BlurPooling2D

FILTER = np.outer([1, 2, 1], [1, 2, 1]) / 16


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def halved(x):
    """One channel in float64."""
    padded = np.pad(x.astype("float64"), 1, mode="reflect")
    return scipy.signal.convolve2d(padded, FILTER, "valid")[::2, ::2]


def test_contract(two_replicas):
    contracts.check_layer(BlurPooling2D, {}, draw(4, 6, 5, 3), two_replicas)
    assert independence.independent(BlurPooling2D())


@pytest.mark.parametrize("sides", [(6, 4), (5, 7), (2, 3)])
def test_values(sides):
    x = draw(2, *sides, 3)
    planes = [[halved(image[..., c]) for c in range(3)] for image in x]
    expected = np.moveaxis(np.array(planes), 1, -1)
    assert BlurPooling2D().compute_output_shape(x.shape) == expected.shape
    np.testing.assert_allclose(BlurPooling2D()(x), expected, rtol=1e-5, atol=1e-6)


def test_sides_need_not_be_known():
    images = keras.Input((None, None, 2))
    halved = BlurPooling2D()(images)
    assert halved.shape == (None, None, None, 2)
    assert keras.Model(images, halved)(draw(1, 5, 8, 2)).shape == (1, 3, 4, 2)


def test_bad_input():
    with pytest.raises(ValueError, match="takes an input of shape"):
        BlurPooling2D()(draw(4, 6))
    with pytest.raises(ValueError, match="at least 2 pixels a side"):
        BlurPooling2D()(draw(1, 1, 4, 3))
