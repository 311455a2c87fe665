"""The clock: what it counts, and that every draw follows from it."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.core.seeds import Use
from kgan.engine.clock import Clock


def test_it_counts_rounds_and_batches():
    clock = Clock()
    clock.advance(3)
    clock.advance(3)
    assert [int(v.numpy()) for v in clock.weights] == [2, 6, 0]


def test_a_turn_follows_from_the_counters_alone():
    def seed(rounds=4, rollbacks=0, index=1, use=Use.DISCRIMINATOR_STEP, root=7):
        clock = Clock()
        clock.rounds.assign(rounds)
        clock.position.assign(99)
        clock.rollbacks.assign(rollbacks)
        turn = clock.turn(root, use, 3, index)
        assert int(turn.step) == rounds
        assert int(turn.update) == rounds * 3 + index
        assert float(turn.scale) == 1.0
        return tuple(turn.seed.numpy())

    draws = [
        seed(),
        seed(rounds=5),
        seed(rollbacks=1),
        seed(rollbacks=2),
        seed(index=2),
        seed(use=Use.GENERATOR_STEP),
        seed(root=8),
    ]
    assert len(set(draws)) == len(draws)
    assert seed() == seed()


def test_folding_keeps_the_rest_of_a_turn():
    turn = Clock().turn(0, Use.TEST, 1, 0)
    folded = turn.fold(Use.LATENTS)
    assert (folded.seed != turn.seed).numpy().any()
    assert folded._replace(seed=turn.seed) is not turn
    assert folded.step is turn.step


@pytest.mark.parametrize("discriminator_steps", [1, 2])
def test_a_saved_model_keeps_its_time(tmp_path, discriminator_steps):
    gan = networks.gan(discriminator_steps=discriminator_steps)
    gan.clock.rollbacks.assign(2)
    gan.fit(networks.images(32), batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    for model in (gan, loaded):
        assert model.step == 4 // discriminator_steps
        assert model.position == 4
        assert model.rollbacks == 2


def test_a_rollback_plays_other_draws():
    def trained(rollbacks):
        keras.utils.set_random_seed(1)
        gan = networks.gan()
        gan.clock.rollbacks.assign(rollbacks)
        gan.fit(networks.images(16), batch_size=8, shuffle=False, verbose=0)
        return gan

    first, again, other = trained(0), trained(0), trained(1)
    assert networks.largest_difference(first, again) == 0
    generators = zip(
        first.generator.get_weights(), other.generator.get_weights(), strict=True
    )
    assert max(float(np.abs(a - b).max()) for a, b in generators) > 0


def test_position_is_where_the_data_go_on():
    train = kgan.data.load("digits", batch_size=16, seed=1, steps_per_epoch=6)
    gan = networks.gan(discriminator_steps=2)
    gan.fit(train, verbose=0)
    assert (gan.step, gan.position) == (3, 6)
    rest = kgan.data.load("digits", batch_size=16, seed=1, start=gan.position)
    stream = kgan.data.load("digits", batch_size=16, seed=1, steps_per_epoch=7)
    *_, expected = iter(stream)
    np.testing.assert_array_equal(next(iter(rest)), expected)


def test_the_counters_are_equal_on_replicas(two_replicas):
    with two_replicas.scope():
        gan = networks.gan()
    gan.fit(networks.images(16), batch_size=8, verbose=0)
    for counter in gan.clock.weights:
        copies = [int(copy) for copy in counter.value.values]
        assert copies[0] == copies[1]
    assert tf.as_dtype(gan.clock.rounds.dtype) == tf.int64
