"""One training in several parts: epochs keep their numbers and their data."""

import functools

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan.runs import epochs


@pytest.mark.parametrize(
    ("played", "left", "length", "expected"),
    [
        (0, 10, 4, [(0, 2, 4), (2, 1, 2)]),
        (0, 8, 4, [(0, 2, 4)]),
        (0, 3, 4, [(0, 1, 3)]),
        (3, 7, 4, [(0, 1, 1), (1, 1, 4), (2, 1, 2)]),
        (3, 1, 4, [(0, 1, 1)]),
        (5, 1, 4, [(1, 1, 1)]),  # ends before the epoch does
        (4, 6, 4, [(1, 1, 4), (2, 1, 2)]),
        (9, 1, 4, [(2, 1, 1)]),
    ],
)
def test_a_training_is_cut_into_epochs(played, left, length, expected):
    found = []
    while left:
        part = epochs.next_epochs(played, left, length)
        found.append(part)
        played += part.count * part.steps
        left -= part.count * part.steps
    assert found == expected


class Diary(keras.callbacks.Callback):
    """Notes what a callback sees."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def on_train_begin(self, logs=None):
        self.notes.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.notes.append((epoch, self.params["steps"], self.params["epochs"]))

    def on_train_end(self, logs=None):
        self.notes.append("end")


class Stream:
    """Batches of which each is known by its number; notes which were asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, start, batches):
        self.asked.append((start, batches))
        return kgan.data.load(
            "digits", batch_size=4, start=start, steps_per_epoch=batches
        )


play = functools.partial(epochs.play, batches_a_round=2)


@pytest.fixture
def gan():
    keras.utils.set_random_seed(0)
    gan = kgan.GAN(
        networks.generator(), networks.discriminator(), discriminator_steps=2
    )
    gan.compile(run_eagerly=True)
    return gan


def test_callbacks_see_one_training(gan):
    diary, stream = Diary(), Stream()
    play(gan, stream, steps=5, length=2, callbacks=[diary], verbose=0)
    assert diary.notes == ["begin", (0, 2, 3), (1, 2, 3), (2, 1, 3), "end"]
    assert stream.asked == [(0, 4), (8, 2)]
    assert (gan.step, gan.position) == (5, 10)
    assert gan.history.epoch == [0, 1, 2]


def test_a_game_goes_on_in_the_middle_of_an_epoch(gan):
    whole = kgan.GAN.from_config(gan.get_config())
    whole.set_weights(gan.get_weights())
    whole.compile(run_eagerly=True)
    play(whole, Stream(), steps=5, length=2, callbacks=[], verbose=0)
    play(gan, Stream(), steps=3, length=3, callbacks=[], verbose=0)
    diary, stream = Diary(), Stream()
    play(gan, stream, steps=5, length=2, callbacks=[diary], verbose=0)
    assert diary.notes == ["begin", (1, 1, 3), (2, 1, 3), "end"]
    assert stream.asked == [(6, 2), (8, 2)]
    for ours, theirs in zip(gan.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_game_that_is_over_is_not_played(gan):
    diary = Diary()
    play(gan, None, steps=0, length=2, callbacks=[diary], verbose=0)
    assert diary.notes == ["begin", "end"]


def test_a_stopped_game_ends(gan):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    diary = Diary()
    play(gan, Stream(), 9, 2, [Stop(), diary], verbose=0)
    assert gan.step == 2
    assert diary.notes[-1] == "end"


def test_progress_is_shown(gan, capsys):
    play(gan, Stream(), steps=3, length=2, callbacks=[], verbose=2)
    out = capsys.readouterr().out
    assert "Epoch 1/2\n2/2 - " in out
    assert "Epoch 2/2\n1/1 - " in out
