import contracts
import keras
import numpy as np
import pytest

from kgan.layers import BatchNormalization


def draw(*shape):
    return np.random.default_rng(0).normal(2.0, 3.0, size=shape).astype("float32")


@pytest.fixture
def layer():
    """A layer with a scale and a shift that are not those of the beginning."""
    layer = BatchNormalization()
    layer.build((None, 4, 6, 3))
    layer.gamma.assign([0.5, 1.0, 2.0])
    layer.beta.assign([-1.0, 0.0, 1.0])
    return layer


def normalised(x, axes):
    x = x.astype("float64")
    mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-5) * [0.5, 1.0, 2.0] + [-1.0, 0.0, 1.0]


@pytest.mark.parametrize("test_statistics", ["image", "moving"])
def test_contract(two_replicas, test_statistics):
    arguments = {"test_statistics": test_statistics, "momentum": 0.8}
    contracts.check_layer(
        BatchNormalization,
        arguments,
        draw(4, 6, 5, 3),
        two_replicas,
        per_example=False,
    )


def test_in_training_statistics_are_of_the_batch(layer):
    x = draw(8, 4, 6, 3)
    expected = normalised(x, (0, 1, 2))
    np.testing.assert_allclose(layer(x, training=True), expected, atol=1e-5)
    moved = 0.1 * x.mean((0, 1, 2))
    np.testing.assert_allclose(layer.moving_mean, moved, rtol=1e-4)


def test_at_test_time_they_are_of_each_image(layer):
    x = draw(8, 4, 6, 3)
    found = layer(x)
    np.testing.assert_allclose(found, normalised(x, (1, 2)), atol=1e-5)
    # As published: a batch of one, as it would be in training.
    for image, row in zip(x, found, strict=True):
        alone = layer(image[None], training=True)[0]
        np.testing.assert_allclose(row, alone, atol=1e-5)


def test_or_moving_ones(layer):
    layer.test_statistics = "moving"
    x = draw(8, 4, 6, 3)
    theirs = keras.layers.BatchNormalization(epsilon=1e-5)
    theirs.build(x.shape)
    theirs.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(x), theirs(x))


def test_without_scale_and_shift():
    x = draw(2, 4, 6, 3)
    found = BatchNormalization(scale=False, center=False)(x)
    np.testing.assert_allclose(np.mean(found, (1, 2)), 0.0, atol=1e-5)
    np.testing.assert_allclose(np.std(found, (1, 2)), 1.0, atol=1e-4)


def test_bad_input():
    with pytest.raises(ValueError, match=r"`test_statistics` must be one of.*'batch'"):
        BatchNormalization("batch")
