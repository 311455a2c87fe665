"""Latents by index, truncation and walks, against closed forms."""

import numpy as np
import pytest
import tensorflow as tf

from kgan import latents
from kgan.core import seeds
from kgan.latents import latents_at, priors

PRIOR = priors.Normal(3)
PRIORS = [PRIOR, priors.Uniform(3, -2.0, 5.0), priors.TruncatedNormal(3, 1.5)]


def _table(seed, rows):
    return latents_at(PRIOR, seed, 0, rows).numpy()


def test_latents_at_is_a_window_of_one_table():
    seed = seeds.root(1)
    table = _table(seed, 300)
    assert table.dtype == np.float32
    assert len(np.unique(table)) == table.size
    dynamic = tf.function(lambda start, count: latents_at(PRIOR, seed, start, count))
    for start in (0, 1, 63, 64, 65, 127, 200):
        for count in (1, 2, 63, 64, 65, 100):
            window = table[start : start + count]
            np.testing.assert_array_equal(latents_at(PRIOR, seed, start, count), window)
            arguments = tf.constant(start, tf.int64), tf.constant(count)
            np.testing.assert_array_equal(dynamic(*arguments), window)


@pytest.mark.parametrize("start", [10**6, 2**31 - 1, 2**37 - 1, 10**12, 2**60])
def test_late_rows_are_of_the_same_table(start):
    seed = seeds.root(1)
    rows = latents_at(PRIOR, seed, start, 130).numpy()
    single = [
        latents_at(PRIOR, seed, start + i, 1).numpy()[0] for i in (0, 63, 64, 129)
    ]
    np.testing.assert_array_equal(rows[[0, 63, 64, 129]], single)
    assert len(np.unique(rows)) == rows.size


def test_seeds_are_those_of_numpy():
    drawn = latents.of_seeds(PRIOR, [0, 85, 2**32 - 1])
    assert (drawn.dtype, drawn.shape) == (np.float32, (3, 3))
    expected = np.random.RandomState(85).randn(1, 3)[0]
    np.testing.assert_array_equal(drawn[1], expected.astype(np.float32))
    # The first numbers of NumPy's oldest generator, which stays as it is.
    np.testing.assert_allclose(drawn[0], [1.764052, 0.400157, 0.978738], rtol=1e-6)


@pytest.mark.parametrize(
    ("prior", "given", "message"),
    [
        (PRIORS[1], [0], r"need the prior kgan\.priors\.Normal.*Received: Uniform"),
        (False, [0], r"Received: a game without latents"),
        (PRIOR, [], r"list of integers in \[0, 2\*\*32\).*Received: \[\]"),
        (PRIOR, [-1], r"Received: \[-1\]"),
        (PRIOR, [2**32], r"Received: \[4294967296\]"),
        (PRIOR, [0.5], r"Received: \[0\.5\]"),
        (PRIOR, 3, r"Received: 3"),
    ],
)
def test_wrong_seeds_are_refused(prior, given, message):
    with pytest.raises(ValueError, match=message):
        latents.of_seeds(prior, given)


def test_the_table_does_not_repeat_itself():
    # 2³⁷ and 2³⁸ rows are what 31 and 32 bits of block numbers reach.
    starts = (0, 2**31, 2**32, 2**37, 2**38, 2**39, 2**62)
    first = [latents_at(PRIOR, seeds.root(1), start, 1).numpy() for start in starts]
    assert len(np.unique(first)) == 3 * len(starts)


def test_tables_of_seeds_differ():
    assert not np.any(_table(seeds.root(1), 100) == _table(seeds.root(2), 100))


def test_latents_have_the_distribution_of_the_prior():
    table = latents_at(priors.Uniform(2), seeds.root(1), 10**12, 20_000).numpy()
    assert table.mean() == pytest.approx(0.0, abs=0.012)  # 4 standard errors
    assert table.var() == pytest.approx(1 / 3, abs=0.006)


def test_each_integer_of_62_bits_has_a_table_of_its_own():
    numbers = [0, 1, 2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**61, latents.LARGEST_SEED]
    first = [latents_at(PRIOR, latents.table(n), 0, 1).numpy() for n in numbers]
    assert len(np.unique(first)) == 3 * len(numbers)
    for number in (0, 7, 2**31 - 1):
        expected = seeds.fold(seeds.root(number), seeds.Use.GENERATE)
        np.testing.assert_array_equal(latents.table(number), expected)


def drawn(prior, rows=50):
    return latents_at(prior, latents.table(4), 0, rows)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: type(p).__name__)
def test_truncation(prior):
    rows = drawn(prior)
    np.testing.assert_array_equal(latents.truncate(prior, rows, 1.0), rows)
    half = latents.truncate(prior, rows, 0.5)
    np.testing.assert_allclose(
        prior.to_normal(half), 0.5 * prior.to_normal(rows), atol=1e-5
    )
    centre = latents.truncate(prior, rows, 0.0).numpy()
    np.testing.assert_array_equal(centre, np.broadcast_to(centre[0], centre.shape))
    # A value for each row, and the same in a graph.
    psi = tf.linspace(0.0, 1.0, 50)
    each = tf.function(latents.truncate)(prior, rows, psi)
    for index in (0, 10, 49):
        one = latents.truncate(prior, rows[index : index + 1], psi[index])
        np.testing.assert_allclose(each[index], one[0], atol=1e-6)
    np.testing.assert_array_equal(each[49], rows[49])


def test_truncation_of_normal_latents_is_a_product():
    rows = drawn(PRIOR)
    np.testing.assert_array_equal(latents.truncate(PRIOR, rows, 0.25), 0.25 * rows)


def test_slerp_in_the_plane_turns_by_equal_angles():
    positions = tf.linspace(0.0, 1.0, 7)
    path = latents.slerp(tf.constant([2.0, 0.0]), tf.constant([0.0, 2.0]), positions)
    angle = np.linspace(0, np.pi / 2, 7)
    np.testing.assert_allclose(
        path, 2 * np.stack([np.cos(angle), np.sin(angle)], 1), atol=1e-6
    )


def test_slerp_keeps_the_length_that_a_line_loses():
    first, second = np.random.default_rng(0).normal(size=(2, 500)).astype("float32")
    middle = latents.slerp(tf.constant(first), tf.constant(second), tf.constant([0.5]))
    length = np.linalg.norm(middle)
    usual = (np.linalg.norm(first) + np.linalg.norm(second)) / 2
    assert length == pytest.approx(usual, rel=0.02)
    assert np.linalg.norm((first + second) / 2) < 0.8 * usual


@pytest.mark.parametrize("factor", [1.0, 3.0, -1.0])
def test_slerp_of_parallel_vectors_is_a_line(factor):
    first = tf.constant([1.0, 2.0, -1.0])
    positions = tf.constant([0.0, 0.25, 1.0])
    path = latents.slerp(first, factor * first, positions)
    line = (1 - positions)[:, None] * first + positions[:, None] * factor * first
    np.testing.assert_allclose(path, line, atol=1e-5)


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: type(p).__name__)
@pytest.mark.parametrize("steps", [2, 3, 9])
def test_a_walk_begins_and_ends_with_the_seeds_rows(prior, steps):
    ends = [latents_at(prior, latents.table(seed), 0, 1)[0] for seed in (5, 6)]
    for walk in (latents.walk, tf.function(latents.walk)):
        path = walk(prior, 5, 6, tf.constant(steps))
        assert path.shape == (steps, 3)
        np.testing.assert_array_equal(path[0], ends[0])
        np.testing.assert_array_equal(path[-1], ends[1])
        normal = latents.slerp(
            prior.to_normal(ends[0]),
            prior.to_normal(ends[1]),
            tf.linspace(0.0, 1.0, steps),
        )
        np.testing.assert_allclose(prior.to_normal(path), normal, atol=1e-4)


def test_a_walk_stays_where_the_prior_is():
    prior = PRIORS[1]
    for seed in range(20):
        path = latents.walk(prior, seed, seed + 1, 33).numpy()
        assert path.min() >= prior.minimum
        assert path.max() <= prior.maximum
