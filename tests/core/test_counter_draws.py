"""Philox: known answers, and rows that depend on their own number alone."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kgan.core import counter_draws

# The known answers that the authors publish with their program.
KNOWN = {
    ((0,) * 4, (0,) * 2): (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2): (
        *(0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
    ): (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
}


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("given", "words"), KNOWN.items())
def test_known_answers(given, words, jit):
    counter, key = ([tf.constant(x, tf.uint32) for x in part] for part in given)
    run = tf.function(counter_draws.philox, jit_compile=jit)
    assert tuple(int(word) for word in run(counter, key)) == words


def drawn(rows, tries, width=10, seed=2**61 + 5, first=0, jit=False):
    run = tf.function(
        lambda s, r, t: counter_draws.uniform(s, r, t, width, first), jit_compile=jit
    )
    rows, tries = (tf.constant(x, tf.int64) for x in (rows, tries))
    return run(tf.constant(seed, tf.int64), rows, tries).numpy()


def test_a_number_depends_on_its_place_alone():
    some = drawn([3, 2**40, 3], [0, 7, 1])
    assert some.shape == (3, 10)
    np.testing.assert_array_equal(drawn([2**40], [7], jit=True)[0], some[1])
    np.testing.assert_array_equal(drawn([3], [1], width=5)[0], some[2, :5])
    np.testing.assert_array_equal(drawn([3], [1], width=4, first=4)[0], some[2, 4:8])
    others = [drawn([4], [0]), drawn([3], [2]), drawn([3], [0], seed=5)]
    assert all((other[0] != some[0]).all() for other in others)


def test_uniform():
    numbers = drawn(np.arange(2_000), np.zeros(2_000, int), width=50)
    assert numbers.min() >= 0.0
    assert numbers.max() < 1.0
    assert (numbers * 2**24 == np.round(numbers * 2**24)).all()
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 1e-4
    neighbours = np.corrcoef(numbers[:, 0], numbers[:, 1])[0, 1]
    assert abs(neighbours) < 4 / 2_000**0.5
