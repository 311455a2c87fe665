"""Numbers of one request and of several, spread over their images."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.export.requests import MAX_REQUESTS, Requests

REFUSED = tf.errors.InvalidArgumentError


def of(counts, use):
    """Runs `use(requests)` in a graph that knows no shape."""
    spec = [tf.TensorSpec(None, tf.int32)]
    function = tf.function(
        lambda counts: use(Requests("count", counts, 1, 9)),
        input_signature=spec,
        autograph=False,
    )
    return function(tf.constant(counts, tf.int32))


@pytest.mark.parametrize(
    ("counts", "index"),
    [(3, [0, 1, 2]), ([3], [0, 1, 2]), ([1, 3, 2], [0, 0, 1, 2, 0, 1])],
)
def test_index(counts, index):
    np.testing.assert_array_equal(of(counts, lambda r: r.index()), index)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (5, [5, 5, 5, 5]),
        ([5], [5, 5, 5, 5]),
        ([5, 6], [5, 6, 6, 6]),
        # What the first request does not want is left out.
        ([[5, -1, -1], [6, 7, 8]], [5, 6, 7, 8]),
    ],
)
def test_one_value_for_each_image(values, expected):
    given = tf.constant(values)
    found = of([1, 3], lambda r: r.each_image("value", given))
    np.testing.assert_array_equal(found, expected)


def test_one_request_may_give_a_value_for_each_image():
    found = of(3, lambda r: r.each_image("value", tf.constant([4, 5, 6])))
    np.testing.assert_array_equal(found, [4, 5, 6])


def test_values_of_requests():
    np.testing.assert_array_equal(
        of([1, 3], lambda r: r.spread(r.each("value", tf.constant(7)))), [7] * 4
    )
    np.testing.assert_array_equal(
        of([1, 3], lambda r: r.spread(r.each("value", tf.constant([7, 8])))),
        [7, 8, 8, 8],
    )


def test_rows_are_drawn_for_each_request_and_given_back():
    def use(requests):
        seeds = requests.each("seed", tf.constant([10.0, 20.0]))
        rows = requests.join(lambda n, s: tf.fill([n, 2], s), seeds)
        return requests.answer(rows)

    answer = of([1, 3], use)
    assert answer.shape == (2, 3, 2)
    np.testing.assert_array_equal(answer[0], [[10, 10], [0, 0], [0, 0]])
    np.testing.assert_array_equal(answer[1], np.full((3, 2), 20))


@pytest.mark.parametrize("counts", [2, [2]])
def test_the_answer_has_the_shape_of_the_counts_and_one_axis_more(counts):
    answer = of(counts, lambda r: r.answer(tf.constant([b"a", b"b"])))
    np.testing.assert_array_equal(
        answer, np.array([b"a", b"b"]).reshape(*np.shape(counts), 2)
    )


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (0, r"`count` must lie in \[1, 9\]"),
        ([1, 10], r"`count` must lie in \[1, 9\]"),
        ([], "`count` must hold a request"),
        ([1] * (MAX_REQUESTS + 1), f"`count` must hold at most {MAX_REQUESTS}"),
    ],
)
def test_wrong_counts_are_refused(counts, message):
    with pytest.raises(REFUSED, match=message):
        of(counts, lambda r: r.index())


@pytest.mark.parametrize("values", [[], [1, 2, 3], [[1], [2], [3]]])
def test_values_of_a_wrong_number_are_refused(values):
    given = tf.constant(values, tf.int32)
    with pytest.raises(REFUSED, match="`value` must be one number, or one for each"):
        of([1, 3], lambda r: r.each_image("value", given))
    with pytest.raises(REFUSED, match="`value` must be one number, or one for each"):
        of([1, 3], lambda r: r.each("value", given))
