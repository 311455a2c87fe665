"""A network that judges, within one update: its passes, its state, its gradients."""

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core.seeds import Use
from kgan.losses.input_gradients import Judge, heads, joined

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


def build(moves_state=False, head=False, regularizer=None):
    """The networks of an update with D(x) = w·x and a head 3 x, and rows of passes."""
    watched, data = Watched(moves_state), keras.Input((2,))
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
    return moves.nets(judge=network), watched.rows


def batch():
    return tf.constant(REAL), tf.constant(FAKE)


# === Heads ===


def test_a_tensor_or_a_list_of_maps_is_the_logits():
    logits = tf.zeros((2, 1))
    assert heads(logits)["logits"] is logits
    several = {"logits": logits, "classes": tf.zeros((2, 5))}
    assert heads(several) is several
    maps = [logits, tf.zeros((2, 4, 4, 1))]
    assert heads(maps)["logits"] is maps


@pytest.mark.parametrize(
    ("outputs", "received"),
    [
        ({"classes": tf.zeros((2, 5))}, r"\['classes'\]"),
        ({"logits": None, "more": tf.zeros(2)}, r"\['logits', 'more'\]"),
        (None, "NoneType"),
        ([tf.zeros(2), "text"], "list"),
    ],
)
def test_what_has_no_logits(outputs, received):
    message = rf"`discriminator` must return its logits.*Received: {received}"
    with pytest.raises(ValueError, match=message):
        heads(outputs)


def test_data_are_joined_with_a_condition():
    assert joined("data", None) == "data"
    assert joined("data", "condition") == ["data", "condition"]


# === Passes ===


def test_a_network_that_sees_examples_alone_sees_both_batches_in_one_pass():
    nets, rows = build(head=True)
    real, fake = Judge(nets, "judge").compare(*batch())
    assert rows == [6]
    for outputs, data in ((real, REAL), (fake, FAKE)):
        assert set(outputs) == {"logits", "triple"}
        np.testing.assert_allclose(outputs["logits"][:, 0], data @ W, rtol=1e-5)
        np.testing.assert_allclose(outputs["triple"], 3 * data, rtol=1e-6)


def test_one_pass_takes_a_condition_twice():
    data, labels = keras.Input((2,)), keras.Input((), dtype="int32")
    head = kgan.layers.Projection(3)
    network = keras.Model([data, labels], head([data, labels]))
    nets = moves.nets(judge=network)
    assert nets.may_join("judge")
    given = tf.constant([0, 2, 1])
    together = Judge(nets, "judge", given).compare(*batch())
    for outputs, x in zip(together, batch(), strict=True):
        expected = network([x, given])
        np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-5, atol=1e-6)


def test_one_pass_over_several_inputs_and_maps():
    first, second = keras.Input((2,)), keras.Input((4,))
    given = keras.Input((3,))
    x = keras.layers.Concatenate()([first, second, given])
    maps = [keras.layers.Dense(1)(x), keras.layers.Dense(4)(x)]
    network = keras.Model([{"a": first, "b": second}, {"told": given}], maps)
    nets = moves.nets(judge=network)
    condition = {"told": tf.ones((3, 3))}
    real = {"a": batch()[0], "b": tf.ones((3, 4))}
    fake = {"a": batch()[1], "b": tf.zeros((3, 4))}
    outputs = Judge(nets, "judge", condition).compare(real, fake)
    for output, data in zip(outputs, (real, fake), strict=True):
        expected = network([data, condition])
        for found, wanted in zip(output["logits"], expected, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reason", ["state", "a penalty at real", "one at fake"])
def test_two_passes_where_there_is_a_reason(reason):
    nets, rows = build(moves_state=reason == "state")
    real, fake = batch()
    wanted = {"a penalty at real": [real], "one at fake": [fake]}.get(reason, [])
    outputs = Judge(nets, "judge").compare(real, fake, wanted)
    assert rows == [3, 3]
    for output, data in zip(outputs, (REAL, FAKE), strict=True):
        np.testing.assert_allclose(output["logits"][:, 0], data @ W, rtol=1e-5)


def test_the_state_passes_from_real_to_fake():
    nets, _ = build(moves_state=True)
    Judge(nets, "judge").compare(*batch())
    (total,) = nets.values["judge"][1]
    np.testing.assert_allclose(total, 2 * REAL.sum() + FAKE.sum(), rtol=1e-5)


def test_further_passes_move_no_state():
    nets, _ = build(moves_state=True)
    real, fake = batch()
    judge = Judge(nets, "judge")
    judge.compare(real, fake)
    before = float(nets.values["judge"][1][0])
    outputs = judge(2.0 * real, Use.REAL, nets.frozen)
    np.testing.assert_allclose(outputs["logits"][:, 0], 2 * REAL @ W, rtol=1e-5)
    judge.gradient_at(real + fake)
    assert float(nets.values["judge"][1][0]) == before


def test_gradients_at_the_batches_cost_no_further_pass():
    nets, rows = build()
    real, fake = batch()
    judge = Judge(nets, "judge")
    judge.compare(real, fake, wanted=[real, fake])
    for points in (real, fake):
        gradient = judge.gradient_at(points)
        np.testing.assert_allclose(gradient, np.tile(W, (3, 1)), rtol=1e-6)
    assert rows == [3, 3]
    between = (real + fake) / 2
    first, second = (judge.gradient_at(between) for _ in range(2))
    assert first is second
    assert rows == [3, 3, 3]


def test_the_gradient_may_lead_through_a_function_of_the_points():
    nets, _ = build()
    judge, points = Judge(nets, "judge"), tf.constant(REAL)
    found = judge.gradient_at(points, lambda x: x**2)
    np.testing.assert_allclose(found, 2.0 * REAL * W, rtol=1e-6)
    assert judge.gradient_at(points) is found  # it is known


def test_only_the_logits_are_differentiated():
    nets, _ = build(head=True)
    gradient = Judge(nets, "judge").gradient_at(tf.constant(REAL))
    np.testing.assert_allclose(gradient, np.tile(W, (3, 1)), rtol=1e-6)


def test_the_logits_of_all_maps_are_differentiated():
    data = keras.Input((2,))
    maps = [
        keras.layers.Dense(1, kernel_initializer="ones")(data),
        keras.layers.Reshape((2, 1))(data),
    ]
    nets = moves.nets(judge=keras.Model(data, maps))
    gradient = Judge(nets, "judge").gradient_at(tf.constant(REAL))
    np.testing.assert_allclose(gradient, np.full((3, 2), 2.0), rtol=1e-6)


@pytest.mark.parametrize("passes", [1, 2])
def test_the_gradient_leads_on_to_the_weights(passes):
    nets, _ = build()
    real, fake = batch()
    weights = nets.weights("judge")
    with tf.GradientTape() as tape:
        tape.watch(weights)
        judge = Judge(nets, "judge")
        judge.compare(real, fake, [real] if passes == 2 else [])
        length = tf.reduce_sum(judge.gradient_at(real) ** 2)
    (slope,) = tape.gradient(length, weights)
    np.testing.assert_allclose(slope[:, 0], 2 * 3 * W, rtol=1e-5)


@pytest.mark.parametrize("state", [False, True], ids=["one pass", "two passes"])
def test_own_losses_count_once(state):
    nets, _ = build(state, regularizer=keras.regularizers.L2(0.1))
    judge = Judge(nets, "judge")
    assert nets.own_losses(("judge",)) == []
    judge.compare(*batch())
    judge(batch()[0], Use.REAL, nets.frozen)
    judge.gradient_at(batch()[0])
    (loss,) = nets.own_losses(("judge",))
    np.testing.assert_allclose(loss, 0.1 * np.sum(W**2), rtol=1e-5)


def test_real_and_fake_meet_masks_of_their_own():
    data = keras.Input((2,))
    nets = moves.nets(judge=keras.Model(data, kgan.layers.Dropout(0.5)(data)))
    ones = tf.ones((32, 2))
    judge = Judge(nets, "judge")
    real, fake = judge.compare(ones, tf.identity(ones))
    assert np.any(real["logits"].numpy() != fake["logits"].numpy())
    shared = judge(ones, Use.REAL, nets.frozen)
    np.testing.assert_array_equal(shared["logits"], real["logits"])


def test_a_method_may_judge():
    class Packed(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1, kernel_initializer="ones")

        def pairs(self, x):
            return self.dense(x)

        def call(self, x):
            raise AssertionError("it is not called")

    network = Packed()
    network.pairs(tf.zeros((1, 2)))
    network.built = True
    nets = moves.nets(judge=network)
    judge = Judge(nets, "judge", method="pairs")
    real, _ = judge.compare(*batch())
    np.testing.assert_allclose(real["logits"][:, 0], REAL.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(judge.gradient_at(batch()[0]), np.ones((3, 2)))
