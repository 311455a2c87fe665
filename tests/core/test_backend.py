import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import backend


@pytest.fixture
def jax(monkeypatch):
    """Keras says that it computes with JAX."""
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")


def test_tensorflow_trains():
    assert backend.is_tensorflow()
    backend.require_tensorflow("Training")


def test_another_backend_does_not(jax):
    message = r"^Training needs .*set KERAS_BACKEND=tensorflow before .*Received: jax$"
    with pytest.raises(ValueError, match=message):
        backend.require_tensorflow("Training")


def test_functions_are_graphs_of_tensorflow_alone(monkeypatch):
    def eager():
        return tf.executing_eagerly()

    assert not backend.compiled(eager)()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert backend.compiled(eager) is eager


def test_networks_are_called_through_numpy_elsewhere(monkeypatch):
    seen = []

    def network(inputs, training):
        seen.append(keras.tree.map_structure(type, inputs))
        return {"sum": inputs[0] + inputs[1]}

    inputs = [tf.ones(2), tf.ones(2)]
    assert isinstance(backend.infer(network, inputs)["sum"], tf.Tensor)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    np.testing.assert_array_equal(backend.infer(network, inputs)["sum"], [2.0, 2.0])
    assert seen[1] == [np.ndarray] * 2
