"""The exponential moving average of a player's values.

It is better than the values of any single step, because the players circle each other:
Yazici et al., "The Unusual Effectiveness of Averaging in GAN Training" (2019).
"""

import hashlib

import keras
import numpy as np
import tensorflow as tf

from kgan.core import schedules


def momentum_at(momentum, step):
    """Computes the momentum after `step` earlier updates: min(m, (1 + t) / (10 + t)).

    The warm-up lets the average leave the random initial weights within tens of steps.

    Args:
        momentum: Final momentum m in [0, 1), or a schedule of the step.
        step: Number t of earlier updates, an integer tensor.
    """
    momentum = schedules.at(momentum, step)
    step = tf.cast(step, tf.float32)
    return tf.minimum(momentum, (1.0 + step) / (10.0 + step))


def averaged_copy(network):
    """Builds a network of the same shape and values, `ema_<name>`, that is not trained.

    Args:
        network: A built `keras.Model`: Functional or Sequential (and so is the copy
            built), or a subclass with `get_config`.

    Raises:
        ValueError: If a subclass has no `get_config` to copy it by.
    """
    has_graph = bool(getattr(network, "inputs", None))
    has_graph |= isinstance(network, keras.Sequential)
    of_keras = type(network).__module__.startswith("keras.")
    try:
        # `clone_model` needs no registration of custom layers, but a graph of layers;
        # and the copy of a subclass would lose its methods.
        if has_graph and of_keras:
            copy = keras.models.clone_model(
                network, clone_function=_copy_of_layer, recursive=True
            )
        else:
            copy = type(network).from_config(network.get_config())
    except (NotImplementedError, TypeError) as error:
        if not has_graph:
            raise ValueError(
                f"The network {type(network).__name__} must have a `get_config` "
                "that gives its constructor's arguments, so that it can be averaged "
                "and saved; or pass `ema_momentum=None`."
            ) from error
        copy = keras.models.clone_model(
            network, clone_function=_copy_of_layer, recursive=True
        )
    copy.name = f"ema_{network.name}"  # its own name: layers are found by name
    copy.trainable = False
    return copy


def _copy_of_layer(layer):
    # Keras makes no new layer of any Python function; one without weights is shared.
    if isinstance(layer, keras.layers.Lambda):
        return layer
    return type(layer).from_config(layer.get_config())


def update(averaged, network, momentum):
    """Moves an average: a ← m a + (1 − m) v for each weight and moving statistic.

    Args:
        averaged: Network that holds the average.
        network: Network of the same structure that is trained.
        momentum: m, a float32 scalar.
    """
    for average, value in zip(averaged.weights, network.weights, strict=True):
        if average.dtype.startswith(("float", "bfloat")):
            share = tf.cast(1.0 - momentum, average.dtype)
            average.assign(average + share * (value - average))
        else:
            average.assign(value)


def checksum(network):
    """Returns a text that differs for two networks whose values do."""
    digest = hashlib.blake2b()
    for value in network.get_weights():
        digest.update(np.ascontiguousarray(value))
    return digest.hexdigest()


def copy_of(network):
    """Returns an averaged copy of a network that is built, with its values."""
    copy = averaged_copy(network)
    if not copy.built:
        copy.build_from_config(network.get_build_config())
    copy.set_weights(network.get_weights())
    return copy
