"""Checks that stand in the graph: a served model has no Python to raise in."""

import tensorflow as tf


def require(value, condition, expected):
    """Returns `value` once a condition is known to hold, or fails with a sentence.

    What is computed from the result waits for the check: a request for 10⁹ images is
    refused before memory is taken for them.

    Args:
        value: A tensor, which the message shows.
        condition: A boolean tensor of any shape; all of it must be true.
        expected: What the value must be, a sentence without its full stop.
    """
    shown = [f"{expected}. Received:", value]
    holds = tf.debugging.Assert(tf.reduce_all(condition), shown, summarize=8)
    with tf.control_dependencies([holds]):
        return tf.identity(value)


def between(name, value, minimum, maximum):
    """Checks that numbers lie in [minimum, maximum], where NaN does not."""
    inside = (value >= minimum) & (value <= maximum)
    return require(value, inside, f"`{name}` must lie in [{minimum}, {maximum}]")


def as_many(name, value, rows):
    """Checks that a vector has one entry for each of the rows."""
    expected = f"`{name}` must have one entry for each of the rows"
    return require(value, tf.size(value) == rows, expected)


def rows(name, value, shape):
    """Checks that examples have the shape `shape`.

    Nothing but this checks the shape of what TensorFlow Serving feeds.
    """
    return tf.ensure_shape(value, (None, *shape), name=f"{name}_of_the_right_shape")


def finite(value, expected):
    """Checks that values are neither NaN nor infinite."""
    return tf.debugging.check_numerics(value, expected)
