"""Views by hand, and how a term is compared with its formula."""

import contracts
import numpy as np
import pytest
import tensorflow as tf

from kgan.terms import View

_NOTHING = dict.fromkeys(View._fields)


def _view(**fields):
    """A view in which all that a test does not give is None."""
    step = tf.convert_to_tensor(fields.pop("step", 0), tf.int64)
    return View(**(_NOTHING | {"step": step} | fields))


def _check_term(function, formula, heads, **fields):
    """A term and two of its derivatives equal a formula and its finite differences.

    Args:
        function: Method of a term.
        formula: NumPy function of the heads' values, float64, to a value for each
            example.
        heads: Dictionary of an output, `"real_outputs"` or `"fake_outputs"`, and a pair
            of a head's name and its float64 values.
        **fields: What else the view holds.
    """

    def evaluate(*values):
        with tf.GradientTape() as outer:
            outer.watch(values)
            with tf.GradientTape() as inner:
                inner.watch(values)
                pairs = zip(heads.items(), values, strict=True)
                outputs = {output: {name: v} for (output, (name, _)), v in pairs}
                value = function(_view(**outputs, **fields))
                total = tf.reduce_sum(value)
            slopes = inner.gradient(total, values)
            length = tf.add_n([tf.reduce_sum(tf.square(slope)) for slope in slopes])
        return value, *slopes, *outer.gradient(length, values)

    def slopes(*arrays):
        return contracts.finite_differences(
            lambda *moved: formula(*moved).sum(), arrays, step=1e-3
        )

    arrays = [values for _, values in heads.values()]
    first = slopes(*arrays)
    # The gradient of ‖s‖² is twice the derivative of the slopes s along themselves.
    ends = [
        slopes(*(x + sign * 1e-3 * s for x, s in zip(arrays, first, strict=True)))
        for sign in (1, -1)
    ]
    second = [(one - other) / 1e-3 for one, other in zip(*ends, strict=True)]
    expected = formula(*arrays), *first, *second
    tensors = [tf.constant(array, tf.float32) for array in arrays]
    for run in contracts.modes(evaluate):
        for actual, wanted in zip(run(*tensors), expected, strict=True):
            assert actual.dtype == tf.float32
            np.testing.assert_allclose(actual, wanted, rtol=1e-4, atol=1e-5)


@pytest.fixture
def view():
    """Function that makes a `View` of the fields that it is given."""
    return _view


@pytest.fixture
def check_term():
    """Function that compares a term with a formula; see above."""
    return _check_term
