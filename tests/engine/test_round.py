"""What a round plays, writes and counts."""

import dataclasses

import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine.alternation import Periods
from kgan.engine.clock import Clock
from kgan.engine.compilation import Compiler
from kgan.engine.logs import Logs
from kgan.engine.move import Move, Term, players_of
from kgan.engine.round import Round, rows_of
from kgan.engine.stateless import Stateless

DATA = networks.images(48)


def play(given, slopes, data, rounds=1, averages=None, alternation=None):
    """Plays rounds of players x ↦ w·x of step size 1 by hand; gives them all."""
    game = {
        name: Stateless(moves.line(slope), keras.optimizers.SGD(1.0))
        for name, slope in slopes.items()
    }
    for stateless in game.values():
        stateless.optimizer.build(stateless.trainable)
    norms = {name: f"{name}_norm" for name in game}
    logs, clock = Logs(given, norms), Clock()
    compiler = Compiler(True, run_eagerly=True, jit_compile=False)
    played = Round(
        given, game, norms, clock, logs, averages or {}, compiler, alternation
    )
    for batch in data[:rounds]:
        batch = {"x": tf.constant(batch, tf.float32)[:, None]}
        rows = len(batch["x"]) // played.fresh
        played.play(batch, played.draw(5, rows))
    kernels = {
        name: float(stateless.trainable[0].numpy()[0, 0])
        for name, stateless in game.items()
    }
    return kernels, logs, clock


def loss_of(player, others=()):
    """w·x, plus what others say, whose gradient in w is the mean of x."""

    def loss(nets, batch):
        value = tf.reduce_mean(getattr(nets, player)(batch["x"]))
        value += sum(tf.reduce_mean(getattr(nets, n)(batch["x"])) for n in others)
        return value, {f"{player}_loss": value}

    return loss


def move(player, others=(), **options):
    return Move((player,), loss_of(player, others), (f"{player}_loss",), **options)


def test_moves_are_played_in_order():
    """A later move sees what an earlier one has written."""

    def product(nets, batch):
        value = tf.reduce_mean(nets.b(nets.a(batch["x"])))
        return value, {"b_loss": value}

    second = Move(("b",), product, ("b_loss",))
    kernels, logs, clock = play((move("a"), second), {"a": 3.0, "b": 0.0}, [[1.0, 3.0]])
    assert kernels == {"a": 1.0, "b": -2.0}  # a − 2, then b − (a − 2)·2
    assert clock.rounds.numpy() == 1
    kernels, _, _ = play((second, move("a")), {"a": 3.0, "b": 0.0}, [[1.0, 3.0]])
    assert kernels == {"a": 1.0, "b": -6.0}
    assert float(logs.means.result()["a_norm"]) == 2.0


def test_repeats_take_fresh_data_or_the_last():
    first = move("a", repeats=2, fresh_data=True)
    second = move("b", repeats=3)
    kernels, logs, clock = play(
        (first, second), {"a": 0.0, "b": 0.0}, [[1.0, 1.0, 10.0, 10.0]]
    )
    assert kernels == {"a": -11.0, "b": -30.0}
    assert (clock.rounds.numpy(), clock.position.numpy()) == (1, 2)
    result = logs.means.result()
    assert float(result["a_norm"]) == 5.5
    assert float(result["b_norm"]) == 10.0
    assert int(logs.rows()) == 4


def test_two_moves_of_fresh_data_share_the_first_batches():
    first = move("a", repeats=1, fresh_data=True)
    second = move("b", repeats=2, fresh_data=True)
    kernels, _, clock = play((first, second), {"a": 0.0, "b": 0.0}, [[1.0, 10.0]])
    assert kernels == {"a": -1.0, "b": -11.0}
    assert clock.position.numpy() == 2


def test_a_move_of_an_interval_waits():
    data = [[1.0], [10.0], [100.0], [1000.0]]
    given = move("a"), move("b", interval=3)
    expected = [(-1.0, -1.0), (-11.0, -1.0), (-111.0, -1.0), (-1111.0, -1001.0)]
    for rounds, (a, b) in enumerate(expected, start=1):
        kernels, logs, _ = play(given, {"a": 0.0, "b": 0.0}, data, rounds)
        assert kernels == {"a": a, "b": b}
    assert float(logs.means.result()["b_norm"]) == 1001.0 / 2


def test_its_lazy_terms_count_its_own_updates():
    acted = []

    def watch(nets, batch):
        acted.append(1)
        return tf.reduce_sum(nets.weights("a")[0]) * 0.0

    terms = {"lazy": Term(watch, interval=2)}
    given = (dataclasses.replace(move("a", interval=2), terms=terms),)
    for rounds, count in ((1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (7, 2), (9, 3)):
        acted.clear()
        play(given, {"a": 0.0}, [[1.0]] * 9, rounds)
        assert len(acted) == count


def test_players_wait_by_name():
    given = move("b"), move("a")
    periods = Periods(a=1, b=2)
    data = [[1.0], [10.0], [100.0], [1000.0]]
    kernels, _, _ = play(given, {"a": 0.0, "b": 0.0}, data, 4, None, periods)
    # In the order of the moves: b twice, then a.
    assert kernels == {"a": -100.0, "b": -1011.0}


def test_players_of_a_move_act_by_the_period_of_one_of_them():
    def both(nets, batch):
        value = tf.reduce_mean(nets.a(batch["x"]) + nets.b(batch["x"]))
        return value, {"loss": value}

    given = (Move(("a", "b"), both, ("loss",)), move("c"), move("d"))
    kernels, _, _ = play(
        given,
        dict.fromkeys("abcd", 0.0),
        [[1.0], [10.0], [100.0]],
        3,
        None,
        Periods(a=1, c=1),
    )
    # A move without a period of its own has one of a round.
    assert kernels == {"a": -1.0, "b": -1.0, "c": -10.0, "d": -100.0}


@pytest.mark.parametrize("alternation", [None, Periods(a=1, b=1)])
def test_after_each_update_weights_are_constrained(alternation):
    seen = []

    def after(player, value, step):
        seen.append((player, int(step)))
        return tf.clip_by_value(value, -1.5, 1.5)

    given = move("a", after=after, repeats=2), move("b")
    kernels, _, _ = play(
        given, {"a": 0.0, "b": 0.0}, [[1.0], [10.0]], 2, None, alternation
    )
    assert kernels["a"] == -1.5
    assert kernels["b"] == (-11.0 if alternation is None else -10.0)
    assert seen == [("a", 0), ("a", 0), ("a", 1), ("a", 1)]


def test_averages_move_when_their_player_moved():
    for alternation, expected in ((None, None), (Periods(b=1, a=1), "waits")):
        average = moves.line(1.0)
        given = move("b"), move("a")
        kernels, _, _ = play(
            given,
            {"a": 1.0, "b": 0.0},
            [[1.0], [1.0]],
            2,
            {"a": (average, 0.5)},
            alternation,
        )
        value = 1.0
        for step, a in enumerate((0.0, -1.0) if expected is None else (1.0, 0.0)):
            momentum = min(0.5, (1 + step) / (10 + step))
            if expected is None or step == 1:
                value = momentum * value + (1 - momentum) * a
        found = average.layers[-1].kernel.numpy()[0, 0]
        assert found == pytest.approx(value, abs=1e-6)
        assert kernels["a"] == a


def test_draws_join_the_batch_and_follow_the_clock():
    seen = []

    def draws(rows, seed):
        seen.append(tuple(seed.numpy()))
        return {"more": tf.range(rows)}

    def loss(nets, batch):
        assert batch["more"].shape == (2,)
        return loss_of("a")(nets, batch)

    given = Move(("a",), loss, ("a_loss",), draws=draws, repeats=2)
    play((given, move("b", draws=draws)), {"a": 0.0, "b": 0.0}, [[1.0, 2.0]] * 3, 3)
    assert len(set(seen)) == len(seen) == 9


def test_a_mean_counts_rows():
    def loss(nets, batch):
        value = tf.reduce_mean(nets.a(batch["x"]))
        return value, {"loss": tf.reduce_mean(batch["x"])}

    given = (Move(("a",), loss, ("loss",)),)
    _, logs, _ = play(given, {"a": 0.0}, [[1.0, 1.0, 1.0], [5.0]], 2)
    assert float(logs.means.result()["loss"]) == 2.0


def test_names_and_rows():
    given = move("b"), Move(("a", "b"), loss_of("a")), move("c")
    assert players_of(given) == ("b", "a", "c")
    assert int(rows_of({"b": [tf.zeros((3, 2))], "c": tf.zeros(3)})) == 3


def test_an_update_moves_its_own_player_alone():
    layers = [keras.layers.BatchNormalization(), keras.layers.Dropout(0.3)]
    game = moves.pursuit(layers, momentum=None)
    played = game._plain.round
    batch = {"points": tf.constant(moves.POINTS[:8])}
    names = {
        id(v): f"{name}/{v.path}"
        for name, network in game.networks.items()
        for v in network.weights
    }
    for player, written in (("hunter", {"hunter", "memory"}), ("prey", {"prey"})):
        before = [v.numpy() for v in game.weights]
        alone = Round(
            (moves.move_of(game, player),),
            game._plain.stateless,
            {player: f"{player}_gradient_norm"},
            Clock(),
            game._plain.logs,
            {},
            Compiler(True, True, False),
        )
        alone.play(batch, alone.draw(0, 8))
        moved = {
            names[id(v)]
            for v, old in zip(game.weights, before, strict=True)
            if (v.numpy() != old).any()
        }
        assert {name.split("/")[0] for name in moved} == written
        assert any("moving_mean" in name for name in moved) == (player == "prey")
    assert played.fresh == 1


# === Compiled ===


def optimizers():
    """Adam whose first steps are not ±the learning rate whatever the gradient."""
    return {
        f"{who}_optimizer": keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.01, 20), epsilon=1e-3
        )
        for who in ("generator", "discriminator")
    }


def test_a_compiled_round_is_the_same_round():
    """With several updates of each player, classes, BatchNormalization and dropout."""
    labels = np.arange(len(DATA)).astype("int32") % 3
    games = []
    for jit_compile in (False, True):
        keras.utils.set_random_seed(1)
        gan = networks.gan(
            dropout=0.3,
            num_classes=3,
            discriminator_steps=3,
            generator_steps=2,
            compiled={"jit_compile": jit_compile, **optimizers()},
        )
        gan.fit(DATA, labels, batch_size=8, shuffle=False, verbose=0)
        games.append(gan)
    graph, xla = games
    assert graph.step == xla.step == 2
    assert graph.position == xla.position == 6
    assert networks.largest_difference(graph, xla) < 1e-5
    for key, value in graph.history.history.items():
        assert xla.history.history[key] == pytest.approx(value, rel=1e-3, abs=1e-5)


def test_several_players_share_a_loss_scale_of_their_own_each():
    """In a move of two players of float16 each has its own, a power of two."""
    keras.config.set_dtype_policy("mixed_float16")
    prey = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    hunter = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    keras.config.set_dtype_policy("float32")

    class Together(moves.Pursuit):
        def moves(self):
            hunter, _ = super().moves()
            both = dataclasses.replace(hunter, players=("hunter", "prey"))
            return (dataclasses.replace(both, loss=self.approach),)

        def approach(self, nets, batch):
            nets.memory(batch["points"])
            distances, guess = self.distance(nets, nets, batch)
            loss = tf.reduce_mean(distances)
            return loss, {"miss": loss, "guess": guess}

    def optimizer(scale):
        if scale > 1.0:
            sgd = keras.optimizers.SGD(0.01)
            return keras.optimizers.LossScaleOptimizer(sgd, initial_scale=scale)
        # Keras' other way to scale, of a plain optimizer.
        return keras.optimizers.SGD(0.01, loss_scale_factor=256.0 * scale)

    memory = moves.Memory()
    memory.build((None, 2))
    found = []
    for scales in ((1024.0, 1024.0), (2.0**40, 64.0), (1024.0, 0.5)):
        game = Together(prey, hunter, memory, momentum=None)
        before = game.get_weights()
        named = dict(zip(("hunter", "prey"), map(optimizer, scales), strict=True))
        game.compile(named, run_eagerly=True)
        moves.fit(game)
        found.append(game.get_weights())
        game.set_weights(before)
    for ours, *others in zip(*found, strict=True):
        for theirs in others:
            np.testing.assert_allclose(ours, theirs, atol=2e-3)
