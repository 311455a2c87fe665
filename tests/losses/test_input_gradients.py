"""The discriminator within one update: its passes, its state, its gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.engine.clock import Turn
from kgan.engine.stateless import Player
from kgan.losses import input_gradients
from kgan.losses.input_gradients import Critic

W = np.array([2.0, -1.0])
REAL = np.array([[0.3, 1.0], [-0.7, 0.2], [1.1, 0.4]], "float32")
FAKE = np.array([[0.1, -0.3], [0.6, 0.9], [-1.2, 0.5]], "float32")


@keras.saving.register_keras_serializable(package="tests")
class Watched(keras.layers.Layer):
    """Counts the rows of each pass, and passes into a state where asked."""

    by_example = True

    def __init__(self, moves=False):
        super().__init__()
        self.moves = moves
        self.rows = []

    def build(self, shape):
        if self.moves:
            self.total = self.add_weight(
                shape=(), initializer="zeros", trainable=False, name="total"
            )

    def call(self, x, training=False):
        self.rows.append(x.shape[0])
        if self.moves and training:
            self.total.assign(2.0 * self.total + tf.reduce_sum(x))
        return x


def turn():
    step = tf.constant(0, tf.int64)
    return Turn(step, step, tf.constant(1.0), tf.constant(0), seeds.root(1))


def build(moves=False, head=False, regularizer=None):
    """D(x) = w·x, and a head 3 x."""
    watched, data = Watched(moves), keras.Input((2,))
    x = watched(data)
    linear = keras.layers.Dense(
        1, use_bias=False, kernel_regularizer=regularizer, name="linear"
    )
    logits = linear(x)
    outputs = logits
    if head:
        triple = keras.layers.Rescaling(3.0)
        outputs = {"logits": logits, "triple": triple(x)}
    network = keras.Model(data, outputs)
    linear.set_weights([W[:, None]])
    watched.rows.clear()
    return Player(network), watched.rows


def batch():
    return tf.constant(REAL), tf.constant(FAKE)


def test_a_player_that_sees_examples_alone_sees_both_batches_in_one_pass():
    player, rows = build(head=True)
    real, fake = Critic(player, player.values(), None).compare(*batch(), turn())
    assert rows == [6]
    for outputs, data in ((real, REAL), (fake, FAKE)):
        assert set(outputs) == {"logits", "triple"}
        np.testing.assert_allclose(outputs["logits"][:, 0], data @ W, rtol=1e-5)
        np.testing.assert_allclose(outputs["triple"], 3 * data, rtol=1e-6)


def test_one_pass_takes_labels_twice():
    data, labels = keras.Input((2,)), keras.Input((), dtype="int32")
    head = kgan.layers.Projection(3)
    player = Player(keras.Model([data, labels], head([data, labels])))
    assert player.by_example
    given = tf.constant([0, 2, 1])
    judge = Critic(player, player.values(), given)
    together = judge.compare(*batch(), turn())
    for outputs, x in zip(together, batch(), strict=True):
        expected = player.network([x, given])
        np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reason", ["state", "a penalty at real", "one at fake"])
def test_two_passes_where_there_is_a_reason(reason):
    player, rows = build(moves=reason == "state")
    real, fake = batch()
    wanted = {"a penalty at real": [real], "one at fake": [fake]}.get(reason, [])
    judge = Critic(player, player.values(), None, wanted)
    outputs = judge.compare(real, fake, turn())
    assert rows == [3, 3]
    for output, data in zip(outputs, (REAL, FAKE), strict=True):
        np.testing.assert_allclose(output["logits"][:, 0], data @ W, rtol=1e-5)


def test_the_state_passes_from_real_to_fake():
    player, _ = build(moves=True)
    judge = Critic(player, player.values(), None)
    judge.compare(*batch(), turn())
    (total,) = judge.values[1]
    np.testing.assert_allclose(total, 2 * REAL.sum() + FAKE.sum(), rtol=1e-5)
    assert float(player.state[0].numpy()) == 0.0


def test_further_passes_move_no_state():
    player, _ = build(moves=True)
    real, fake = batch()
    judge = Critic(player, player.values(), None)
    judge.compare(real, fake, turn())
    before = float(judge.values[1][0])
    outputs = judge.again(2.0 * real, turn())
    np.testing.assert_allclose(outputs["logits"][:, 0], 2 * REAL @ W, rtol=1e-5)
    judge.gradient_at(real + fake, turn())
    assert float(judge.values[1][0]) == before


def test_gradients_at_the_batches_cost_no_further_pass():
    player, rows = build()
    real, fake = batch()
    judge = Critic(player, player.values(), None, wanted=[real, fake])
    judge.compare(real, fake, turn())
    for points in (real, fake):
        gradient = judge.gradient_at(points, turn())
        np.testing.assert_allclose(gradient, np.tile(W, (3, 1)), rtol=1e-6)
    assert rows == [3, 3]
    between = (real + fake) / 2
    first, second = (judge.gradient_at(between, turn()) for _ in range(2))
    assert first is second
    assert rows == [3, 3, 3]


def test_only_the_logits_are_differentiated():
    player, _ = build(head=True)
    points = tf.constant(REAL)
    judge = Critic(player, player.values(), None)
    gradient = judge.gradient_at(points, turn())
    np.testing.assert_allclose(gradient, np.tile(W, (3, 1)), rtol=1e-6)


@pytest.mark.parametrize("passes", [1, 2])
def test_the_gradient_leads_on_to_the_weights(passes):
    player, _ = build()
    real, fake = batch()
    values = player.values()
    with tf.GradientTape() as tape:
        tape.watch(values[0])
        judge = Critic(player, values, None, [real] if passes == 2 else [])
        judge.compare(real, fake, turn())
        length = tf.reduce_sum(judge.gradient_at(real, turn()) ** 2)
    (slope,) = input_gradients.gradients(tape, length, values[0])
    np.testing.assert_allclose(slope[:, 0], 2 * 3 * W, rtol=1e-5)


@pytest.mark.parametrize("moves", [False, True], ids=["one pass", "two passes"])
def test_own_losses_count_once(moves):
    player, _ = build(moves, regularizer=keras.regularizers.L2(0.1))
    judge = Critic(player, player.values(), None)
    assert float(judge.loss) == 0.0
    judge.compare(*batch(), turn())
    judge.again(batch()[0], turn())
    np.testing.assert_allclose(judge.loss, 0.1 * np.sum(W**2), rtol=1e-5)


def test_real_and_fake_meet_masks_of_their_own():
    data = keras.Input((2,))
    player = Player(keras.Model(data, kgan.layers.Dropout(0.5)(data)))
    ones = tf.ones((32, 2))
    judge = Critic(player, player.values(), None)
    real, fake = judge.compare(ones, tf.identity(ones), turn())
    assert np.any(real["logits"].numpy() != fake["logits"].numpy())
    shared = judge.again(ones, turn().fold(seeds.Use.REAL))
    np.testing.assert_array_equal(shared["logits"], real["logits"])


def test_gradients_are_dense_and_zero_where_nothing_leads():
    table, lonely = tf.Variable(tf.ones((4, 2))), tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.gather(table, [1, 1, 3]))
    assert isinstance(tape.gradient(total, table), tf.IndexedSlices)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.gather(table, [1, 1, 3]))
    found = input_gradients.gradients(tape, total, [table, lonely])
    assert all(tf.is_tensor(gradient) for gradient in found)
    np.testing.assert_array_equal(found[0], [[0, 0], [2, 2], [0, 0], [1, 1]])
    np.testing.assert_array_equal(found[1], [0, 0])
