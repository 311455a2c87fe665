"""Periods in which one player waits."""

import dataclasses

import contracts
import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine.alternation import Periods, get
from kgan.engine.move import Term

BOTH = ("discriminator", "generator")


def test_whose_turn_it_is():
    periods = Periods(discriminator=3, generator=2)
    assert periods.get_config() == {"discriminator": 3, "generator": 2}
    assert Periods.from_config(periods.get_config()).rounds == periods.rounds
    for acts in contracts.modes(lambda step: periods.acts(step, BOTH)):
        played = [acts(tf.constant(t, tf.int64)) for t in range(7)]
        who = [[name for name, moves in step.items() if moves] for step in played]
        d, g = ["discriminator"], ["generator"]
        assert who == [d, d, d, g, g, d, d]


@pytest.mark.parametrize(
    "counts", [(1, 1), (3, 2), (1, 15), (4, 1), (2, 1, 3)], ids=str
)
def test_rounds_in_which_each_has_moved(counts):
    """In the order of the game's moves, not in that of the arguments."""
    players = ["b", "a", "c"][: len(counts)]
    given = dict(zip(players, counts, strict=True))
    periods = Periods(**dict(sorted(given.items())))
    moved = dict.fromkeys(players, 0)
    for step in range(40):
        before = periods.before(tf.constant(step, tf.int64), players)
        assert {name: int(count) for name, count in before.items()} == moved
        acts = periods.acts(step, players)
        assert sum(acts.values()) == 1
        for player in players:
            moved[player] += acts[player]
    assert [periods.acts(0, players)[p] for p in players] == [True] + [False] * (
        len(players) - 1
    )


def test_without_numbers_each_player_has_a_round():
    played = [Periods().acts(t, ("a", "b", "c")) for t in range(4)]
    assert [max(step, key=step.get) for step in played] == ["a", "b", "c", "a"]


def test_a_player_without_a_period_has_one_of_a_round():
    periods = Periods(a=2)
    assert periods.spans(("a", "b", "c")) == (
        {"a": (0, 2), "b": (2, 3), "c": (3, 4)},
        4,
    )


def test_periods_of_strangers_are_refused():
    message = r"`alternation` must have periods of players: a, b\. Received: c, d"
    with pytest.raises(ValueError, match=message):
        Periods(d=1, a=2, c=1).acts(0, ("a", "b"))


def test_get():
    periods = Periods(discriminator=2, generator=1)
    assert get(None) is None
    assert get(periods) is periods
    assert get({"generator": 4}).get_config() == {"generator": 4}
    with pytest.raises(ValueError, match=r"`alternation`.*Received: 'both'"):
        get("both")
    with pytest.raises(ValueError, match=r"`alternation`.*class.*Periods"):
        get(Periods)
    with pytest.raises(ValueError, match=r"`generator`.*Received: 0"):
        Periods(discriminator=1, generator=0)


def build(n, m, repeats=1, momentum=0.9, layers=(), **options):
    keras.utils.set_random_seed(2)
    compiled = {
        "optimizers": {
            name: keras.optimizers.Adam(0.01, epsilon=1e-3)
            for name in ("prey", "hunter")
        },
        "alternation": Periods(hunter=n, prey=m),
        **options,
    }
    return moves.pursuit(layers, compiled, repeats=repeats, momentum=momentum)


def written(game):
    """All that each player's update may write."""
    those = {
        "hunter": [*game.hunter.weights, *game.hunter_optimizer.variables],
        "prey": [*game.prey.weights, *game.prey_optimizer.variables],
        "memory": game.memory.weights,
        "average": game.ema_prey.weights,
    }
    return {who: [np.array(v) for v in found] for who, found in those.items()}


def moved(before, after):
    return {
        who
        for who in before
        if any((a != b).any() for a, b in zip(before[who], after[who], strict=True))
    }


@pytest.mark.parametrize("options", [{}, {"run_eagerly": False, "jit_compile": True}])
def test_who_waits_keeps_everything(options):
    game = build(2, 1, layers=[keras.layers.BatchNormalization()], **options)
    of_hunter = {"hunter", "memory"}
    for who in (of_hunter, of_hunter, {"prey", "average"}, of_hunter):
        before = written(game)
        moves.fit(game, 8)
        assert moved(before, written(game)) == who
    assert game.hunter_optimizer.iterations == 3
    assert game.prey_optimizer.iterations == 1


def test_logs_are_of_those_who_moved():
    history = moves.fit(build(1, 1), 16).history
    assert history["miss"][0] > 0
    assert history["flee"][0] > 0  # a mean over one round, not over two with a 0
    one = build(1, 1)
    moves.fit(one, 8)
    alone = moves.fit(one, 16, first=8).history["flee"][0]  # the prey moves
    assert history["flee"][0] == pytest.approx(alone, rel=1e-5)


def test_ways_to_run_it_agree():
    graph = {"run_eagerly": False}
    games = [
        build(2, 1, **options)
        for options in (
            {"run_eagerly": True},
            graph | {"jit_compile": False},
            graph | {"jit_compile": True, "steps_per_execution": 6},
        )
    ]
    for game in games:
        moves.fit(game)
        moves.assert_equal(games[0], game, 1e-5)


@pytest.mark.parametrize(("n", "m", "interval"), [(1, 1, 2), (2, 1, 3), (1, 3, 4)])
@pytest.mark.parametrize("repeats", [1, 2])
def test_a_lazy_term_counts_the_updates_of_its_player(n, m, interval, repeats):
    """As it says: in every `interval`-th update of D, with k updates in a round."""
    acted = []

    class Counting(moves.Pursuit):
        def moves(self):
            hunter, prey = super().moves()
            lazy = {"lazy": Term(self.lazy, interval=interval)}
            return dataclasses.replace(hunter, terms=lazy), prey

        def lazy(self, nets, batch):
            tf.py_function(lambda: acted.append(1), [], [])
            return tf.reduce_mean(nets.hunter(batch["points"]))

    game = moves.pursuit()
    game = Counting(game.prey, game.hunter, game.memory, repeats=repeats)
    game.compile(
        {"prey": "sgd", "hunter": "sgd"},
        alternation=Periods(hunter=n, prey=m),
        run_eagerly=True,
    )
    rounds = 12
    data = np.zeros((4 * rounds * repeats, 2), "float32")
    game.fit(data, batch_size=4, verbose=0)
    assert game.step == rounds
    updates = rounds * n // (n + m) * repeats
    assert len(acted) == -(-updates // interval)


def test_replicas_wait_together(two_replicas):
    one = build(2, 1)
    with two_replicas.scope():
        two = build(2, 1, run_eagerly=False)
    for game in (one, two):
        moves.fit(game)
    moves.assert_equal(one, two, 1e-5)


def test_a_resumed_game_goes_on_in_its_period(tmp_path):
    whole, first = build(2, 2), build(2, 2)
    moves.fit(whole)
    moves.fit(first, 24)
    first.save(tmp_path / "game.keras")
    second = keras.models.load_model(tmp_path / "game.keras")
    moves.fit(second, first=24)
    moves.assert_equal(whole, second)
