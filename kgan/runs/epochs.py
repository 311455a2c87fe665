"""One training played in several parts, so that it can begin in the middle."""

import math
import typing
from collections.abc import Callable

import keras


class Epochs(typing.NamedTuple):
    """Epochs of equal length, one after the other.

    Attributes:
        first: Number of the first epoch.
        count: How many there are.
        steps: Rounds of the game in each.
    """

    first: int
    count: int
    steps: int


def next_epochs(played: int, left: int, length: int) -> Epochs:
    """Returns the next part of a training that is cut into epochs.

    First the rest of the epoch that was interrupted, then all whole epochs, then a last
    one that may be shorter.

    Args:
        played: Rounds played so far, those that were taken back among them.
        left: Rounds that are still to be played, at least one.
        length: Rounds of a whole epoch.
    """
    epoch, begun = divmod(played, length)
    if begun:
        return Epochs(epoch, 1, min(length - begun, left))
    if left >= length:
        return Epochs(epoch, left // length, length)
    return Epochs(epoch, 1, left)


def play(
    game: keras.Model,
    load: Callable,
    steps: int,
    length: int,
    callbacks: list,
    verbose: str | int = "auto",
    batches_a_round: int = 1,
) -> None:
    """Plays a game from wherever it is to its last round, or until it is stopped.

    Keras' `fit` begins with a whole epoch and ends with one. So each part is a `fit` of
    its own; callbacks see a single training.

    Args:
        game: The compiled model.
        load: Function of the number of the first batch and of the number of batches in
            an iteration; returns the `tf.data.Dataset` of an epoch's batches.
        steps: Value of `game.step` at the end.
        length: Rounds of an epoch.
        callbacks: List of Keras callbacks.
        verbose: As in `keras.Model.fit`.
        batches_a_round: Batches that a round takes.
    """
    training = _OneTraining(
        callbacks, add_history=True, add_progbar=verbose != 0, model=game
    )
    training.begin()
    game.stop_training = False
    while game.step < steps and not game.stop_training:
        # A rollback takes rounds back, but does not rewind the data.
        played, left = game.position // batches_a_round, steps - game.step
        part = next_epochs(played, left, length)
        epochs = math.ceil((played + left) / length)
        training.set_params({"epochs": epochs, "steps": part.steps, "verbose": verbose})
        game.fit(
            load(game.position, part.steps * batches_a_round),
            initial_epoch=part.first,
            epochs=part.first + part.count,
            callbacks=training,
        )
    training.end()


class _OneTraining(keras.callbacks.CallbackList):
    """Callbacks to which several calls of `fit` look like one."""

    def begin(self):
        super().on_train_begin()

    def end(self):
        super().on_train_end()

    def on_train_begin(self, logs=None):
        pass  # it began with the first part

    def on_train_end(self, logs=None):
        pass  # it ends with the last part
