"""Blocks of convolutional networks."""

import keras
import numpy as np
import pytest

from kgan.layers import ConditionalBatchNormalization, SelfAttention
from kgan.models.blocks import Attention, batch_norm, convolution, norm_relu, normal

IMAGES = np.random.default_rng(0).normal(1.0, 2.0, (6, 4, 3, 2)).astype("float32")
LABELS = np.array([0, 1, 2, 2, 1, 0], "int32")


def standardized(x):
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return (x - mean) / np.sqrt(variance + 1e-5)


def test_initial_kernels_are_those_of_radford():
    values = normal()((100, 100)).numpy()
    assert values.std() == pytest.approx(0.02, rel=0.05)
    assert abs(values.mean()) < 1e-3
    assert normal(mean=1.0)((100, 100)).numpy().mean() == pytest.approx(1, abs=1e-3)
    assert np.all(normal()((3,)).numpy() != normal()((3,)).numpy())


@pytest.mark.parametrize(("up", "size"), [(False, 2), (True, 8)])
def test_a_convolution_goes_down_or_up(up, size):
    layer = convolution(50, 4, "conv", "float32", up=up, strides=2, use_bias=False)
    assert layer(np.zeros((1, 4, 4, 3), "float32")).shape == (1, size, size, 50)
    assert layer.kernel.numpy().std() == pytest.approx(0.02, rel=0.1)
    assert (layer.name, layer.compute_dtype) == ("conv", "float32")
    assert layer.bias is None


def test_batch_norm():
    layer = batch_norm("norm", "float32")
    outputs = layer(IMAGES, training=True)
    gamma, beta = layer.gamma.numpy(), layer.beta.numpy()
    expected = gamma * standardized(IMAGES) + beta
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)
    mean = 0.1 * IMAGES.mean(axis=(0, 1, 2))
    np.testing.assert_allclose(layer.moving_mean, mean, rtol=1e-4)
    assert (layer.name, layer.compute_dtype) == ("norm", "float32")


def test_normalisation_without_labels_is_that_of_the_batch():
    x = keras.Input(IMAGES.shape[1:])
    network = keras.Model(x, norm_relu(x, "up"))
    assert [layer.name for layer in network.layers[1:]] == ["up_norm", "up_relu"]
    gamma = network.get_layer("up_norm").gamma.numpy()
    expected = np.maximum(gamma * standardized(IMAGES), 0)
    outputs = network(IMAGES, training=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)


def test_normalisation_with_labels_has_gains_and_biases_of_each_class():
    x, labels = keras.Input(IMAGES.shape[1:]), keras.Input((), dtype="int32")
    outputs = norm_relu(x, "up", labels, 3, "float32")
    network = keras.Model([x, labels], outputs)
    layer = network.get_layer("up_norm")
    assert isinstance(layer, ConditionalBatchNormalization)
    assert layer.num_classes == 3
    before = network([IMAGES, LABELS], training=True).numpy()
    draw = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(draw.normal(size=weight.shape))
    first, other = (
        network([IMAGES, labels], training=True).numpy()
        for labels in (LABELS, (LABELS + 1) % 3)
    )
    assert np.all(first >= 0)
    assert np.any(first != before)
    assert np.any(first != other)
    assert network.get_layer("up_relu").compute_dtype == "float32"


SIZES = [(5, 8), (3, 4), (2, 2)]


@pytest.mark.parametrize("side", [8, 4, 2])
def test_attention_stands_at_one_stage(side):
    attend = Attention(side, SIZES)
    for size in SIZES:
        x = keras.Input((*size, 8))
        network = keras.Model(x, attend(x))
        found = [layer for layer in network.layers if isinstance(layer, SelfAttention)]
        assert len(found) == (max(size) == side)
        assert network.output_shape == (None, *size, 8)


def test_attention_nowhere():
    x = keras.Input((4, 4, 8))
    assert Attention(None, SIZES)(x) is x


@pytest.mark.parametrize("spectral_normalization", [False, True])
def test_attention_is_told_how_its_convolutions_are(spectral_normalization):
    x = keras.Input((4, 4, 8))
    attend = Attention(4, [(4, 4)], spectral_normalization, "mixed_bfloat16")
    layer = keras.Model(x, attend(x)).get_layer("attention")
    assert layer.spectral_normalization == spectral_normalization
    assert layer.compute_dtype == "bfloat16"


@pytest.mark.parametrize("side", [5, 3, 16, "4", (4, 4)])
def test_a_side_that_no_stage_has(side):
    with pytest.raises(ValueError, match=r"`attention_at` must be.*network: 8, 4, 2\."):
        Attention(side, SIZES)
