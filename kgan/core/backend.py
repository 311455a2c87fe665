"""Keras' backend: networks run on each, games are played on TensorFlow's."""

import keras
import tensorflow as tf


def is_tensorflow() -> bool:
    """Returns whether Keras computes with TensorFlow."""
    return keras.backend.backend() == "tensorflow"


def require_tensorflow(what: str) -> None:
    """Raises a `ValueError` on any other backend; `what` begins its sentence."""
    if not is_tensorflow():
        raise ValueError(
            f"{what} needs Keras' backend tensorflow: set KERAS_BACKEND=tensorflow "
            f"before Keras is imported. Received: {keras.backend.backend()}"
        )


def compiled(function):
    """Returns a graph of a function of tensors, or where Keras has none, itself."""
    if is_tensorflow():
        return tf.function(function, reduce_retracing=True)
    return function


def call(network, inputs):
    """Calls a network in inference mode on tensors of TensorFlow, on any backend.

    Args:
        network: A Keras model.
        inputs: A nest of tensors.

    Returns:
        A nest of tensors of TensorFlow.
    """
    if is_tensorflow():
        return network(inputs, training=False)
    arrays = tf.nest.map_structure(lambda tensor: tensor.numpy(), inputs)
    outputs = network(arrays, training=False)
    return tf.nest.map_structure(
        lambda tensor: tf.constant(keras.ops.convert_to_numpy(tensor)), outputs
    )
