"""The clock: what it counts, and that every draw follows from it."""

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core.seeds import Use
from kgan.engine.clock import Clock
from kgan.latents import priors


def test_it_counts_rounds_and_batches():
    clock = Clock()
    clock.advance(3)
    clock.advance(3)
    assert [int(v.numpy()) for v in clock.weights] == [2, 6, 0]


def test_a_context_follows_from_the_counters_alone():
    def seed(rounds=4, rollbacks=0, index=1, stream=(1,), root=7):
        clock = Clock()
        clock.rounds.assign(rounds)
        clock.position.assign(99)
        clock.rollbacks.assign(rollbacks)
        context = clock.context(root, stream, 3, index)
        assert int(context.step) == rounds
        assert int(context.update) == rounds * 3 + index
        assert float(context.scale) == 1.0
        return tuple(context.seed.numpy())

    draws = [
        seed(),
        seed(rounds=5),
        seed(rollbacks=1),
        seed(rollbacks=2),
        seed(index=2),
        seed(stream=(2,)),
        seed(stream=(14, 1)),
        seed(stream=(14, 2)),
        seed(root=8),
    ]
    assert len(set(draws)) == len(draws)
    assert seed() == seed()


def test_folding_keeps_the_rest_of_a_context():
    context = Clock().context(0, (Use.TEST,), 1, 0)
    folded = context.fold(Use.DRAWS)
    assert (folded.seed != context.seed).numpy().any()
    assert folded._replace(seed=context.seed) is not context
    assert folded.step is context.step


def test_draws_of_replicas_are_rows_of_one_draw(two_replicas):
    clock, prior = Clock(), priors.Normal(3)

    def draw(rows, seed):
        return {"noise": prior.sample(rows, seed), "more": [tf.range(rows)]}

    def draws(rows):
        return clock.draws(clock.context(4, (1,), 1, 0), draw, rows)

    run = two_replicas.run(tf.function(lambda: draws(3)))
    shares = two_replicas.experimental_local_results(run["noise"])
    rows = [
        two_replicas.experimental_local_results(numbers)[1] for numbers in run["more"]
    ]
    np.testing.assert_array_equal(tf.concat(shares, axis=0), draws(6)["noise"])
    np.testing.assert_array_equal(shares[0], draws(3)["noise"])
    assert (shares[0].numpy() != shares[1].numpy()).all()
    np.testing.assert_array_equal(rows, [[3, 4, 5]])


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_saved_game_keeps_its_time(tmp_path, repeats):
    game = moves.pursuit(repeats=repeats)
    game.clock.rollbacks.assign(2)
    moves.fit(game, 32)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    for model in (game, loaded):
        assert model.step == 4 // repeats
        assert model.position == 4
        assert model.rollbacks == 2


def test_a_rollback_plays_other_draws():
    def trained(rollbacks):
        keras.utils.set_random_seed(1)
        game = moves.pursuit()
        game.clock.rollbacks.assign(rollbacks)
        return moves.fit(game, 16) and game

    first, again, other = trained(0), trained(0), trained(1)
    moves.assert_equal(first, again)
    for one, two in zip(first.prey.weights, other.prey.weights, strict=True):
        assert (one.numpy() != two.numpy()).all()


def test_position_is_where_the_data_go_on():
    train = kgan.data.load("ring", batch_size=16, seed=1, steps_per_epoch=6)
    game = moves.pursuit(repeats=2)
    game.fit(train, verbose=0)
    assert (game.step, game.position) == (3, 6)
    rest = kgan.data.load("ring", batch_size=16, seed=1, start=game.position)
    stream = kgan.data.load("ring", batch_size=16, seed=1, steps_per_epoch=7)
    *_, expected = iter(stream)
    np.testing.assert_array_equal(next(iter(rest)), expected)


def test_the_counters_are_equal_on_replicas(two_replicas):
    with two_replicas.scope():
        game = moves.pursuit(compiled={"run_eagerly": False})
    moves.fit(game, 16)
    for counter in game.clock.weights:
        copies = [int(copy) for copy in counter.value.values]
        assert copies[0] == copies[1]
    assert tf.as_dtype(game.clock.rounds.dtype) == tf.int64
