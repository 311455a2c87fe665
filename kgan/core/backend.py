"""Keras' backend: training needs TensorFlow's, trained generators work on any."""

import keras
import numpy as np
import tensorflow as tf


def is_tensorflow():
    """Returns whether Keras computes with TensorFlow."""
    return keras.backend.backend() == "tensorflow"


def require_tensorflow(what):
    """Checks that Keras computes with TensorFlow.

    Args:
        what: What needs it, as in "Training".

    Raises:
        ValueError: If Keras was imported with another backend.
    """
    if not is_tensorflow():
        raise ValueError(
            f"{what} needs TensorFlow as Keras' backend: set KERAS_BACKEND=tensorflow "
            f"before Keras is imported. Received: {keras.backend.backend()}"
        )


def compiled(function):
    """Returns a `tf.function` that calls networks; the function as it is elsewhere."""
    return tf.function(function, reduce_retracing=True) if is_tensorflow() else function


def infer(network, inputs, **options):
    """Calls a network in inference mode with tensors of TensorFlow, on any backend.

    Args:
        network: A `keras.Model` or a layer.
        inputs: A nest of tensors.
        **options: Of its call.

    Returns:
        A nest of tensors, of NumPy arrays where Keras computes with another backend.
    """
    if is_tensorflow():
        return network(inputs, training=False, **options)

    def array(x):
        return np.asarray(x) if hasattr(x, "shape") else x

    # Through NumPy: no backend knows the tensors of another one.
    inputs, options = keras.tree.map_structure(array, (inputs, options))
    outputs = network(inputs, training=False, **options)
    return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)
