import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import independence
from kgan.layers import CropLike, PadToMultiple, ReflectionPadding2D


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def reflected(x, *margins):
    """Pads rows and columns, by NumPy's own reflection."""
    return np.pad(x, ((0, 0), *margins, (0, 0)), mode="reflect")


@pytest.mark.parametrize(
    ("layer", "arguments"),
    [
        (ReflectionPadding2D, {"padding": 2}),
        (PadToMultiple, {"multiple": 4, "least": 8}),
    ],
)
def test_contract(two_replicas, layer, arguments):
    contracts.check_layer(layer, arguments, draw(4, 5, 6, 3), two_replicas)
    assert independence.independent(layer(**arguments))


@pytest.mark.parametrize("padding", [1, 3])
def test_images_are_reflected(padding):
    x = draw(2, 4, 6, 3)
    expected = reflected(x, (padding, padding), (padding, padding))
    layer = ReflectionPadding2D(padding)
    assert layer.compute_output_shape(x.shape) == expected.shape
    np.testing.assert_array_equal(layer(x), expected)


@pytest.mark.parametrize(
    ("sides", "multiple", "least", "margins"),
    [
        ((4, 8), 4, None, ((0, 0), (0, 0))),
        ((5, 6), 4, None, ((1, 2), (1, 1))),
        ((5, 6), 16, None, ((5, 6), (5, 5))),
        ((2, 3), 4, 16, ((7, 7), (6, 7))),
        ((1, 7), 8, None, ((3, 4), (0, 1))),
    ],
)
def test_images_are_padded_to_a_multiple(sides, multiple, least, margins):
    x = draw(2, *sides, 3)
    expected = reflected(x, *margins)
    layer = PadToMultiple(multiple, least)
    assert layer.compute_output_shape(x.shape) == expected.shape
    np.testing.assert_array_equal(layer(x), expected)
    np.testing.assert_array_equal(CropLike()([layer(x), x]), x)


@pytest.fixture(scope="module")
def of_any_size():
    """Pads images whose sides are not known, doubles them, and cuts them."""
    images = keras.Input((None, None, 2))
    padded = PadToMultiple(8)(images)
    assert padded.shape == (None, None, None, 2)
    cut = CropLike()([2 * padded, images])
    assert cut.shape == images.shape
    return keras.Model(images, [padded, cut])


@pytest.mark.parametrize("jit_compile", [False, True])
def test_sides_need_not_be_known(of_any_size, jit_compile):
    spec = tf.TensorSpec((None, None, None, 2), tf.float32)
    function = tf.function(of_any_size, input_signature=[spec], jit_compile=jit_compile)
    for sides, margins in (
        ((5, 16), ((1, 2), (0, 0))),
        ((3, 9), ((2, 3), (3, 4))),
    ):
        x = draw(2, *sides, 2)
        padded, cut = function(x)
        np.testing.assert_array_equal(padded, reflected(x, *margins))
        np.testing.assert_array_equal(cut, 2 * x)


def test_the_middle_is_cut_out():
    x = draw(1, 7, 8, 1)
    found = CropLike()([x, x[:, :4, :4]])
    np.testing.assert_array_equal(found, x[:, 1:5, 2:6])
    assert independence.independent(CropLike())


def test_bad_input():
    for padding in (0, 1.5, True):
        with pytest.raises(ValueError, match="`padding` must be a positive integer"):
            ReflectionPadding2D(padding)
    with pytest.raises(ValueError, match=r"longer than `padding`.*: 4\. Received.*4"):
        ReflectionPadding2D(4)(draw(1, 8, 4, 1))
    with pytest.raises(ValueError, match="takes an input of shape"):
        PadToMultiple(4)(draw(4, 6))
    with pytest.raises(ValueError, match="`multiple` must be a positive integer"):
        PadToMultiple(0)
    with pytest.raises(ValueError, match=r"`least` .* a multiple of 4\. Received: 6"):
        PadToMultiple(4, 6)
    with pytest.raises(ValueError, match="takes a list of images"):
        CropLike()(draw(1, 4, 4, 1))
