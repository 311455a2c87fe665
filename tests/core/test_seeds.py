import itertools

import contracts
import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from kgan.core import seeds
from kgan.latents import priors


def test_root_takes_the_lowest_31_bits():
    runs = contracts.modes(seeds.root)
    most = 2**31 - 1
    cases = {0: 0, 7: 7, most: most, 2**31: 0, 2**40 + 3: 3, -1: most}
    for integer, low in cases.items():
        assert seeds.root(integer).dtype == tf.int32
        assert seeds.root(integer).numpy().tolist() == [low, 0]
        assert seeds.root(1, integer).numpy().tolist() == [1, low]
        for root in runs:
            assert root(tf.constant(integer, tf.int64)).numpy().tolist() == [low, 0]


def test_fold_is_non_negative_and_equal_everywhere():
    def chain(seed, value):  # the second fold is where a negative seed would differ
        return seeds.fold(seed, value, 3, value)

    runs = contracts.modes(chain)
    found = set()
    for integer, value in itertools.product(
        (0, 1, 12345, 2**31 - 1), (0, 1, 2**31 - 1)
    ):
        arguments = seeds.root(integer), tf.constant(value)
        results = [tuple(run(*arguments).numpy()) for run in runs]
        assert len(set(results)) == 1
        assert min(results[0]) >= 0
        assert results[0][1] == value
        found.add(results[0])
    assert len(found) == 12


def test_fold_of_several_values_is_one_after_the_other():
    seed = seeds.root(4)
    several = seeds.fold(seed, 5, 6)
    np.testing.assert_array_equal(several, seeds.fold(seeds.fold(seed, 5), 6))
    assert several.numpy().tolist() != seeds.fold(seed, 6, 5).numpy().tolist()
    assert several.dtype == tf.int32
    np.testing.assert_array_equal(seeds.fold(seed), seed)


def test_digests_of_fold_are_uniform():
    digests = [seeds.fold(seeds.root(i), 0).numpy()[0] / 2**31 for i in range(1000)]
    assert scipy.stats.kstest(digests, "uniform").pvalue > 0.01
    assert len(set(digests)) == 1000


def test_uses_have_numbers_of_their_own():
    numbers = [int(use) for use in seeds.Use]
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) > 0


def test_streams_of_uses_and_steps_are_independent():
    x = tf.zeros((4000,))
    streams = []
    for use, step in itertools.product(seeds.Use, range(3)):
        seed = seeds.fold(seeds.root(0), use, step)
        streams.append(seeds.uniform_like(x, seeds.layer_state(seed)).numpy())
    off_diagonal = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(off_diagonal).max() < 0.08  # 5 standard deviations


STATES = (
    [0, 0],
    [1, 2],
    [2**31 - 1, 5],
    [-7, 3],
    [9, 65535],
    [9, 65536],
    [9, 2**31 - 1],
)


def test_uniform_is_equal_in_eager_graph_and_xla():
    # States and inputs are arguments: of a constant XLA would only see the result.
    runs = contracts.modes(seeds.uniform_like)
    x = tf.zeros((5, 3, 2))
    found = set()
    for state in STATES:
        eager, graph, xla = (run(x, tf.constant(state)).numpy() for run in runs)
        np.testing.assert_array_equal(eager, graph)
        np.testing.assert_array_equal(eager, xla)
        found.add(eager.tobytes())
    assert len(found) == len(STATES)


def test_uniform_of_a_batch_whose_size_is_unknown():
    @tf.function(
        input_signature=[tf.TensorSpec((None, 3)), tf.TensorSpec((2,), tf.int32)]
    )
    def draw(x, state):
        numbers = seeds.uniform_like(x, state)
        assert numbers.shape.as_list() == [None, 3]
        return numbers

    state, x = tf.constant([3, 4]), tf.zeros((6, 3))
    np.testing.assert_array_equal(draw(x, state), seeds.uniform_like(x, state))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_uniform_is_float32_of_24_bits(dtype):
    numbers = seeds.uniform_like(tf.zeros((100, 50), dtype), tf.constant([1, 0]))
    assert numbers.dtype == tf.float32
    scaled = numbers.numpy().astype("float64") * 2**24
    np.testing.assert_array_equal(scaled, np.round(scaled))
    assert scaled.min() >= 0
    assert scaled.max() < 2**24
    assert np.any(scaled % 2)  # the last bit is used


def test_uniform_is_uniform():
    numbers = seeds.uniform_like(tf.zeros((200, 100)), seeds.layer_state(seeds.root(1)))
    assert scipy.stats.kstest(numbers.numpy().ravel(), "uniform").pvalue > 0.01
    rows = np.corrcoef(numbers) - np.eye(200)
    assert np.abs(rows).max() < 0.55  # 5.5 standard deviations


class Noise(keras.layers.Layer):
    def __init__(self, seed):
        super().__init__()
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, x):
        return x + seeds.uniform_like(x, self.seed_generator.next())


def test_a_layer_of_its_own_draws_anew_beyond_65536_calls():
    layer = Noise(seed=2)
    layer.seed_generator.state.assign([2, 65534])
    draws = [layer(tf.zeros((3, 4))).numpy() for _ in range(4)]
    for first, second in itertools.combinations(draws, 2):
        assert not np.any(first == second)
    layer.seed_generator.state.assign([2, 0])  # where a 16-bit counter would restart
    assert not np.any(layer(tf.zeros((3, 4))).numpy() == draws[2])


def test_replicas_take_their_rows_of_the_global_draw(two_replicas):
    seed = seeds.root(11)
    x = np.zeros((6, 4), "float32")
    expected = seeds.uniform_like(tf.constant(x), seeds.layer_state(seed)).numpy()
    assert len(np.unique(expected)) > 20  # a duplicated half would be seen
    share = contracts.share_rows(two_replicas, x)
    for jit_compile in (False, True):
        draw = tf.function(
            lambda x, seed, replica: seeds.uniform_like(
                x, seeds.layer_state(seed, replica)
            ),
            jit_compile=jit_compile,
        )

        @tf.function
        def run(x, seed, draw=draw):
            return two_replicas.run(lambda x: draw(x, seed, seeds.replica_id()), (x,))

        rows = two_replicas.experimental_local_results(run(share, seed))
        np.testing.assert_array_equal(tf.concat(rows, axis=0), expected)


def test_layer_states_of_replicas_differ_in_the_second_part_alone():
    first, second = (seeds.layer_state(seeds.root(3), r).numpy() for r in (0, 1))
    assert first[0] == second[0]
    assert first[1] == 0
    assert second[1] == 65536
    other = seeds.layer_state(seeds.root(4), 0).numpy()
    assert other[0] != first[0]


def test_keras_own_dropout_differs_between_replicas(two_replicas):
    # Trap of every strategy: the same seed state, and so the same mask, on each.
    with two_replicas.scope():
        layer = keras.layers.Dropout(0.5, seed=1)

    @tf.function
    def run(seed):
        def call():
            state = seeds.layer_state(seed, seeds.replica_id())
            variable = layer.seed_generator.state
            pairs = [(variable, tf.cast(state, variable.dtype))]
            with keras.StatelessScope(pairs):
                return layer(tf.ones((8, 32)), training=True)

        return two_replicas.run(call)

    masks = two_replicas.experimental_local_results(run(seeds.root(1)))
    assert 0.3 < np.mean(masks[0].numpy() != masks[1].numpy()) < 0.7


@pytest.mark.parametrize(
    "prior", [priors.Normal(3), priors.Uniform(3), priors.TruncatedNormal(3)]
)
def test_latents_of_replicas_are_rows_of_the_global_batch(two_replicas, prior):
    seed = seeds.fold(seeds.root(2), seeds.Use.DRAWS)

    @tf.function
    def run(seed, batch_size):
        def own():
            return seeds.own_rows(lambda rows: prior.sample(rows, seed), batch_size)

        return two_replicas.run(own)

    rows = two_replicas.experimental_local_results(run(seed, tf.constant(5)))
    assert [len(share) for share in rows] == [5, 5]
    np.testing.assert_array_equal(tf.concat(rows, axis=0), prior.sample(10, seed))


def test_one_replica_without_a_strategy():
    assert seeds.num_replicas() == 1
    assert int(seeds.replica_id()) == 0
    rows = seeds.own_rows(tf.range, 4)
    assert rows.numpy().tolist() == [0, 1, 2, 3]


def test_replicas_know_their_number(two_replicas):
    ids = two_replicas.experimental_local_results(two_replicas.run(seeds.replica_id))
    assert [int(i) for i in ids] == [0, 1]
    with two_replicas.scope():
        assert seeds.num_replicas() == 2


def test_numbers_for_all_replicas(two_replicas):
    state = seeds.layer_state(seeds.root(3))

    def draw():
        own = seeds.layer_state(seeds.root(3), seeds.replica_id())
        return seeds.uniform_for_all(4, own)

    drawn = two_replicas.run(draw)
    found = [x.numpy() for x in two_replicas.experimental_local_results(drawn)]
    np.testing.assert_array_equal(*found)
    np.testing.assert_array_equal(found[0], seeds.uniform_for_all(4, state))
    assert 0 <= found[0].min() < found[0].max() < 1
