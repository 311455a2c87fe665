"""One training played in several parts, so that it can begin in the middle."""

import math
import typing
from collections.abc import Callable

import keras

from kgan.games.gan import GAN


class Leg(typing.NamedTuple):
    """Epochs of equal length, one after the other.

    Attributes:
        first: Number of the first epoch.
        epochs: How many there are.
        steps: Rounds of the game in each.
    """

    first: int
    epochs: int
    steps: int


def next_leg(played: int, left: int, length: int) -> Leg:
    """Gives the next part of a training that is cut into epochs.

    First the rest of the epoch that was interrupted, then all whole epochs, then a last
    one that may be shorter.

    Args:
        played: Rounds played so far, those that were taken back among them.
        left: Rounds that are still to be played, at least one.
        length: Rounds of a whole epoch.
    """
    epoch, begun = divmod(played, length)
    if begun:
        return Leg(epoch, 1, min(length - begun, left))
    if left >= length:
        return Leg(epoch, left // length, length)
    return Leg(epoch, 1, left)


def play(
    gan: GAN,
    load: Callable,
    steps: int,
    length: int,
    callbacks: list,
    verbose: str | int = "auto",
) -> None:
    """Plays a game from wherever it is to its last round, or until it is stopped.

    Keras' `fit` begins with a whole epoch and ends with one. So each part is a `fit` of
    its own; callbacks see a single training.

    Args:
        gan: The compiled model.
        load: Function of the number of the first batch and of the number of batches in
            an iteration; gives the `tf.data.Dataset` of an epoch's batches.
        steps: Value of `gan.step` at the end.
        length: Rounds of an epoch.
        callbacks: List of Keras callbacks.
        verbose: As in `keras.Model.fit`.
    """
    training = _OneTraining(
        callbacks, add_history=True, add_progbar=verbose != 0, model=gan
    )
    training.begin()
    gan.stop_training = False
    while gan.step < steps and not gan.stop_training:
        # A rollback takes rounds back, but does not rewind the data.
        played, left = gan.position // gan.discriminator_steps, steps - gan.step
        leg = next_leg(played, left, length)
        epochs = math.ceil((played + left) / length)
        training.set_params({"epochs": epochs, "steps": leg.steps, "verbose": verbose})
        gan.fit(
            load(gan.position, leg.steps * gan.discriminator_steps),
            initial_epoch=leg.first,
            epochs=leg.first + leg.epochs,
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
        """Does nothing: it began with the first part."""

    def on_train_end(self, logs=None):
        """Does nothing: it ends with the last part."""
