"""Checks in a graph hold back what follows them."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.export import requirements

REFUSED = tf.errors.InvalidArgumentError


def graph(function):
    return tf.function(function, autograph=False)


def test_what_holds_passes_unchanged():
    values = tf.constant([1.0, 2.0])
    between = graph(lambda x: requirements.between("x", x, 1.0, 2.0))
    np.testing.assert_array_equal(between(values), values)


@pytest.mark.parametrize("value", [0.9, 2.1, float("nan"), float("inf")])
def test_between_refuses_the_rest(value):
    between = graph(lambda x: requirements.between("x", x, 1.0, 2.0))
    with pytest.raises(REFUSED, match=r"`x` must lie in \[1.0, 2.0\]. Received:"):
        between(tf.constant([1.5, value]))


def test_what_follows_waits_for_the_check():
    @graph
    def memory(count):
        count = requirements.between("count", count, 1, 10)
        return tf.reduce_sum(tf.zeros([count, 10**9]))  # 4 GB a row

    with pytest.raises(REFUSED, match=r"`count` must lie in \[1, 10\]"):
        memory(tf.constant(10**9))


def test_rows():
    as_many = graph(lambda x: requirements.as_many("x", x, 2))
    np.testing.assert_array_equal(as_many(tf.constant([3, 4])), [3, 4])
    with pytest.raises(REFUSED, match="`x` must have one entry for each of the rows"):
        as_many(tf.constant([3]))


def test_rows_look_at_shapes_when_they_run():
    @tf.function(input_signature=[tf.TensorSpec(None)], autograph=False)
    def rows(x):
        return requirements.rows("x", x, (2,))

    np.testing.assert_array_equal(rows([[1.0, 2.0]]), [[1.0, 2.0]])
    with pytest.raises(REFUSED, match="x_of_the_right_shape"):
        rows([[1.0, 2.0, 3.0]])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_finite(value):
    finite = graph(lambda x: requirements.finite(x, "`x` must be finite"))
    np.testing.assert_array_equal(finite(tf.constant([1.0, 2.0])), [1.0, 2.0])
    with pytest.raises(REFUSED, match="`x` must be finite"):
        finite(tf.constant([1.0, value]))
