"""Hand-made views of a game, and the checks of a term's value and gradients on them."""

import contracts
import keras
import numpy as np
import tensorflow as tf

from kgan.core import seeds
from kgan.losses.view import View


def view(step=0, **known):
    """Builds a `View` of what is known; the rest is None, the step 0."""
    return View(step=tf.cast(step, tf.int64), **known)


def heads(logits):
    """Returns logits as D's outputs."""
    return {"logits": logits}


def run(term, method, seen, state=None, seed=None):
    """Runs a term as the training step does.

    Args:
        term: The `LossTerm`.
        method: `"discriminator_term"` or `"generator_term"`.
        seen: A `View`.
        state: Values of the term's weights; None: as they are.
        seed: What its seed generators hold; None: a fixed seed.

    Returns:
        `(value, state)`.
    """
    state = [v.value for v in term.weights] if state is None else state
    seed = seeds.root(3) if seed is None else seed
    pairs = list(zip(term.weights, map(tf.convert_to_tensor, state), strict=True))
    pairs += [(v, tf.cast(seed, v.dtype)) for v in contracts.seed_states(term)]
    with keras.StatelessScope(state_mapping=pairs) as scope:
        value = getattr(term, method)(seen)
    return value, [scope.get_current_value(v) for v in term.weights]


def check(term, method, make_view, formula, *arrays, state=None):
    """A term's mean and its gradients equal a formula and its finite differences.

    Args:
        term: The `LossTerm`.
        method: `"discriminator_term"` or `"generator_term"`.
        make_view: Function from tensors to a `View`.
        formula: NumPy function from float64 arrays to the mean of the term.
        *arrays: Where both are compared.
        state: Values of the term's weights.
    """

    def evaluate(*tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value, _ = run(term, method, make_view(*tensors), state)
            mean = tf.reduce_mean(value)
        gradients = tape.gradient(mean, tensors, unconnected_gradients="zero")
        return mean, *gradients

    arrays = [np.asarray(array, "float64") for array in arrays]
    expected = formula(*arrays), *contracts.finite_differences(formula, arrays)
    _compare(evaluate, arrays, expected, tolerance=1e-4)


def check_heads(function, formula, outputs, **fields):
    """A term and two of its derivatives equal a formula and its finite differences.

    Args:
        function: Method of a term.
        formula: NumPy function of the heads' values, float64, to a value for each
            example.
        outputs: Dictionary of an output, `"real_outputs"` or `"fake_outputs"`, and a
            pair of a head's name and its float64 values.
        **fields: What else the view holds.
    """

    def evaluate(*values):
        with tf.GradientTape() as outer:
            outer.watch(values)
            with tf.GradientTape() as inner:
                inner.watch(values)
                pairs = zip(outputs.items(), values, strict=True)
                said = {output: {name: v} for (output, (name, _)), v in pairs}
                value = function(view(**said, **fields))
                total = tf.reduce_sum(value)
            slopes = inner.gradient(total, values)
            length = tf.add_n([tf.reduce_sum(tf.square(slope)) for slope in slopes])
        return value, *slopes, *outer.gradient(length, values)

    def slopes(*arrays):
        return contracts.finite_differences(
            lambda *moved: formula(*moved).sum(), arrays, step=1e-3
        )

    arrays = [values for _, values in outputs.values()]
    first = slopes(*arrays)
    # The gradient of ‖s‖² is twice the derivative of the slopes s along themselves.
    ends = [
        slopes(*(x + sign * 1e-3 * s for x, s in zip(arrays, first, strict=True)))
        for sign in (1, -1)
    ]
    second = [(one - other) / 1e-3 for one, other in zip(*ends, strict=True)]
    _compare(evaluate, arrays, (formula(*arrays), *first, *second), tolerance=1e-5)


def _compare(evaluate, arrays, expected, tolerance):
    tensors = [tf.constant(array, tf.float32) for array in arrays]
    for mode in contracts.modes(evaluate):
        for actual, wanted in zip(mode(*tensors), expected, strict=True):
            assert actual.dtype == tf.float32
            np.testing.assert_allclose(actual, wanted, rtol=1e-4, atol=tolerance)
