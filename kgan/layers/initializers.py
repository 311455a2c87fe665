"""Initializers of layers that have several kernels."""

import keras


def fresh(identifier):
    """Returns `keras.initializers.get(identifier)`, a copy that no other kernel shares.

    One object would fill all kernels of equal shape with the same numbers.
    """
    initializer = keras.initializers.get(identifier)
    if isinstance(initializer, keras.initializers.Initializer):
        return initializer.clone()
    return initializer
