"""Numbers that may change during training: a float, or a Keras schedule."""

import numbers

import keras
import tensorflow as tf

_Schedule = keras.optimizers.schedules.LearningRateSchedule
# The type of arguments that take either.
Scheduled = float | _Schedule


def is_number(value):
    """Returns whether a value is a real number, and not True or False."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def check(name, value, maximum=float("inf")):
    """Returns a number as a float, and a schedule as it is.

    Args:
        name: The argument's name, for the message.
        value: A number in [0, maximum], a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step
            (whose values are not checked), or its serialised dictionary.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(value, dict):
        value = keras.saving.deserialize_keras_object(value)
    if isinstance(value, _Schedule):
        return value
    if not is_number(value) or not 0.0 <= value <= maximum:
        limited = maximum < float("inf")
        what = f"a number in [0, {maximum:g}]" if limited else "a non-negative number"
        raise ValueError(f"`{name}` must be {what} or a schedule. Received: {value!r}")
    return float(value)


@keras.saving.register_keras_serializable(package="kgan")
class Scaled(_Schedule):
    """A schedule times a factor.

    Args:
        schedule: The `keras.optimizers.schedules.LearningRateSchedule`.
        factor: A number.
    """

    def __init__(self, schedule: _Schedule, factor: float):
        super().__init__()
        self.schedule, self.factor = schedule, factor

    def __call__(self, step):
        return self.factor * self.schedule(step)

    def get_config(self):
        schedule = keras.saving.serialize_keras_object(self.schedule)
        return {"schedule": schedule, "factor": self.factor}

    @classmethod
    def from_config(cls, config):
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(schedule, config["factor"])


@keras.saving.register_keras_serializable(package="kgan")
class LinearAfter(_Schedule):
    """A value that stays for some epochs, and then falls linearly, epoch by epoch.

        first · (1 − max(0, e − epochs) / (decay_epochs + 1)),   e = 1, 2, …

    In the last epoch it is `first / (decay_epochs + 1)`. Source: the programs of
    pix2pix, CycleGAN and CUT.

    Args:
        first: Where it begins, a non-negative number.
        epochs: Number of epochs at this value.
        decay_epochs: Number of epochs in which it falls.
        steps: Steps of all epochs together.
    """

    def __init__(self, first: float, epochs: int, decay_epochs: int, steps: int):
        super().__init__()
        self.first, self.steps = first, steps
        self.epochs, self.decay_epochs = epochs, decay_epochs

    def __call__(self, step):
        epochs, last = self.epochs, self.decay_epochs
        # Whole numbers: float32 counts no steps above 2²⁴ one by one.
        before = tf.cast(step, tf.int64) * (epochs + last) // self.steps
        fallen = tf.clip_by_value(before + 1 - epochs, 0, last)
        return self.first * (1.0 - tf.cast(fallen, tf.float32) / (last + 1))

    def get_config(self):
        names = ("first", "epochs", "decay_epochs", "steps")
        return {name: getattr(self, name) for name in names}


def times(value, factor):
    """Returns a number or a schedule, `factor` times as large."""
    return Scaled(value, factor) if callable(value) else factor * value


def at(value, step):
    """Returns the value at a training step, as a float or float32 scalar."""
    return value(step) if callable(value) else value


def config(value):
    """Returns the value as a config holds it."""
    return keras.saving.serialize_keras_object(value) if callable(value) else value
