import itertools

import contracts
import numpy as np
import pytest
import scipy.special
import tensorflow as tf

from kgan.losses import objectives

LABELS = np.array([0, 2, 2, 1])
LOGITS = np.random.default_rng(0).normal(size=(4, 3)) * 2


def ambiguity(logits):
    """The formula, with log(1 − p_k) as the logarithm of the sum of all others."""
    count = logits.shape[1]
    whole = scipy.special.logsumexp(logits, axis=1)
    total = 0.0
    for style in range(count):
        others = scipy.special.logsumexp(np.delete(logits, style, axis=1), axis=1)
        total -= (logits[:, style] - whole) / count
        total -= (others - whole) * (1 - 1 / count)
    return total


def test_d_learns_the_styles_of_real_data(check_term):
    objective = objectives.StyleAmbiguity(weight=0.5, generator_weight=2.0)
    contracts.check_object(objective, {"weight": 0.5, "generator_weight": 2.0})
    check_term(
        objective.discriminator_term,
        lambda x: -scipy.special.log_softmax(x, axis=1)[np.arange(4), LABELS],
        {"real_outputs": ("styles", LOGITS)},
        labels=tf.constant(LABELS, tf.int32),
    )


@pytest.mark.parametrize("count", [2, 3, 7])
def test_g_learns_to_be_of_no_style(check_term, count):
    logits = np.random.default_rng(1).normal(size=(3, count)) * 2
    objective = objectives.StyleAmbiguity()
    heads = {"fake_outputs": ("styles", logits)}
    check_term(objective.generator_term, ambiguity, heads)


def test_the_formula_is_that_of_the_paper():
    p = scipy.special.softmax(LOGITS, axis=1)
    expected = -(np.log(p) / 3 + (1 - 1 / 3) * np.log(1 - p)).sum(axis=1)
    np.testing.assert_allclose(ambiguity(LOGITS), expected)


@pytest.mark.parametrize("count", [2, 5, 27])
def test_it_is_least_where_all_styles_are_equally_likely(view, count):
    logits = tf.concat([tf.fill((1, count), 3.0), tf.random.normal((50, count))], 0)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        seen = view(fake_outputs={"styles": logits})
        value = objectives.StyleAmbiguity().generator_term(seen)
    slopes = tape.gradient(value, logits).numpy()
    share = 1 / count
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    np.testing.assert_allclose(value[0], count * entropy, rtol=1e-5)
    np.testing.assert_allclose(slopes[0], 0.0, atol=1e-6)
    assert np.all(value[1:] > value[0])


@pytest.mark.parametrize("count", [2, 3])
def test_extreme_logits_keep_their_digits(view, count):
    extremes = (-50.0, -20.0, 0.0, 0.5, 20.0, 50.0)
    logits = np.array(list(itertools.product(extremes, repeat=count)))

    def evaluate(logits):
        with tf.GradientTape() as outer:
            outer.watch(logits)
            with tf.GradientTape() as inner:
                inner.watch(logits)
                seen = view(fake_outputs={"styles": logits})
                value = objectives.StyleAmbiguity().generator_term(seen)
            slopes = inner.gradient(value, logits)
            length = tf.reduce_sum(slopes**2)
        return value, slopes, outer.gradient(length, logits)

    steps = 1e-5 * np.eye(count)
    ends = [[ambiguity(logits + sign * step) for step in steps] for sign in (1, -1)]
    slopes = np.subtract(*ends).T / 2e-5
    for run in contracts.modes(evaluate):
        value, first, second = run(tf.constant(logits, tf.float32))
        np.testing.assert_allclose(value, ambiguity(logits), rtol=1e-5)
        np.testing.assert_allclose(first, slopes, atol=1e-4)
        assert np.isfinite(second).all()


def test_it_reads_labels():
    assert objectives.StyleAmbiguity.needs_labels
