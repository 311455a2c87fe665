import contracts
import keras
import numpy as np
import pytest

from kgan.layers import Maxout


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_contract(two_replicas):
    arguments = {
        "units": 3,
        "pieces": 4,
        "kernel_initializer": keras.initializers.RandomUniform(-0.5, 0.5, seed=1),
        "bias_initializer": keras.initializers.RandomUniform(-0.5, 0.5, seed=2),
        "kernel_regularizer": keras.regularizers.L2(1e-4),
        "kernel_constraint": keras.constraints.MaxNorm(2.0),
    }
    contracts.check_layer(Maxout, arguments, _inputs(4, 6), two_replicas)


def test_closed_form():
    inputs = _inputs(5, 3)
    layer = Maxout(2, 4, bias_initializer="random_normal")
    outputs = layer(inputs)
    kernel = layer.kernel.numpy().reshape(3, 2, 4)
    bias = layer.bias.numpy().reshape(2, 4)
    expected = (np.einsum("bf,fuj->buj", inputs, kernel) + bias).max(axis=-1)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_two_pieces_make_the_absolute_value():
    layer = Maxout(1, 2)
    layer.build((None, 1))
    layer.set_weights([np.array([[1.0, -1.0]]), np.zeros(2)])
    inputs = np.array([[-3.0], [0.0], [2.0]], "float32")
    np.testing.assert_array_equal(layer(inputs), np.abs(inputs))


def test_one_piece_is_dense():
    inputs = _inputs(5, 3)
    maxout, dense = Maxout(4, 1), keras.layers.Dense(4)
    maxout(inputs), dense(inputs)
    dense.set_weights(maxout.get_weights())
    np.testing.assert_allclose(maxout(inputs), dense(inputs), rtol=1e-5, atol=1e-6)


def test_constraint_and_regularizer_take_part():
    layer = Maxout(
        2, 3, kernel_regularizer="l2", kernel_constraint=keras.constraints.MaxNorm(1.0)
    )
    layer(_inputs(2, 3))
    assert len(layer.losses) == 1
    assert layer.kernel.constraint is layer.kernel_constraint


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0, "pieces": 2}, r"`units` must be a positive integer. Received: 0"),
        ({"units": 2, "pieces": 1.5}, r"`pieces` must be a positive .* Received: 1.5"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        Maxout(**arguments)


def test_bad_input_rank():
    with pytest.raises(ValueError, match=r"shape \(batch, features\). Received:"):
        Maxout(2, 2)(_inputs(2, 3, 4))
