"""A network as a pure function of its values."""

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine.stateless import Stateless

DATA = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def linear(**options):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, **options)])
    network.set_weights([np.array([[1.0], [-2.0], [0.5]]), np.array([0.25])])
    return network


def call(stateless, data=DATA, values=None, now=None, training=True):
    values = stateless.values() if values is None else values
    data = tf.constant(data)

    def function():
        return stateless.network(data, training=training)

    return stateless.run(values, now or moves.context(), function)


def test_outputs_follow_from_the_values_that_are_given():
    stateless = Stateless(linear())
    kernel, bias = np.array([[2.0], [3.0], [0.0]], "float32"), np.ones(1, "float32")
    values = [tf.constant(kernel), tf.constant(bias)], []
    outputs, after, losses = call(stateless, values=values)
    np.testing.assert_allclose(outputs, DATA @ kernel + bias, rtol=1e-6)
    assert losses == []
    assert after[0] is values[0]
    assert stateless.network.layers[0].bias.numpy() == 0.25


def test_gradients_in_the_given_values():
    stateless = Stateless(linear())
    values = stateless.values()
    with tf.GradientTape() as tape:
        tape.watch(values[0])
        total = tf.reduce_sum(call(stateless, values=values)[0])
    kernel, bias = tape.gradient(total, values[0])
    np.testing.assert_allclose(kernel[:, 0], DATA.sum(axis=0), rtol=1e-5)
    np.testing.assert_allclose(bias, [4.0])


def test_state_is_given_back_and_not_written():
    stateless = Stateless(networks.discriminator())
    (_, state), images = stateless.values(), networks.images()
    before = [v.numpy() for v in stateless.state]
    assert len(state) == 3  # mean and variance, and the vector
    _, (_, moved), _ = call(stateless, images)
    assert all(np.any(new != old) for new, old in zip(moved, state, strict=True))
    _, (_, kept), _ = call(stateless, images, training=False)
    for unmoved in (kept, stateless.state):
        for new, old in zip(unmoved, before, strict=True):
            np.testing.assert_array_equal(new, old)
    # A second call goes on from the state of the first.
    twice = call(stateless, images, (stateless.values()[0], moved))[1][1]
    assert np.any(twice[-1] != moved[-1])


def test_weights_of_frozen_layers_are_no_state():
    network = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(2),
        ]
    )
    network.layers[1].trainable = False
    stateless = Stateless(network)
    assert [v.name for v in stateless.trainable] == ["gamma", "beta"]
    assert [v.name for v in stateless.state] == ["moving_mean", "moving_variance"]
    assert [v.name for v in stateless.frozen] == ["kernel", "bias"]
    assert [len(values) for values in stateless.values()] == [2, 2]
    assert len(call(stateless)[1][1]) == 2


def test_the_networks_own_losses_are_of_the_given_values():
    stateless = Stateless(linear(kernel_regularizer=keras.regularizers.L2(0.1)))
    (_, bias), state = stateless.values()
    for kernel in ([[1.0], [1.0], [1.0]], [[3.0], [0.0], [4.0]]):
        values = [tf.constant(kernel), bias], state
        _, _, (loss,) = call(stateless, values=values)
        np.testing.assert_allclose(loss, 0.1 * np.sum(np.square(kernel)), rtol=1e-6)
        assert loss.dtype == tf.float32


def test_random_layers_follow_the_context():
    stateless = Stateless(
        keras.Sequential([keras.Input((3,)), *map(kgan.layers.Dropout, (0.5, 0.5))])
    )
    assert len(stateless.seed_states) == 2
    assert (stateless.state, stateless.trainable) == ([], [])
    before = [v.numpy() for v in stateless.seed_states]
    data = np.ones((64, 3), "float32")

    def kept(**changes):
        return call(stateless, data, now=moves.context(**changes))[0].numpy() > 0

    assert np.array_equal(kept(), kept())
    assert np.any(kept(seed=2) != kept())
    # A quarter passes both: equal masks would let through one half.
    assert 0.1 < kept().mean() < 0.4
    for old, state in zip(before, stateless.seed_states, strict=True):
        np.testing.assert_array_equal(old, state)


@pytest.mark.parametrize(
    ("layers", "together"),
    [
        (lambda: [keras.layers.Dense(1)], 1),
        (lambda: [kgan.layers.Maxout(2, 2)], 1),
        (lambda: [keras.layers.BatchNormalization()], None),
        (lambda: [kgan.layers.Dropout(0.5)], None),
        (lambda: [kgan.layers.MinibatchStandardDeviation(2)], 2),
        (lambda: [kgan.layers.MinibatchStandardDeviation(None)], None),
        (
            lambda: [kgan.layers.MinibatchStandardDeviation(n) for n in (4, 6)],
            12,
        ),
        (
            lambda: [kgan.layers.SpectralNormalization(keras.layers.Dense(1))],
            None,
        ),
    ],
)
def test_two_batches_may_be_one_where_no_layer_sees_the_difference(layers, together):
    network = keras.Sequential([keras.Input((3,)), *layers()])
    assert Stateless(network).rows_together == together


class Moving(keras.layers.Layer):
    """Has a state, a loss and a draw of its own, and is called by no name of Keras."""

    def __init__(self):
        super().__init__()
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.seed_generator = keras.random.SeedGenerator(1)
        self.built = True

    def move(self, by):
        self.count.assign(self.count + by)
        self.add_loss(tf.constant(2.0))
        return self.seed_generator.next()


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function])
def test_any_function_runs_in_given_values(wrap):
    layer = Moving()
    stateless = Stateless(layer)

    @wrap
    def run(start, replica):
        now = moves.context(replica=replica)
        return stateless.run(([], [start]), now, lambda: layer.move(3.0))

    seed, (_, (count,)), losses = run(tf.constant(4.0), 0)
    assert float(count) == 7.0
    assert layer.count.numpy() == 0.0
    assert [float(loss) for loss in losses] == [2.0]
    np.testing.assert_array_equal(run(tf.constant(0.0), 0)[0], seed)
    assert np.any(run(tf.constant(4.0), 1)[0].numpy() != seed.numpy())


def test_a_state_keeps_its_dtype():
    class Counting(keras.layers.Layer):
        def build(self, shape):
            self.count = self.add_weight(
                shape=(), dtype="int32", initializer="zeros", trainable=False
            )

        def call(self, x):
            self.count.assign(self.count + 1)
            return x

    stateless = Stateless(keras.Sequential([keras.Input((3,)), Counting()]))
    (count,) = call(stateless)[1][1]
    assert (count.dtype, int(count)) == (tf.int32, 1)


def test_subclassed_networks_run_in_training_mode():
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.BatchNormalization()
            self.dropout = keras.layers.Dropout(0.5)
            self.head = keras.layers.Dense(1)

        def call(self, x):  # no `training`: its layers look the flag up
            return self.head(self.dropout(self.norm(x)))

    network = Subclassed()
    network(tf.constant(DATA))
    stateless = Stateless(network)
    outputs, (_, state), _ = call(stateless)
    np.testing.assert_allclose(state[0], 0.01 * DATA.mean(0), rtol=1e-4)
    other = call(stateless, now=moves.context(seed=5))[0]
    assert (outputs.numpy() != other.numpy()).any()
