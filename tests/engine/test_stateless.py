"""A network as a pure function of its values."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core import seeds
from kgan.engine.clock import Turn
from kgan.engine.stateless import Player, heads

DATA = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")


def turn(seed=1, replica=0):
    step = tf.constant(0, tf.int64)
    replica = tf.constant(replica)
    return Turn(step, step, tf.constant(1.0), replica, seeds.root(seed))


def linear(**options):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, **options)])
    network.set_weights([np.array([[1.0], [-2.0], [0.5]]), np.array([0.25])])
    return network


def call(player, data=DATA, labels=None, values=None, now=None, **options):
    values = player.values() if values is None else values
    return player(values, tf.constant(data), labels, now or turn(), **options)


def test_a_tensor_is_the_logits():
    logits = tf.zeros((2, 1))
    assert heads(logits)["logits"] is logits
    several = {"logits": logits, "classes": tf.zeros((2, 5))}
    assert heads(several) is several


def test_outputs_follow_from_the_values_that_are_given():
    player = Player(linear())
    kernel, bias = np.array([[2.0], [3.0], [0.0]], "float32"), np.ones(1, "float32")
    values = [tf.constant(kernel), tf.constant(bias)], []
    outputs, after, loss = call(player, values=values)
    np.testing.assert_allclose(outputs, DATA @ kernel + bias, rtol=1e-6)
    assert float(loss) == 0.0
    assert after[0] is values[0]
    assert player.network.layers[0].bias.numpy() == 0.25


def test_gradients_in_the_given_values():
    player = Player(linear())
    values = player.values()
    with tf.GradientTape() as tape:
        tape.watch(values[0])
        total = tf.reduce_sum(call(player, values=values)[0])
    kernel, bias = tape.gradient(total, values[0])
    np.testing.assert_allclose(kernel[:, 0], DATA.sum(axis=0), rtol=1e-5)
    np.testing.assert_allclose(bias, [4.0])


def test_state_is_given_back_and_not_written():
    player = Player(networks.discriminator())
    (_, state), images = player.values(), networks.images()
    before = [v.numpy() for v in player.state]
    assert len(state) == 3  # mean and variance, and the vector
    _, (_, moved), _ = call(player, images)
    assert all(np.any(new != old) for new, old in zip(moved, state, strict=True))
    _, (_, kept), _ = call(player, images, training=False)
    for unmoved in (kept, player.state):
        for new, old in zip(unmoved, before, strict=True):
            np.testing.assert_array_equal(new, old)
    # A second call goes on from the state of the first.
    twice = call(player, images, values=(player.values()[0], moved))[1][1]
    assert np.any(twice[-1] != moved[-1])


@pytest.mark.parametrize("takes_labels", [True, False])
def test_labels_go_to_those_who_take_them(takes_labels):
    network = networks.discriminator(num_classes=3 if takes_labels else None)
    player = Player(network, takes_labels=takes_labels)
    labels = tf.constant([0, 1, 2, 0])
    images = networks.images(4)
    outputs = call(player, images, labels, training=False)[0]
    inputs = [tf.constant(images), labels] if takes_labels else images
    expected = network(inputs, training=False)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_all_heads_are_float32(policy):
    keras.config.set_dtype_policy(policy)
    data = keras.Input((3,))
    outputs = {name: keras.layers.Dense(2)(data) for name in ("logits", "styles")}
    outputs = call(Player(keras.Model(data, outputs)))[0]
    assert {name: x.dtype for name, x in outputs.items()} == dict.fromkeys(
        ("logits", "styles"), tf.float32
    )


def test_the_networks_own_losses_are_of_the_given_values():
    player = Player(linear(kernel_regularizer=keras.regularizers.L2(0.1)))
    (_, bias), state = player.values()
    for kernel in ([[1.0], [1.0], [1.0]], [[3.0], [0.0], [4.0]]):
        _, _, loss = call(player, values=([tf.constant(kernel), bias], state))
        np.testing.assert_allclose(loss, 0.1 * np.sum(np.square(kernel)), rtol=1e-6)
        assert loss.dtype == tf.float32


def test_random_layers_follow_the_turn():
    player = Player(
        keras.Sequential([keras.Input((3,)), *map(kgan.layers.Dropout, (0.5, 0.5))])
    )
    assert len(player.seed_states) == 2
    assert (player.state, player.trainable) == ([], [])
    before = [v.numpy() for v in player.seed_states]
    data = np.ones((64, 3), "float32")

    def kept(**changes):
        return call(player, data, now=turn(**changes))[0].numpy() > 0

    assert np.array_equal(kept(), kept())
    assert np.any(kept(seed=2) != kept())
    # A quarter passes both: equal masks would let through one half.
    assert 0.1 < kept().mean() < 0.4
    for old, state in zip(before, player.seed_states, strict=True):
        np.testing.assert_array_equal(old, state)


@pytest.mark.parametrize(
    ("layers", "by_example"),
    [
        (lambda: [keras.layers.Dense(1)], True),
        (lambda: [kgan.layers.Maxout(2, 2)], True),
        (lambda: [keras.layers.BatchNormalization()], False),
        (lambda: [kgan.layers.Dropout(0.5)], False),
        (lambda: [kgan.layers.MinibatchStandardDeviation(2)], False),
        (
            lambda: [kgan.layers.SpectralNormalization(keras.layers.Dense(1))],
            False,
        ),
    ],
)
def test_two_batches_may_be_one_where_no_layer_sees_the_difference(layers, by_example):
    network = keras.Sequential([keras.Input((3,)), *layers()])
    assert Player(network).by_example == by_example


def test_examples_are_judged_one_by_one_unless_they_are_packed():
    player = Player(linear())
    data = tf.constant(DATA)
    assert player.group_size == 1
    assert player.pack(data) is data
    network = kgan.models.mlp_discriminator((6,), hidden=(4,))
    player = Player(kgan.models.Packed(network, samples=2))
    assert player.group_size == 2
    assert player.network is network
    assert player.trainable == list(network.trainable_variables)
    packed = player.pack(data)
    np.testing.assert_array_equal(packed, DATA.reshape(2, 6))
    outputs = call(player, packed)[0]
    np.testing.assert_allclose(outputs, network(packed), rtol=1e-6)


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
    player = Player(layer)

    @wrap
    def run(start, replica):
        now = turn(replica=replica)
        return player.run(([], [start]), now, lambda: layer.move(3.0))

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

    player = Player(keras.Sequential([keras.Input((3,)), Counting()]))
    (count,) = call(player)[1][1]
    assert (count.dtype, int(count)) == (tf.int32, 1)
