import math

import contracts
import keras
import numpy as np
import pytest

from kgan.core import independence
from kgan.layers import EqualizedConv2D, EqualizedDense, EqualizedEmbedding, resampling


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def leaky(x):
    return np.where(x > 0, x, 0.2 * x) * math.sqrt(2)


OPTIONS = {
    "activation": "leaky_relu",
    "initial_bias": 0.5,
    "lr_multiplier": 0.1,
    "gain": 0.7,
    "clamp": 1.5,
}


def test_contracts(two_replicas):
    dense = {"units": 3, **OPTIONS}
    contracts.check_layer(EqualizedDense, dense, draw(4, 6), two_replicas)
    for resampled in (None, "up", "down"):
        convolution = {"filters": 3, "resampling": resampled, **OPTIONS}
        inputs = draw(4, 4, 4, 2)
        contracts.check_layer(EqualizedConv2D, convolution, inputs, two_replicas)
    contracts.check_config(EqualizedEmbedding, {"num_classes": 3, "units": 2})


def test_the_stored_weights_have_the_variance_1_over_the_multiplier():
    layer = EqualizedDense(500, lr_multiplier=0.01, initial_bias=2.0)
    layer.build((None, 200))
    kernel = layer.kernel.numpy()
    assert abs(kernel.std() / 100 - 1) < 0.02
    np.testing.assert_array_equal(layer.bias, np.full(500, 2.0))


@pytest.mark.parametrize("activation", [None, "leaky_relu"])
@pytest.mark.parametrize("clamp", [None, 0.4])
def test_dense(activation, clamp):
    layer = EqualizedDense(
        5, activation, lr_multiplier=0.1, initial_bias=3.0, gain=0.7, clamp=clamp
    )
    x = draw(4, 6)
    found = layer(x)
    kernel = layer.kernel.numpy().astype("float64")
    y = x @ kernel * 0.1 / math.sqrt(6) + 0.3
    y = leaky(y) if activation else y
    y = y if clamp is None else y.clip(-clamp, clamp)
    np.testing.assert_allclose(found, 0.7 * y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("resampled", [None, "up", "down"])
def test_convolution(resampled):
    layer = EqualizedConv2D(5, 3, resampled, activation="leaky_relu", initial_bias=1.0)
    x = draw(2, 6, 4, 3)
    found = layer(x)
    kernel = layer.kernel.numpy() / math.sqrt(27)
    y = resampling.CONVOLUTIONS[resampled](x, kernel)
    np.testing.assert_allclose(found, leaky(y + 1.0), rtol=1e-5, atol=1e-5)
    assert layer.compute_output_shape(x.shape) == found.shape


def test_without_bias():
    layer = EqualizedConv2D(2, 1, "down", use_bias=False)
    assert layer(np.zeros((1, 4, 4, 3), "float32")).numpy().max() == 0.0
    assert len(layer.weights) == 1


def test_classes_are_looked_up_as_one_hot_vectors():
    layer = EqualizedEmbedding(3, 4, initial_bias=0.5)
    found = layer(np.array([2, 0, 2]))
    expected = np.eye(3)[[2, 0, 2]] @ layer.kernel.numpy() / math.sqrt(3) + 0.5
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert layer.compute_output_shape((None,)) == (None, 4)


def test_a_signal_keeps_its_variance():
    x = draw(64, 8, 8, 32)
    for _ in range(3):
        x = EqualizedConv2D(32, activation="leaky_relu")(x)
    assert 0.6 < np.mean(np.square(x)) < 1.3


def test_examples_are_independent():
    assert independence.independent(EqualizedDense(2))
    assert independence.independent(EqualizedConv2D(2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filters": 0}, "`filters` must be a positive integer"),
        ({"kernel_size": 2}, "`kernel_size` must be odd"),
        ({"kernel_size": 5, "resampling": "down"}, "must be 1 or 3 with"),
        ({"kernel_size": 1, "resampling": "up"}, "must be 3 with resampling='up'"),
        ({"resampling": "sideways"}, "`resampling` must be None or one of"),
        ({"activation": "relu"}, "`activation` must be None or one of leaky_relu"),
        ({"lr_multiplier": 0.0}, "`lr_multiplier` must be positive"),
        ({"clamp": -1.0}, "`clamp` must be positive"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        EqualizedConv2D(**{"filters": 2, **arguments})


def test_bad_inputs():
    with pytest.raises(ValueError, match="takes an input of shape"):
        EqualizedDense(2)(draw(2, 3, 4))
    with pytest.raises(ValueError, match="takes an input of shape"):
        EqualizedConv2D(2)(draw(2, 3))
    with pytest.raises(ValueError, match="takes an input of shape"):
        EqualizedEmbedding(2, 2)(keras.ops.zeros((2, 3)))
