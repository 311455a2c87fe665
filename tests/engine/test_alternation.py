"""Periods in which one player waits."""

import dataclasses

import contracts
import keras
import moves
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine.alternation import Periods, get
from kgan.engine.move import Term

DATA = networks.images(56)
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


def test_a_player_without_a_period_moves_always():
    periods = Periods(a=2, b=1)
    assert set(periods.acts(0, ("a", "b", "c"))) == {"a", "b"}


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


def build(alternation=None, batch_norm=True, **options):
    keras.utils.set_random_seed(2)
    compiled = {
        "generator_optimizer": keras.optimizers.Adam(0.01, epsilon=1e-3),
        "discriminator_optimizer": keras.optimizers.Adam(0.01, epsilon=1e-3),
        "alternation": alternation,
        "regularizers": ["lecam"],
        **options,
    }
    return networks.gan(batch_norm=batch_norm, compiled=compiled)


def state(gan):
    """All that each player's update may write."""
    written = {
        "d": [*gan.discriminator.weights, *gan.discriminator_optimizer.variables],
        "g": [*gan.generator.weights, *gan.generator_optimizer.variables],
        "terms": [weight for term in gan.terms for weight in term.weights],
        "average": gan.ema_generator.weights,
    }
    return {who: [v.numpy().copy() for v in those] for who, those in written.items()}


def moved(before, after):
    return {
        who
        for who in before
        if any((a != b).any() for a, b in zip(before[who], after[who], strict=True))
    }


@pytest.mark.parametrize("jit_compile", [False, True])
def test_who_waits_keeps_everything(jit_compile):
    gan = build(Periods(discriminator=2, generator=1), jit_compile=jit_compile)
    for who in ({"d", "terms"}, {"d", "terms"}, {"g", "average"}, {"d", "terms"}):
        before = state(gan)
        gan.fit(DATA[:8], batch_size=8, verbose=0)
        assert moved(before, state(gan)) == who
    assert gan.discriminator_optimizer.iterations == 3
    assert gan.generator_optimizer.iterations == 1


def test_logs_are_of_those_who_moved():
    gan = build(Periods(discriminator=1, generator=1))
    history = gan.fit(DATA[:16], batch_size=8, shuffle=False, verbose=0).history
    assert history["d_loss"][0] > 0
    assert history["g_loss"][0] > 0  # a mean over one round, not over two with a 0
    one = build(Periods(discriminator=1, generator=1))
    one.fit(DATA[:8], batch_size=8, verbose=0)
    alone = one.fit(DATA[8:16], batch_size=8, verbose=0).history["g_loss"][0]  # G moves
    assert history["g_loss"][0] == pytest.approx(alone, rel=1e-5)


def test_ways_to_run_it_agree():
    games = [
        build(Periods(discriminator=2, generator=1), **options)
        for options in (
            {"jit_compile": False},
            {"jit_compile": True, "steps_per_execution": 7},
            {"run_eagerly": True},
        )
    ]
    for gan in games:
        gan.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    for gan in games[1:]:
        assert networks.largest_difference(games[0], gan) < 1e-5


@pytest.mark.parametrize(("n", "m", "interval"), [(1, 1, 2), (2, 1, 3), (1, 3, 4)])
@pytest.mark.parametrize("steps", [1, 2])
def test_a_lazy_term_counts_the_updates_of_its_player(n, m, interval, steps):
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
    game = Counting(game.prey, game.hunter, repeats=steps)
    game.compile(
        {"prey": "sgd", "hunter": "sgd"},
        alternation=Periods(hunter=n, prey=m),
        run_eagerly=True,
    )
    rounds = 12
    data = np.zeros((4 * rounds * steps, 2), "float32")
    game.fit(data, batch_size=4, verbose=0)
    assert game.step == rounds
    updates = rounds * n // (n + m) * steps
    assert len(acted) == -(-updates // interval)


def test_replicas_wait_together(two_replicas):
    def build_plain():
        return build(
            Periods(discriminator=2, generator=1),
            regularizers=["lecam", "weight_clipping"],
            batch_norm=False,
        )

    one = build_plain()
    with two_replicas.scope():
        two = build_plain()
    for gan in (one, two):
        gan.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    assert networks.largest_difference(one, two) < 1e-5
    for name in ("generator_optimizer", "discriminator_optimizer"):
        slots = [getattr(gan, name).variables for gan in (one, two)]
        for alone, shared in zip(*slots, strict=True):
            np.testing.assert_allclose(alone.numpy(), shared.numpy(), atol=1e-5)


def test_a_resumed_game_goes_on_in_its_period(tmp_path):
    whole = build(Periods(discriminator=2, generator=2))
    whole.fit(DATA, batch_size=8, shuffle=False, verbose=0)
    first = build(Periods(discriminator=2, generator=2))
    first.fit(DATA[:24], batch_size=8, shuffle=False, verbose=0)
    first.save(tmp_path / "gan.keras")
    second = keras.models.load_model(tmp_path / "gan.keras")
    second.fit(DATA[24:], batch_size=8, shuffle=False, verbose=0)
    for old, new in zip(whole.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
