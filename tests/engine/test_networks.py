"""All networks inside one update: what a call draws, keeps and returns."""

import contracts
import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan

DATA = np.random.default_rng(0).normal(1.0, 1.0, (32, 3)).astype("float32")
ONES = np.ones((64, 8), "float32")


def memory():
    layer = moves.Memory()
    layer.build((None, 3))
    return layer


def dropout(width=8):
    return keras.Sequential([keras.Input((width,)), kgan.layers.Dropout(0.5)])


def normalizing(**options):
    """BatchNormalization, dropout and a dense layer of one weight."""
    dense = keras.layers.Dense(3, kernel_initializer="identity", **options)
    layers = keras.layers.BatchNormalization(), kgan.layers.Dropout(0.25), dense
    return keras.Sequential([keras.Input((3,)), *layers])


# === State ===


def test_each_call_begins_where_the_one_before_ended():
    layer = memory()
    nets = moves.nets(layer=layer)
    for calls in (1, 2, 3):
        np.testing.assert_array_equal(nets.layer(tf.constant(DATA)), DATA)
        mean, count = nets.values["layer"][1]
        expected = (1 - 0.9**calls) * DATA.mean(axis=0)
        np.testing.assert_allclose(mean, expected, rtol=1e-5)
        assert int(count) == calls
    assert int(layer.calls.numpy()) == 0  # no variable is written


def test_frozen_networks_leave_no_trace():
    nets = moves.nets(layer=memory(), other=normalizing(kernel_regularizer="l2"))
    nets.layer(tf.constant(DATA))
    before = nets.values["layer"][1]
    frozen = nets.frozen
    frozen.layer(tf.constant(DATA))
    frozen.other(tf.constant(DATA))
    assert nets.values["layer"][1] is before
    assert nets.own_losses(("other",)) == []
    nets.layer(tf.constant(DATA))  # the view's other half still keeps
    assert int(nets.values["layer"][1][1]) == 2
    # Both have one memory of what is known, and one count of calls.
    frozen.known["here"] = 1
    assert nets.known == {"here": 1}
    assert nets.frozen.step is nets.step


def test_outside_of_training_nothing_moves():
    network = normalizing()
    nets = moves.nets(training=False, network=network)
    before = nets.values["network"][1]
    outputs = nets.network(tf.constant(DATA))
    np.testing.assert_allclose(outputs, network(DATA, training=False), rtol=1e-5)
    for new, old in zip(nets.values["network"][1], before, strict=True):
        np.testing.assert_array_equal(new, old)
    trained = nets.network(tf.constant(DATA), training=True)
    assert np.any(trained.numpy() != outputs.numpy())


def test_own_losses_are_means_over_the_calls():
    networks = {
        "a": normalizing(kernel_regularizer=keras.regularizers.L2(0.5)),
        "b": keras.Sequential(
            [keras.Input((3,)), keras.layers.ActivityRegularization(l1=1.0)]
        ),
        "c": memory(),
    }
    nets = moves.nets(**networks)
    assert nets.own_losses(networks) == []
    for factor in (1.0, 3.0):
        nets.a(tf.constant(DATA))
        nets.b(factor * tf.ones((1, 3)))
        nets.c(tf.constant(DATA))
    (of_a,) = nets.own_losses(("a",))
    np.testing.assert_allclose(of_a, 0.5 * 3, rtol=1e-6)  # of the identity
    (of_b,) = nets.own_losses(("b", "c"))
    np.testing.assert_allclose(of_b, (3.0 + 9.0) / 2, rtol=1e-6)
    assert of_b.dtype == tf.float32


# === Draws ===


def masks(nets, **options):
    return nets.noise(tf.constant(ONES), **options).numpy() > 0


def test_each_call_draws_anew_unless_it_has_a_key():
    nets, again = (moves.nets(noise=dropout(), other=dropout()) for _ in range(2))
    first, second = masks(nets), masks(nets)
    assert np.any(first != second)
    np.testing.assert_array_equal(masks(again), first)
    np.testing.assert_array_equal(masks(again), second)
    assert np.any((nets.other(tf.constant(ONES)).numpy() > 0) != first)
    for key in (7, (7, 2), ()):
        keyed = masks(nets, key=key)
        np.testing.assert_array_equal(masks(nets.frozen, key=key), keyed)
        assert np.any(keyed != first)
    assert np.any(masks(nets, key=7) != masks(nets, key=8))
    later = moves.nets(now=moves.context(seed=2), noise=dropout())
    assert np.any(masks(later, key=7) != masks(nets, key=7))


def test_a_seed_is_that_of_a_layer():
    nets = moves.nets(noise=dropout())
    drawn = kgan.seeds.uniform_like(tf.constant(ONES), nets.seed(3))
    again = kgan.seeds.uniform_like(tf.constant(ONES), nets.seed(3))
    other = kgan.seeds.uniform_like(tf.constant(ONES), nets.seed(3, 1))
    np.testing.assert_array_equal(drawn, again)
    assert np.any(drawn.numpy() != other.numpy())
    second = moves.nets(now=moves.context(replica=1), noise=dropout())
    assert np.any(second.seed(3).numpy() != nets.seed(3).numpy())


# === What is called, and what comes of it ===


def test_a_network_that_there_is_not():
    nets = moves.nets(one=memory(), two=dropout())
    message = r"The game has no network 'three'\. It has: one, two"
    for view in (nets, nets.frozen):
        with pytest.raises(AttributeError, match=message):
            view.three(DATA)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_all_outputs_are_float32(policy):
    keras.config.set_dtype_policy(policy)
    data = keras.Input((3,))
    heads = {name: keras.layers.Dense(2)(data) for name in ("logits", "styles")}
    heads["class"] = keras.ops.argmax(heads["styles"], axis=1)
    outputs = moves.nets(judge=keras.Model(data, heads)).judge(tf.constant(DATA))
    dtypes = {name: output.dtype for name, output in outputs.items()}
    assert dtypes.pop("class").is_integer
    assert dtypes == dict.fromkeys(("logits", "styles"), tf.float32)


def test_weights_and_rows_that_are_alike():
    network = normalizing()
    nets = moves.nets(network=network, dense=moves.line(2.0))
    names = [v.name for v in network.trainable_variables]
    assert len(nets.weights("network")) == len(names)
    np.testing.assert_array_equal(nets.weights("dense")[0], [[2.0]])
    assert nets.may_join("dense")
    assert not nets.may_join("network")


@keras.saving.register_keras_serializable(package="tests")
class Mapped(keras.Model):
    """A network with a method of its own, whose layers look `training` up."""

    def __init__(self):
        super().__init__()
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5)
        self.dense = keras.layers.Dense(2)

    def mapping(self, x, shift=0.0):
        return self.dropout(self.norm(x)) + shift

    def call(self, x):
        return self.dense(self.mapping(x))


def test_a_method_runs_in_training_mode():
    network = Mapped()
    network(tf.constant(DATA))
    nets = moves.nets(network=network)
    outputs = nets.network.mapping(tf.constant(DATA), shift=0.0).numpy()
    assert 0.3 < np.mean(outputs == 0.0) < 0.7
    kept = outputs[outputs != 0]
    normed = 2.0 * (DATA - DATA.mean(0)) / np.sqrt(DATA.var(0) + 1e-3)
    np.testing.assert_allclose(kept, normed[outputs != 0], rtol=1e-3)
    mean, _ = nets.values["network"][1]
    np.testing.assert_allclose(mean, 0.01 * DATA.mean(axis=0), rtol=1e-4)
    # Each call draws anew; a key fixes the draw; a frozen call keeps nothing.
    again = nets.network.mapping(tf.constant(DATA)).numpy()
    assert np.any((again == 0) != (outputs == 0))
    before = nets.values["network"][1]
    first, second = (
        nets.frozen.network.mapping(tf.constant(DATA), key=5).numpy() for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert nets.values["network"][1] is before
    shifted = nets.network.mapping(tf.constant(DATA), shift=9.0, key=5)
    np.testing.assert_allclose(shifted, first + 9.0, rtol=1e-5)
    held = moves.nets(training=False, network=network)
    expected = DATA / np.sqrt(1 + 1e-3)
    np.testing.assert_allclose(
        held.network.mapping(tf.constant(DATA)), expected, rtol=1e-5
    )


def test_the_call_and_a_method_have_one_way_to_gradients():
    network = Mapped()
    network(tf.constant(DATA))
    nets = moves.nets(network=network)
    weights = nets.weights("network")
    with tf.GradientTape() as tape:
        tape.watch(weights)
        total = tf.reduce_sum(nets.network.mapping(tf.constant(DATA)) ** 2)
    gradients = tape.gradient(total, weights)
    reached = [np.any(g) for g in gradients if g is not None]
    assert reached == [True, True]  # gamma and beta


def test_any_function_of_a_network():
    nets = moves.nets(network=moves.line(3.0))
    kernel = nets.run("network", lambda network: network.layers[-1].kernel * 2.0)
    np.testing.assert_array_equal(kernel, [[6.0]])


# === Branches ===


def test_a_branch_begins_before_the_update_of_the_players():
    nets = moves.nets(player=memory(), other=memory())
    for network in (nets.player, nets.other):
        network(tf.constant(DATA))
    nets.known["known"], nets.fixed["fixed"] = 1, 2
    branch = nets.branch(("player",))
    counts = {name: int(state[1]) for name, (_, state) in branch.values.items()}
    assert counts == {"player": 0, "other": 1}
    assert (branch.known, branch.fixed) == ({}, {"fixed": 2})
    branch.player(tf.constant(DATA))
    branch.fixed["more"] = 3
    assert int(nets.values["player"][1][1]) == 1
    assert nets.fixed == {"fixed": 2}
    assert branch.step is nets.step


def test_a_branch_draws_on_from_where_the_loss_was():
    nets = moves.nets(noise=dropout())
    first = masks(nets)
    branch = nets.branch(("noise",))
    assert np.any(masks(branch) != first)
    np.testing.assert_array_equal(masks(nets, key=4), masks(branch, key=4))


# === Time ===


def unrolled(wrap=lambda f: f):
    """Runs three times with a network of statistics and dropout inside."""
    network, layer = normalizing(), memory()
    frames = tf.constant(np.stack([DATA, 2.0 * DATA, 3.0 * DATA]))

    def run(frames):
        nets = moves.nets(network=network, layer=layer)

        def at_one_time(nets, carry, frame):
            return {"sum": carry["sum"] + nets.network(nets.layer(frame))}

        carries = nets.unroll(at_one_time, {"sum": tf.zeros((32, 3))}, frames)
        return carries["sum"], nets.values

    return wrap(run)(frames)


def test_state_passes_from_one_time_to_the_next():
    sums, values = unrolled()
    assert sums.shape == (3, 32, 3)
    nets = moves.nets(layer=memory(), norm=keras.Sequential(normalizing().layers[:1]))
    for factor in (1.0, 2.0, 3.0):
        nets.norm(nets.layer(tf.constant(factor * DATA)))
    for name, other in (("layer", "layer"), ("network", "norm")):
        pairs = zip(values[name][1], nets.values[other][1], strict=True)
        for found, expected in pairs:
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_each_time_draws_anew():
    sums, _ = unrolled()
    steps = np.diff(np.concatenate([np.zeros((1, 32, 3)), sums]), axis=0)
    dropped = np.isclose(steps, 0.0, atol=1e-6)
    assert 0.1 < dropped.mean() < 0.45
    assert np.any(dropped[0] != dropped[1])
    assert np.any(dropped[1] != dropped[2])


@pytest.mark.parametrize("jit_compile", [False, True])
def test_time_under_a_graph_and_under_xla(jit_compile):
    expected = unrolled()
    found = unrolled(lambda f: tf.function(f, jit_compile=jit_compile))
    contracts.assert_close(found, expected, 1e-5)


def test_losses_of_weights_count_once_whatever_the_times():
    def losses(times):
        nets = moves.nets(network=normalizing(kernel_regularizer="l2"))
        frames = tf.constant(np.stack([DATA] * times))
        start = tf.zeros((32, 3))
        nets.unroll(lambda nets, carry, x: carry + nets.network(x), start, frames)
        return nets.own_losses(["network"])

    (once,), (thrice,) = losses(1), losses(3)
    assert once > 0.0
    np.testing.assert_allclose(thrice, once, rtol=1e-6)


def test_a_frozen_time_leaves_no_trace():
    nets = moves.nets(layer=memory())
    frames = tf.constant(DATA[None])
    nets.frozen.unroll(lambda nets, _, x: nets.layer(x), frames[0], frames)
    assert int(nets.values["layer"][1][1]) == 0


def test_gradients_lead_through_time():
    nets = moves.nets(line=moves.line(2.0))
    weights = nets.weights("line")
    with tf.GradientTape() as tape:
        tape.watch(weights)
        carries = nets.unroll(
            lambda nets, carry, x: nets.line(carry + x),
            tf.zeros((1, 1)),
            tf.ones((3, 1, 1)),
        )
        total = carries[-1, 0, 0]
    # c = w (1 + w (1 + w)) = w + w² + w³
    assert float(total) == 2 + 4 + 8
    (gradient,) = tape.gradient(total, weights)
    np.testing.assert_allclose(gradient, [[1 + 4 + 12]], rtol=1e-6)


# === Several calls of one kind ===


class Halves(keras.Model):
    """One method has a loss of its own, the other has none."""

    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(1)
        self.second = keras.layers.Dense(
            1, activity_regularizer=keras.regularizers.L2(1.0)
        )
        self.first.build((None, 3))
        self.second.build((None, 3))
        self.built = True

    def one(self, x):
        return self.first(x)

    def two(self, x):
        return self.second(x)


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_losses_of_methods_count_in_any_order(order):
    nets = moves.nets(halves=Halves())
    for method in order:
        getattr(nets.halves, method)(tf.ones((2, 3)))
    (loss,) = nets.own_losses(["halves"])
    assert float(loss) > 0.0


def test_two_unrolls_of_an_update_draw_apart():
    nets = moves.nets(layer=keras.layers.Identity())

    def rolled():
        def function(inner, carry, element):
            return tf.cast(inner.seed(1), tf.int64)

        return nets.unroll(function, tf.cast(nets.seed(1), tf.int64), tf.zeros((3, 1)))

    first, second = np.asarray(rolled()), np.asarray(rolled())
    assert not np.any(np.all(first == second, axis=-1))
