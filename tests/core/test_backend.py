import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import backend


@pytest.fixture
def elsewhere(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")


def test_training_is_for_tensorflow(elsewhere):
    expected = r"^Playing needs Keras' backend tensorflow: .* Received: jax$"
    with pytest.raises(ValueError, match=expected):
        backend.require_tensorflow("Playing")


def test_on_tensorflow_nothing_is_refused():
    backend.require_tensorflow("Playing")


def test_functions_become_graphs_on_tensorflow_alone(monkeypatch):
    def is_eager(x):
        return x + tf.constant(float(tf.executing_eagerly()))

    one = tf.constant(1.0)
    assert float(backend.compiled(is_eager)(one)) == 1.0
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert float(backend.compiled(is_eager)(one)) == 2.0


def test_networks_of_other_backends_get_arrays(elsewhere):
    def network(inputs, training):
        assert not training
        assert all(isinstance(x, np.ndarray) for x in inputs)
        return {"sum": inputs[0] + inputs[1]}

    outputs = backend.call(network, [tf.constant([1.0]), tf.constant([2.0])])
    assert isinstance(outputs["sum"], tf.Tensor)
    np.testing.assert_array_equal(outputs["sum"], [3.0])
