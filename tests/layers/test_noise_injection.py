import contracts
import numpy as np
import pytest

from kgan.core import independence
from kgan.layers import NoiseInjection


def test_contract(two_replicas):
    x = np.random.default_rng(0).normal(size=(4, 3, 5, 2)).astype("float32")
    contracts.check_layer(NoiseInjection, {"seed": 3}, x, two_replicas)


@pytest.fixture
def layer():
    layer = NoiseInjection(seed=1)
    layer.build((None, 32, 32, 3))
    layer.strength.assign(0.5)
    return layer


def test_it_starts_without_noise():
    layer, x = NoiseInjection(), np.ones((2, 4, 4, 3), "float32")
    np.testing.assert_array_equal(layer(x, training=True), x)


def test_at_inference_it_is_stored(layer):
    x = np.zeros((2, 32, 32, 3), "float32")
    expected = np.broadcast_to(0.5 * layer.stored.numpy()[..., None], x.shape[1:])
    for image in layer(x).numpy():
        np.testing.assert_array_equal(image, expected)
    assert not layer.stored.trainable
    assert abs(layer.stored.numpy().std() - 1) < 0.1


def test_in_training_each_example_has_its_own_for_all_channels(layer):
    x = np.zeros((50, 32, 32, 3), "float32")
    noise = layer(x, training=True).numpy()
    np.testing.assert_array_equal(noise[..., 0], noise[..., 2])
    pixels = noise[..., 0].reshape(50, -1)
    assert abs(pixels.std() - 0.5) < 0.01
    assert abs(pixels.mean()) < 0.01
    correlations = np.corrcoef(pixels) - np.eye(50)
    assert abs(correlations).max() < 0.2
    assert not np.array_equal(layer(x, training=True), noise)


def test_it_draws():
    assert not independence.independent(NoiseInjection())


def test_bad_input():
    with pytest.raises(ValueError, match="takes an input of shape"):
        NoiseInjection()(np.ones((2, 3), "float32"))
