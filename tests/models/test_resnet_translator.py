import contracts
import keras
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf
from correlation import correlated

from kgan import models
from kgan.layers import Dropout

UPSAMPLINGS = ("transposed", "resize", "antialiased")


def _images(*shape):
    return np.tanh(np.random.default_rng(0).normal(size=shape)).astype("float32")


def trained(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_published_numbers_of_parameters(upsampling):
    build = models.resnet_translator
    assert trained(build((256, 256, 3), upsampling=upsampling)) == 11_378_179
    small = build((128, 128, 3), blocks=6, upsampling=upsampling)
    assert trained(small) == 7_837_699


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_contract(upsampling):
    contracts.check_network(
        lambda: models.resnet_translator(
            (8, 12, 2), 1, 2, 1, upsampling, use_bias=False
        ),
        _images(4, 8, 12, 2),
        (4, 8, 12, 1),
        output_range=1,
        tolerance=1e-3,
    )


def test_its_parts_are_the_whole():
    images = _images(2, 8, 8, 3)
    network = models.resnet_translator((8, 8, 3), width=2, blocks=6)
    features = network.features(images)
    shapes = [(14, 14, 3), (4, 4, 4), (2, 2, 8), (2, 2, 8), (2, 2, 8)]
    assert [tuple(x.shape[1:]) for x in features] == shapes
    names = [layer.name for layer in network.encoder.layers]
    assert "block_4" in names
    assert "block_5" not in names
    assert network.decoder.get_layer("block_5")
    np.testing.assert_array_equal(network.decoder(features[-1]), network(images))
    padded = np.pad(images, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    np.testing.assert_array_equal(features[0], padded)
    # The convolution itself, neither normalised nor activated.
    for feature, name in zip(features[1:3], ("down_0", "down_1"), strict=True):
        layer = network.encoder.get_layer(name)
        part = keras.Model(network.encoder.inputs[0], layer.output)
        np.testing.assert_array_equal(feature, part(images))


@pytest.mark.parametrize(
    ("features", "blocks", "found"),
    [
        (None, 1, ["padded", "down_0", "down_1", "block_0"]),
        (None, 3, ["padded", "down_0", "down_1", "block_0", "block_2"]),
        (["down_1"], 2, ["down_1"]),
        (("padded", "block_1"), 2, ["padded", "block_1"]),
    ],
)
def test_features_are_a_choice(features, blocks, found):
    network = models.resnet_translator(
        (8, 8, 1), width=2, blocks=blocks, features=features
    )
    outputs = network.encoder.outputs
    assert [x._keras_history.operation.name for x in outputs] == found
    images = _images(1, 8, 8, 1)
    listed = network.features(images)
    assert isinstance(listed, list)
    assert len(listed) == len(found)
    np.testing.assert_array_equal(network.decoder(listed[-1]), network(images))


def test_sides_are_halved_and_doubled_as_published():
    network = models.resnet_translator((8, 8, 1), width=2, blocks=1)
    # A padding of 1 on all sides, and every second place from the first on.
    x, layer = _images(1, 8, 8, 2), network.encoder.get_layer("down_0")
    expected = correlated(np.pad(x[0], ((1, 1), (1, 1), (0, 0))), layer.kernel.numpy())
    found = layer(network.encoder.get_layer("down_0_pad")(x))[0]
    np.testing.assert_allclose(found, expected[::2, ::2], atol=1e-6)
    # Transposed: y[2 i + k − 1] gathers x[i] w[k], with a row and a column behind.
    x, layer = _images(1, 4, 4, 8), network.decoder.get_layer("up_0")
    kernel, expected = layer.kernel.numpy(), np.zeros((9, 9, 4))
    for i, j, k, m in np.ndindex(4, 4, 3, 3):
        expected[2 * i + k, 2 * j + m] += kernel[k, m] @ x[0, i, j]
    found = network.decoder.get_layer("up_0_cut")(layer(x))[0]
    np.testing.assert_allclose(found, expected[1:, 1:], atol=1e-6)


def test_antialiased_doubling_is_that_of_cut():
    # Zeros between the pixels, outer([1, 3, 3, 1]) / 16, borders repeated.
    x = _images(1, 4, 5, 1)
    taps = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 16
    padded = np.pad(x[0, ..., 0], 1, mode="edge")
    spread = np.zeros((2 * 6, 2 * 7))
    spread[::2, ::2] = padded
    expected = scipy.signal.convolve2d(spread, taps)[3:11, 3:13]
    network = models.resnet_translator(
        (8, 8, 1), width=2, blocks=1, upsampling="antialiased"
    )
    found = network.decoder.get_layer("up_0_enlarge")(x)
    np.testing.assert_allclose(found[0, ..., 0], expected, atol=1e-6)


@pytest.mark.parametrize("sides", [(7, 10), (1, 3)])
def test_other_sides_are_padded_and_cut(sides):
    images = _images(2, *sides, 1)
    fixed = models.resnet_translator((*sides, 1), width=2, blocks=1)
    assert fixed.output_shape == (None, *sides, 1)
    network = models.resnet_translator((None, None, 1), width=2, blocks=1)
    network.set_weights(fixed.get_weights())
    assert network.output_shape == (None, None, None, 1)
    np.testing.assert_allclose(network(images), fixed(images), atol=1e-6)
    compiled = tf.function(network, jit_compile=True)
    np.testing.assert_allclose(compiled(images), fixed(images), atol=1e-5)


def test_biases_are_taken_away_again():
    network = models.resnet_translator((8, 8, 1), width=2, blocks=1)
    images = _images(2, 8, 8, 1)
    before = network(images)
    for name in ("first", "down_0", "down_1", "block_0_conv_1"):
        network.encoder.get_layer(name).bias.assign_add(
            keras.ops.ones_like(network.encoder.get_layer(name).bias)
        )
    np.testing.assert_allclose(network(images), before, atol=1e-4)


def test_batch_normalisation_has_no_biases_before_it():
    build = models.resnet_translator
    network = build((8, 8, 1), width=2, blocks=1, normalization="batch")
    assert not network.encoder.get_layer("down_0").use_bias
    assert network.decoder.get_layer("output").use_bias
    norm = network.encoder.get_layer("first_norm")
    assert norm.test_statistics == "image"


def test_dropout_stands_within_the_blocks():
    network = models.resnet_translator(
        (8, 8, 1), width=2, blocks=2, dropout=0.5, dropout_at_test=True
    )
    found = [x for x in network.encoder.layers if isinstance(x, Dropout)]
    assert [x.name for x in found] == ["block_0_dropout", "block_1_dropout"]
    assert [(x.seed, x.at_test) for x in found] == [(0, True), (1, True)]


def test_a_saved_one_keeps_its_parts(tmp_path):
    network = models.resnet_translator((None, 8, 1), width=2, blocks=1)
    network.save(tmp_path / "g.keras")
    loaded = keras.models.load_model(tmp_path / "g.keras")
    assert type(loaded) is models.ResNetTranslator
    images = _images(2, 9, 8, 1)
    np.testing.assert_array_equal(loaded(images), network(images))
    for x, y in zip(loaded.features(images), network.features(images), strict=True):
        np.testing.assert_array_equal(x, y)


def test_bad_input():
    build = models.resnet_translator
    with pytest.raises(ValueError, match="`upsampling` must be one of"):
        build((8, 8, 1), upsampling="bicubic")
    with pytest.raises(ValueError, match="`blocks`"):
        build((8, 8, 1), blocks=0)
    with pytest.raises(ValueError, match="`width`"):
        build((8, 8, 1), width=0)
    for features in ([], ["block_1"], ["down_1", "down_0"], ["first"]):
        with pytest.raises(ValueError, match="`features` must be names of layers"):
            build((8, 8, 1), blocks=1, features=features)
