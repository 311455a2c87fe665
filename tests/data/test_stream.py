import numpy as np
import pytest
import tensorflow as tf

from kgan.data import stream


def indices(first, last, num_examples=23, batch_size=4, seed=3, shuffle=True):
    dataset = stream.index_batches(
        tf.constant(first, tf.int64),
        tf.constant(last, tf.int64),
        num_examples,
        batch_size,
        seed,
        shuffle,
    )
    return np.array([batch.numpy() for batch in dataset])


def windows(dataset):
    return [tuple(int(end) for end in window) for window in dataset]


def test_moving_windows_follow_each_other():
    dataset = stream.windows(3, 5, moving=True)
    assert [windows(dataset) for _ in range(3)] == [[(3, 8)], [(8, 13)], [(13, 18)]]


def test_fixed_windows_stay():
    dataset = stream.windows(3, 5, moving=False)
    assert [windows(dataset) for _ in range(3)] == [[(3, 8)]] * 3


def test_an_iterator_that_is_never_asked_takes_no_window():
    dataset = stream.windows(0, 5, moving=True).prefetch(4)
    iter(dataset)
    assert windows(dataset) == [(0, 5)]
    iter(dataset)
    assert windows(dataset) == [(5, 10)]


def test_an_epoch_is_a_permutation_without_the_remainder():
    epoch = indices(0, 5)
    assert epoch.shape == (5, 4)
    assert len(set(epoch.ravel())) == 20
    assert set(epoch.ravel()) <= set(range(23))


def test_every_part_of_the_stream_equals_the_whole():
    whole = indices(0, 20)
    for first, last in [(0, 1), (3, 4), (4, 6), (5, 10), (7, 18), (19, 20)]:
        np.testing.assert_array_equal(indices(first, last), whole[first:last])


def test_epochs_and_seeds_differ():
    assert not np.array_equal(indices(0, 5), indices(5, 10))
    assert not np.array_equal(indices(0, 5), indices(0, 5, seed=4))
    np.testing.assert_array_equal(indices(0, 5), indices(0, 5))


def test_the_remainder_is_another_one_in_each_epoch():
    left_over = [
        frozenset(range(23)) - set(indices(5 * e, 5 * e + 5).ravel()) for e in range(8)
    ]
    assert all(len(rest) == 3 for rest in left_over)
    assert len(set(left_over)) > 5


def test_without_shuffling_the_order_is_the_source_s():
    epoch = indices(0, 7, shuffle=False)
    np.testing.assert_array_equal(epoch[:5].ravel(), np.arange(20))
    np.testing.assert_array_equal(epoch[5:].ravel(), np.arange(8))


@pytest.mark.parametrize("seed", [0, 1, 2**40])
def test_orders_of_successive_epochs_are_uncorrelated(seed):
    n, batch_size, epochs = 4000, 40, 12
    per_epoch = n // batch_size
    orders = indices(0, per_epoch * epochs, n, batch_size, seed)
    orders = orders.reshape(epochs, n)
    correlations = np.corrcoef(orders)[np.triu_indices(epochs, 1)]
    # A correlation of two independent orders has the standard deviation 1/sqrt(n - 1).
    assert np.abs(correlations).max() < 4 / np.sqrt(n - 1)

    means = orders.reshape(-1, batch_size).mean(axis=1)
    # Variance of the mean of b out of 0 .. n-1, drawn without replacement.
    expected = (n + 1) * (n - batch_size) / (12 * batch_size)
    # 1200 means: the estimate's relative standard deviation is sqrt(2/1200) = 0.04.
    assert 0.85 < means.var() / expected < 1.15
    neighbours = np.corrcoef(means[:-1], means[1:])[0, 1]
    assert abs(neighbours) < 4 / np.sqrt(len(means))


def test_near_seeds_give_uncorrelated_orders():
    n = 4000
    orders = [indices(0, 100, n, 40, seed).ravel() for seed in range(8)]
    correlations = np.corrcoef(orders)[np.triu_indices(8, 1)]
    assert np.abs(correlations).max() < 4 / np.sqrt(n - 1)


@pytest.mark.parametrize("count", [3, 8, 10])
@pytest.mark.parametrize("shuffle", [False, True])
def test_epochs_without_a_rest(count, shuffle):
    def batches(first, last):
        part = stream.endless_batches(
            tf.constant(first, tf.int64),
            tf.constant(last, tf.int64),
            count,
            batch_size=4,
            seed=5,
            shuffle=shuffle,
        )
        assert part.element_spec == tf.TensorSpec((4,), tf.int64)
        return [batch.tolist() for batch in part.as_numpy_iterator()]

    whole = batches(0, 30)
    assert len(whole) == 30
    order = [index for batch in whole for index in batch]
    epochs = [order[i : i + count] for i in range(0, 120 - count + 1, count)]
    assert all(sorted(epoch) == list(range(count)) for epoch in epochs)
    assert (len({tuple(epoch) for epoch in epochs}) > 1) == shuffle
    for first, last in ((1, 3), (7, 8), (29, 30)):
        assert batches(first, last) == whole[first:last]


def test_sides_have_other_seeds():
    seeds = {stream.of_side(seed, side) for seed in range(50) for side in range(2)}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert stream.of_side(2**40, 1) == stream.of_side(2**40, 1)
