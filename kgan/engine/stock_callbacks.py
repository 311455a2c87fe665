"""Callbacks of Keras that know a model of one loss and one optimizer."""

import keras
import tensorflow as tf

from kgan.core.finite import first_not_finite


def fitting(callbacks, game):
    """Returns callbacks as a game can have them.

    Args:
        callbacks: What `fit` was given: a callback, a list, a `CallbackList` or None.
        game: The game.

    Raises:
        ValueError: If one swaps the weights of a model and one average.
    """
    found = tf.nest.flatten(getattr(callbacks, "callbacks", callbacks) or [])
    if any(isinstance(each, keras.callbacks.SwapEMAWeights) for each in found):
        raise ValueError(
            "SwapEMAWeights exchanges the weights of a model of one optimizer. A "
            "game has one for each player, and averages of its own."
        )
    if not any(isinstance(each, keras.callbacks.TerminateOnNaN) for each in found):
        return callbacks
    beside = StopOnNaN()
    if not isinstance(callbacks, keras.callbacks.CallbackList):
        return [*found, beside]
    if not any(isinstance(each, StopOnNaN) for each in found):
        beside.set_model(game)
        callbacks.callbacks.append(beside)  # it has no method for that
    return callbacks


class StopOnNaN(keras.callbacks.Callback):
    """What `keras.callbacks.TerminateOnNaN` is for, of all logs of a game.

    That one reads `logs["loss"]` alone, which a game of several losses does not have.
    """

    def on_train_batch_end(self, batch, logs=None):
        wrong = first_not_finite(logs)
        if wrong and not self.model.stop_training:
            print(f"\nBatch {batch}: {wrong[0]} is not finite, terminating training")
            self.model.stop_training = True
