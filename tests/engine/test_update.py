"""The gradient of a move: what it is, what it touches, what it refuses."""

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.engine import update
from kgan.engine.move import Move, Term
from kgan.engine.update import Update, dense_gradients

X = np.array([[0.3], [-0.7], [1.1]], "float32")
SLOPE = 2.0  # of the player
OTHER = -1.5


def networks(**options):
    return {"player": moves.line(SLOPE, **options), "other": moves.line(OTHER)}


def loss(nets, batch):
    """½ (w v x)² with the player's w and the other's v."""
    y = nets.player(nets.other(batch["x"]))
    value = tf.reduce_mean(0.5 * tf.square(y))
    return value, {"loss": value}


def slope(nets, batch):
    """The gradient w of the player at each example."""
    x = batch["x"]
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(nets.player(x))
    return tf.square(tape.gradient(total, x))


MEAN = float(np.mean((OTHER * X) ** 2))
GRADIENT = SLOPE * MEAN


def compiled(jit_compile=None):
    return lambda f: tf.function(f, autograph=False, jit_compile=jit_compile)


WRAPS = {"eager": lambda f: f, "graph": compiled(), "xla": compiled(True)}
EVERYWHERE = pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)


@EVERYWHERE
def test_the_gradient_of_a_loss_and_its_terms(wrap):
    terms = {
        "square": Term(slope, weight=3.0),
        "lazy": Term(slope, weight=5.0, interval=4),
        "scalar": Term(lambda nets, batch: tf.reduce_sum(nets.weights("player")[0])),
    }
    move = Move(("player",), loss, ("loss",), terms)
    play = moves.playing(move, networks(), wrap, {"player": "norm"})
    for number in (0, 1, 4, 6):
        result = play({"x": X}, update=number)
        acts = number % 4 == 0
        # w² has the gradient 2 w, w itself 1; a lazy term is 4 times as strong.
        expected = GRADIENT + 3.0 * 2 * SLOPE + 1.0
        expected += 4 * 5.0 * 2 * SLOPE if acts else 0.0
        ((gradient,),) = result.gradients.values()
        np.testing.assert_allclose(gradient, [[expected]], rtol=1e-5)
        logs = {
            "loss": 0.5 * SLOPE**2 * MEAN,
            "square": SLOPE**2,
            "lazy": SLOPE**2 if acts else 0.0,
            "scalar": SLOPE,
            "norm": expected,
        }
        assert set(result.logs) == set(logs)
        for name, value in logs.items():
            assert result.logs[name].dtype == tf.float32
            np.testing.assert_allclose(result.logs[name], value, rtol=1e-5)


@EVERYWHERE
def test_the_second_derivative_of_a_lazy_term_is_not_lost(wrap):
    """Even where the loss has found the same gradient before, under its own tape."""

    def known(nets, batch):
        if "slope" not in nets.known:
            nets.known["slope"] = slope(nets, batch)
        return nets.known["slope"]

    def sharing(nets, batch):
        value = tf.reduce_mean(known(nets, batch))
        return value, {"loss": value}

    move = Move(("player",), sharing, ("loss",), {"lazy": Term(known, 1.0, 2)})
    result = moves.playing(move, networks(), wrap)({"x": X})
    ((gradient,),) = result.gradients.values()
    np.testing.assert_allclose(gradient, [[2 * SLOPE + 2 * 2 * SLOPE]], rtol=1e-5)


def test_what_the_loss_found_is_shared_with_terms_of_every_update():
    seen = []

    def first(nets, batch):
        nets.known["found"], nets.fixed["fixed"] = 1, 2
        return loss(nets, batch)

    def look(nets, batch):
        seen.append((dict(nets.known), dict(nets.fixed)))
        return 0.0 * tf.reduce_sum(nets.weights("player")[0])

    terms = {"always": Term(look), "lazy": Term(look, interval=2)}
    moves.update(Move(("player",), first, ("loss",), terms), networks(), {"x": X})
    assert seen == [({"found": 1}, {"fixed": 2}), ({}, {"fixed": 2})]


def test_a_schedule_counts_rounds():
    schedule = keras.optimizers.schedules.PolynomialDecay(2.0, 10, 0.0)
    for interval in (1, 20):
        terms = {"term": Term(slope, schedule, interval)}
        move = Move(("player",), loss, ("loss",), terms)
        for step, weight in ((0, 2.0), (5, 1.0), (20, 0.0)):
            result = moves.update(move, networks(), {"x": X}, update=0, step=step)
            expected = GRADIENT + interval * weight * 2 * SLOPE
            gradient = result.gradients["player"][0]
            np.testing.assert_allclose(gradient, [[expected]], rtol=1e-5)


def test_own_losses_of_the_players_alone_count():
    regularizer = keras.regularizers.L2(0.01)
    given = networks(kernel_regularizer=regularizer)
    given["other"] = moves.line(OTHER, kernel_regularizer=regularizer)

    def twice(nets, batch):
        nets.player(batch["x"])
        return loss(nets, batch)

    result = moves.update(Move(("player",), twice, ("loss",)), given, {"x": X})
    expected = GRADIENT + 2 * 0.01 * SLOPE
    np.testing.assert_allclose(result.gradients["player"][0], [[expected]], rtol=1e-5)


def test_several_players_have_gradients_of_their_own():
    norms = {"player": "p_norm", "other": "o_norm"}
    move = Move(("player", "other"), loss, ("loss",))
    result = moves.update(move, networks(), {"x": X}, norms=norms)
    square = float(np.mean(X**2))
    expected = {
        "player": SLOPE * OTHER**2 * square,
        "other": OTHER * SLOPE**2 * square,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(result.gradients[name][0], [[value]], rtol=1e-5)
        norm = result.logs[norms[name]]
        np.testing.assert_allclose(norm, abs(value), rtol=1e-5)


def test_scales_and_shares():
    """Gradients carry the loss scale and are a share; their norm is of the mean."""
    game = moves.stateless(**networks())
    terms = {"always": Term(slope), "lazy": Term(slope, 0.5, 2)}
    move = Move(("player",), loss, ("loss",), terms)
    shared = Update(move, game, {"player": "norm"}, num_replicas=4)
    batch = {"x": tf.constant(X)}
    found = shared(moves.values(game), batch, moves.context(scale=64.0))
    whole = moves.update(move, networks(), {"x": X}, norms={"player": "norm"})
    np.testing.assert_allclose(
        found.gradients["player"][0], 16 * whole.gradients["player"][0], rtol=1e-5
    )
    for name, value in whole.logs.items():
        np.testing.assert_allclose(found.logs[name], value, rtol=1e-5)


def test_a_pure_function_writes_no_variable_and_returns_the_new_state():
    layers = [keras.layers.BatchNormalization(), kgan.layers.Dropout(0.3)]
    game = moves.pursuit(layers)
    before = moves.state(game)
    batch = {"points": tf.constant(moves.POINTS[:8])}
    batch |= game.noise(8, moves.context().seed)
    for player, written in (("hunter", {"hunter", "memory"}), ("prey", {"prey"})):
        result = moves.update_of(game, player, batch)
        assert set(result.state) == written
        assert all(float(tf.norm(g)) > 0 for g in result.gradients[player][-1:])
        for name in written:
            pairs = zip(
                game._plain.stateless[name].state, result.state[name], strict=True
            )
            assert all(np.any(old.numpy() != new.numpy()) for old, new in pairs)
    for old, new in zip(before, moves.state(game), strict=True):
        np.testing.assert_array_equal(old, new)


@EVERYWHERE
def test_state_that_a_lazy_term_writes(wrap):
    memory = moves.Memory()
    memory.build((None, 1))

    def remember(nets, batch):
        nets.memory(batch["x"])
        return 0.0 * tf.reduce_sum(nets.weights("player")[0])

    def first(nets, batch):
        nets.memory(batch["x"])
        return loss(nets, batch)

    for start, calls in ((loss, (1, 0, 1)), (first, (2, 1, 2))):
        terms = {"lazy": Term(remember, interval=2)}
        move = Move(("player",), start, ("loss",), terms, writes=("memory",))
        play = moves.playing(move, networks() | {"memory": memory}, wrap)
        for number, expected in enumerate(calls):
            result = play({"x": X}, update=number)
            mean, count = result.state["memory"]
            assert int(count) == expected
            np.testing.assert_allclose(mean, [(1 - 0.9**expected) * X.mean()], 1e-5)


def test_a_move_that_waits():
    game = moves.stateless(**networks())
    move = Move(("player",), loss, ("loss",), {"term": Term(slope)})
    idle = Update(move, game, {"player": "norm"}).idle(moves.values(game), {"r": 1})
    np.testing.assert_array_equal(idle.gradients["player"], [[[0.0]]])
    assert idle.rows == {"r": 1}
    assert {n: float(v) for n, v in idle.logs.items()} == dict.fromkeys(
        ("loss", "term", "norm"), 0.0
    )


def test_a_network_that_nothing_trains_has_no_gradient():
    frozen = moves.line(1.0)
    frozen.trainable = False

    def both(nets, batch):
        nets.frozen.player(batch["x"])
        return loss(nets, batch)

    move = Move(("player", "frozen_one"), both, ("loss",))
    given = networks() | {"frozen_one": frozen}
    norms = {"frozen_one": "norm"}
    result = moves.update(move, given, {"x": X}, norms=norms)
    assert result.gradients["frozen_one"] == []
    assert float(result.logs["norm"]) == 0.0


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda y: y, r"`\(scalar, logs\)`.*Received: \(3, 1\) and dict"),
        (lambda y: 1.0, "Received: float and dict"),
        (lambda y: None, "Received: NoneType and dict"),
    ],
)
def test_a_loss_is_a_scalar(returned, message):
    def broken(nets, batch):
        return returned(nets.player(batch["x"])), {}

    with pytest.raises(ValueError, match=rf"^The loss 'broken' .*{message}"):
        moves.update(Move(("player",), broken), networks(), {"x": X})


def test_logs_are_those_of_the_move():
    def broken(nets, batch):
        value, logs = loss(nets, batch)
        return value, logs | {"more": value}

    def none(nets, batch):
        return loss(nets, batch)[0], None

    message = (
        r"The loss 'broken' must log what `Move\.logs` names: \['loss', 'mo'\]\. "
        r"Received: \['loss', 'more'\]"
    )
    with pytest.raises(ValueError, match=message):
        moves.update(Move(("player",), broken, ("loss", "mo")), networks(), {"x": X})

    def scalar(nets, batch):
        return loss(nets, batch)[0]

    for wrong in (none, scalar):
        with pytest.raises(ValueError, match=r"Received: \(\) and NoneType"):
            moves.update(Move(("player",), wrong, ("loss",)), networks(), {"x": X})


def test_gradients_are_dense_and_zero_where_nothing_leads():
    table, lonely = tf.Variable(tf.ones((4, 2))), tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        total = tf.reduce_sum(tf.gather(table, [1, 1, 3]))
    assert isinstance(tape.gradient(total, table), tf.IndexedSlices)
    found = dense_gradients(tape, total, {"a": [table], "b": [lonely]})
    assert all(tf.is_tensor(gradient) for gradient in tf.nest.flatten(found))
    np.testing.assert_array_equal(found["a"][0], [[0, 0], [2, 2], [0, 0], [1, 1]])
    np.testing.assert_array_equal(found["b"][0], [0, 0])


def test_a_mean_is_of_float32():
    values = tf.constant([[1.0, 2.0]], "float16")
    assert update.mean(values).dtype == tf.float32
    assert float(update.mean(tf.constant([True, False]))) == 0.5
