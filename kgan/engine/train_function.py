"""The functions that `fit` calls for each step."""

import numpy as np
import tensorflow as tf


def one_step(train_step, otherwise):
    """Builds the function that `fit` calls per step on one device.

    Keras' own function returns logs inside of an optional value, whose unwrapping takes
    a good part of the time of a small game.

    Args:
        train_step: Function of a batch; returns logs.
        otherwise: Keras' own function, for data that are no `tf.data.Dataset`.
    """

    @tf.function(autograph=False, reduce_retracing=True)
    def play(iterator):
        data = tf.nest.map_structure(_none_for_optional, iterator.get_next())
        # A step that finds no data must leave no trace, not even in a counter.
        there = [tensor for tensor in tf.nest.flatten(data) if tensor is not None]
        with tf.control_dependencies(there):
            return train_step(data)

    def function(iterator):
        if not isinstance(iterator, tf.data.Iterator):
            return otherwise(iterator)
        try:
            return play(iterator)
        except tf.errors.OutOfRangeError:
            raise StopIteration from None

    return function


def _none_for_optional(value):
    # As Keras marks what an element of a data set lacks.
    return None if isinstance(value, tf.experimental.Optional) else value


class Guarded:
    """A training function that follows frozen layers and checks a game's first step.

    Args:
        model: The game.
        function: What `fit` calls for each step.
        logs: By the name of a loss or term, the players of its move: what is checked in
            a game's first step; empty for one that has played before.
    """

    def __init__(self, model, function, logs=None):
        self.model, self.function = model, function
        self._logs = logs

    def __call__(self, iterator):
        if self.model.trainable_has_changed():
            return self.model.make_train_function(force=True)(iterator)
        logs = self.function(iterator)
        if self._logs:
            _check_finite(logs, self._logs)
            self._logs = None
        return logs


def _check_finite(logs, players):
    for name, moved in players.items():
        value = np.asarray(logs[name]).ravel()
        if not np.isfinite(value).all():
            raise FloatingPointError(
                f"`{name}`, of the move of {' and '.join(moved)}, must be finite. "
                f"Received: {value[0]} in the first step of the game"
            )
