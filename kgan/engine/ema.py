"""The exponential moving average of a player's values.

It is better than the values of any single step, because the players circle each other:
Yazici et al., "The Unusual Effectiveness of Averaging in GAN Training" (2019).
"""

import hashlib

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments, schedules


@keras.saving.register_keras_serializable(package="kgan")
class HalfLife(keras.optimizers.schedules.LearningRateSchedule):
    """The momentum with which an average forgets half in a number of images.

        m = ½ ^ (batch / max(min(1000 kimg, ramp · n), 1e-8))

    n is the number of real images before this round, `batch_size` times the rounds
    played. The average then begins as the weights after the first round, and its
    half-life grows with the run, up to `kimg`. Karras et al., "Training Generative
    Adversarial Networks with Limited Data" (2020), appendix C, and the authors'
    program.

    Args:
        kimg: Half-life in thousands of real images, a positive number.
        batch_size: Real images of a round, a positive integer: all batches of a round
            and all replicas together. Micro-batches are parts of them.
        ramp: Share of the images so far that the half-life may be, a positive number.
            None: the half-life is `kimg` from the first round on.

    Attributes:
        warmed_up: True, of any schedule: it begins by itself, and `momentum_at` adds
            no warm-up to it.

    Raises:
        ValueError: If a number is not positive.

    Example: `kgan.GAN(g, d, ema_momentum=kgan.HalfLife(kimg=10, batch_size=32))`
    """

    warmed_up = True

    def __init__(
        self, kimg: float = 10.0, batch_size: int = 32, ramp: float | None = 0.05
    ):
        super().__init__()
        self.kimg = _positive("kimg", kimg)
        self.batch_size = arguments.positive_integer("batch_size", batch_size)
        self.ramp = None if ramp is None else _positive("ramp", ramp)

    def __call__(self, step):
        half_life = tf.constant(1000.0 * self.kimg)
        if self.ramp is not None:
            seen = tf.cast(step, tf.float32) * self.batch_size
            half_life = tf.minimum(half_life, self.ramp * seen)
        return tf.pow(0.5, self.batch_size / tf.maximum(half_life, 1e-8))

    def get_config(self):
        return {"kimg": self.kimg, "batch_size": self.batch_size, "ramp": self.ramp}


def _positive(name, value):
    if not schedules.is_number(value) or not 0.0 < value < float("inf"):
        raise ValueError(f"`{name}` must be a positive number. Received: {value!r}")
    return float(value)


def momentum_at(momentum, step):
    """Computes the momentum after `step` earlier updates: min(m, (1 + t) / (10 + t)).

    The warm-up lets the average leave the random initial weights within tens of steps.
    A schedule with an attribute `warmed_up = True` does so by itself and has none.

    Args:
        momentum: Final momentum m in [0, 1), or a schedule of the step.
        step: Number t of earlier updates, an integer tensor.
    """
    now = schedules.at(momentum, step)
    if getattr(momentum, "warmed_up", False):
        return now
    step = tf.cast(step, tf.float32)
    return tf.minimum(now, (1.0 + step) / (10.0 + step))


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

    Some state is no estimate that averaging improves: a buffer of noise, a mean that is
    a moving one already. A layer names the attributes that hold such weights in a tuple
    `not_averaged`, as in `not_averaged = ("w_avg",)`: they are copied, as integers are.

    Args:
        averaged: Network that holds the average.
        network: Network of the same structure that is trained.
        momentum: m, a float32 scalar.
    """
    copied = {id(weight) for weight in _not_averaged(averaged)}
    for average, value in zip(averaged.weights, network.weights, strict=True):
        is_float = average.dtype.startswith(("float", "bfloat"))
        if is_float and id(average) not in copied:
            share = tf.cast(1.0 - momentum, average.dtype)
            average.assign(average + share * (value - average))
        else:
            average.assign(value)


def _not_averaged(network):
    for layer in network._flatten_layers():
        for name in getattr(layer, "not_averaged", ()):
            yield getattr(layer, name)


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
