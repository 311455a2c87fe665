import re

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine import train_function
from kgan.engine.train_function import Guarded

DATA = moves.POINTS[:20]


def batches(count=5):
    return tf.data.Dataset.from_tensor_slices(DATA[: 4 * count]).batch(4)


def unknown_length(count=5):
    """Data whose end Keras learns from the iterator alone."""
    return batches(count).filter(lambda points: True)


def test_a_step_takes_a_batch_and_gives_logs():
    step = train_function.one_step(lambda x: {"sum": tf.reduce_sum(x)}, None)
    iterator = iter(tf.data.Dataset.from_tensor_slices([[1.0, 2.0], [3.0, 4.0]]))
    assert [float(step(iterator)["sum"]) for _ in range(2)] == [3.0, 7.0]
    with pytest.raises(StopIteration):
        step(iterator)


def test_a_step_without_data_leaves_no_trace():
    counter = tf.Variable(0)

    def count(x):
        return {"count": counter.assign_add(1)}

    step = train_function.one_step(count, None)
    iterator = iter(tf.data.Dataset.from_tensors(1.0))
    step(iterator)
    for _ in range(20):
        with pytest.raises(StopIteration):
            step(iterator)
    assert int(counter) == 1


def test_other_iterators_go_the_other_way():
    step = train_function.one_step(None, lambda iterator: sum(iterator))
    assert step(iter([1, 2, 3])) == 6


def test_what_an_element_lacks():
    def train_step(data):
        images, labels = data
        assert labels is None
        return {"sum": tf.reduce_sum(images)}

    nothing = tf.experimental.Optional.empty(tf.TensorSpec(()))
    data = tf.data.Dataset.from_tensors((tf.constant([1.0]), nothing))
    step = train_function.one_step(train_step, None)
    assert float(step(iter(data))["sum"]) == 1.0


GRAPH = {"run_eagerly": False}


def test_fit_on_data_of_unknown_length():
    game = moves.pursuit(compiled=GRAPH)
    with pytest.warns(UserWarning, match="ran out of data"):
        game.fit(unknown_length(), steps_per_epoch=9, verbose=0)
    assert game.step == game.position == 5


def test_fit_equals_keras_own_way():
    dropout = [keras.layers.Dropout(0.3)]
    ours, theirs = (moves.pursuit(dropout, GRAPH) for _ in range(2))
    theirs.set_weights(ours.get_weights())
    theirs.make_train_function = lambda force=False: keras.Model.make_train_function(
        theirs, force
    )
    for game in (ours, theirs):
        game.fit(batches(), epochs=2, verbose=0)
    moves.assert_equal(ours, theirs)
    assert ours.history.history == theirs.history.history


def test_the_function_is_made_once_and_again_after_compile():
    game = moves.pursuit()
    first = game.make_train_function()
    assert game.make_train_function() is first
    assert game.make_train_function(force=True) is not first
    game.compile({"prey": "sgd", "hunter": "sgd"})
    assert game.train_function is None


PLAYERS = {"loss": ("prey", "hunter")}


class Model:
    """What `Guarded` asks of a game."""

    changed = False

    def trainable_has_changed(self):
        return self.changed

    def make_train_function(self, force=False):
        assert force
        return lambda iterator: {"loss": "of another function"}


def logs_in_turn(*values):
    given = iter(values)
    return lambda iterator: {"loss": next(given), "norm": np.inf}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_the_first_step_of_a_game_must_be_finite(value):
    value = tf.constant(value)
    guarded = Guarded(Model(), logs_in_turn(value), PLAYERS)
    message = "`loss`, of the move of prey and hunter, must be finite. Received: "
    message = re.escape(f"{message}{float(value)} in the first step")
    with pytest.raises(FloatingPointError, match=message):
        guarded(None)


def test_later_steps_may_be_anything():
    guarded = Guarded(Model(), logs_in_turn(1.0, np.nan), PLAYERS)
    assert guarded(None)["loss"] == 1.0
    assert np.isnan(guarded(None)["loss"])
    played_before = Guarded(Model(), logs_in_turn(np.nan))
    assert np.isnan(played_before(None)["loss"])


def test_logs_of_several_workers_are_looked_at_all():
    guarded = Guarded(Model(), logs_in_turn(tf.constant([np.nan])), PLAYERS)
    with pytest.raises(FloatingPointError, match="`loss`, of the move"):
        guarded(None)


def test_a_layer_that_was_frozen_leads_to_another_function():
    model = Model()
    guarded = Guarded(model, logs_in_turn(1.0))
    assert guarded(None)["loss"] == 1.0
    model.changed = True
    assert guarded(None)["loss"] == "of another function"
