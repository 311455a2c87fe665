import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import seeds
from kgan.engine import replicas

START = [np.array([1.0, 2.0]), np.array([[3.0], [4.0]])]
# Gradients of the two replicas, of one variable after the other.
SHARES = [
    [np.array([3.0, -8.0]), np.array([[0.5], [2.0]])],
    [np.array([1.0, 4.0]), np.array([[-2.0], [0.25]])],
]
CLIPS = [{}, {"clipnorm": 1.5}, {"global_clipnorm": 2.0}, {"clipvalue": 0.75}]
SCALE = 8.0


def _player(clip, scaled=False):
    variables = [keras.Variable(value, dtype="float32") for value in START]
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, **clip)
    if scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=SCALE)
    optimizer.build(variables)
    state = [keras.Variable(np.zeros(2), dtype="float32", trainable=False)]
    return types.SimpleNamespace(optimizer=optimizer, trainable=variables, state=state)


def _values(variables):
    return [np.array(variable) for variable in variables]


def _tensors(arrays, factor=1.0):
    return [tf.constant(array * factor, tf.float32) for array in arrays]


def _on_one(gradients, clip, scaled, steps=2):
    """What Keras alone makes of the sum of the gradients on one device."""
    player = _player(clip, scaled)
    for _ in range(steps):
        player.optimizer.apply(gradients, player.trainable)
    return _values(player.trainable)


def _on_two(strategy, shares, clip, scaled, steps=2):
    with strategy.scope():
        player = _player(clip, scaled)

    @tf.function
    def step():
        def update():
            second = tf.equal(seeds.replica_id(), 1)
            own = [tf.where(second, b, a) for a, b in zip(*shares, strict=True)]
            replicas.apply(player, own)

        strategy.run(update)

    for _ in range(steps):
        step()
    return player


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: next(iter(clip), "none"))
def test_two_replicas_clip_the_sum_as_one_does(two_replicas, clip, scaled):
    factor = SCALE if scaled else 1.0
    shares = [_tensors(share, factor) for share in SHARES]
    total = [a + b for a, b in zip(*shares, strict=True)]
    expected = _on_one(total, clip, scaled)
    player = _on_two(two_replicas, shares, clip, scaled)
    for variable, value in zip(player.trainable, expected, strict=True):
        for copy in two_replicas.experimental_local_results(variable.value):
            np.testing.assert_allclose(copy, value, rtol=1e-6)
    unclipped = _on_one(total, {}, scaled)
    moved = max(np.abs(a - b).max() for a, b in zip(expected, unclipped, strict=True))
    assert (moved > 0.1) == bool(clip)  # each limit matters for these gradients


@pytest.mark.parametrize(
    ("clip", "bad"), [*((clip, np.inf) for clip in CLIPS), (CLIPS[-1], np.nan)]
)
def test_an_overflow_on_one_replica_stops_both(two_replicas, clip, bad):
    overflow = [np.array([bad, 1.0]), SHARES[1][1]]
    shares = [_tensors(share, SCALE) for share in (SHARES[0], overflow)]
    player = _on_two(two_replicas, shares, clip, scaled=True, steps=1)
    for variable, start in zip(player.trainable, START, strict=True):
        for copy in two_replicas.experimental_local_results(variable.value):
            np.testing.assert_array_equal(copy, start)
    assert player.optimizer.dynamic_scale.numpy() == SCALE / 2


def test_one_replica_hands_its_gradients_on():
    gradients = _tensors(SHARES[0])
    for clip in CLIPS:
        player = _player(clip)
        assert replicas.sum_gradients(player.optimizer, gradients) is gradients
        assert replicas.mean_state(gradients) is gradients


def test_apply_moves_weights_and_sets_statistics():
    player = _player({})
    replicas.apply(player, _tensors(SHARES[0]))
    replicas.move(player.state, [tf.constant([5.0, 6.0])])
    for variable, start, gradient in zip(
        player.trainable, START, SHARES[0], strict=True
    ):
        np.testing.assert_allclose(variable, start - 0.1 * gradient, rtol=1e-6)
    np.testing.assert_array_equal(player.state[0], [5.0, 6.0])


def test_a_frozen_network_has_no_update():
    player = _player({})
    player.trainable = []
    replicas.apply(player, [])
    assert int(player.optimizer.iterations) == 0


def test_statistics_are_averaged_and_integers_kept(two_replicas):
    @tf.function
    def run():
        def own():
            replica = tf.cast(seeds.replica_id(), tf.float32)
            state = [replica * 4.0, tf.constant(7), tf.stack([replica, 3.0])]
            return replicas.mean_state(state)

        return two_replicas.run(own)

    state = [two_replicas.experimental_local_results(value) for value in run()]
    for floats, integers, vectors in zip(*state, strict=True):
        assert float(floats) == 2.0
        assert int(integers) == 7
        assert integers.dtype == tf.int32
        np.testing.assert_array_equal(vectors, [0.5, 3.0])


@pytest.mark.parametrize("values", [[], [7]])
def test_state_without_floats(two_replicas, values):
    @tf.function
    def run():
        return two_replicas.run(
            lambda: replicas.mean_state([tf.constant(value) for value in values])
        )

    found = [two_replicas.experimental_local_results(value)[1] for value in run()]
    assert [int(value) for value in found] == values


def test_apply_averages_the_statistics(two_replicas):
    with two_replicas.scope():
        player = _player({})

    @tf.function
    def step():
        def update():
            replica = tf.cast(seeds.replica_id(), tf.float32)
            gradients = [tf.zeros_like(v.value) for v in player.trainable]
            replicas.apply(player, gradients)
            replicas.move(player.state, [tf.stack([replica, 10.0])])

        two_replicas.run(update)

    step()
    for copy in two_replicas.experimental_local_results(player.state[0].value):
        np.testing.assert_array_equal(copy, [0.5, 10.0])
