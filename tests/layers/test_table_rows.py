"""Gumbel noise, straight-through levels, rows of a table."""

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special, stats

from kgan.core import table_blocks
from kgan.core.table_blocks import Block
from kgan.layers import FirstLatents, TableRows, table_rows

BLOCKS = (
    Block("sex", (0.25, 0.75), (False, False)),
    Block("age", (0.1, 0.5, 0.4), (False, True, True)),
    Block("city", (0.01,) * 100, (False,) * 99 + (True,), dims=8),
)
LEVELS = table_blocks.noise_width(BLOCKS)


def uniform(*shape, seed=0):
    return np.random.default_rng(seed).uniform(size=shape).astype(np.float32)


def inputs(rows, seed=0):
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(rows, LEVELS + 2)).astype(np.float32)
    latents = table_rows.latents_of(uniform(rows, 5 + LEVELS, seed=seed + 1))
    return raw, np.asarray(latents, np.float32)


def test_gumbel_is_gumbel():
    noise = np.asarray(table_rows.gumbel(table_rows.latents_of(uniform(100_000))))
    assert abs(noise.mean() - np.euler_gamma) < 4 * (np.pi**2 / 6 / 100_000) ** 0.5
    assert abs(noise.var() / (np.pi**2 / 6) - 1) < 0.03
    assert stats.kstest(noise, "gumbel_r").pvalue > 1e-4
    ends = table_rows.gumbel(np.asarray([-(3**0.5), 3**0.5], np.float32))
    assert np.isfinite(ends).all()


def test_levels_have_the_probabilities_of_the_softmax():
    logits = np.asarray([0.3, -1.0, 2.0, 0.0], np.float32)
    noise = table_rows.gumbel(table_rows.latents_of(uniform(100_000, 4)))
    level = table_rows.straight_through(np.tile(logits, (100_000, 1)), noise)
    counts = np.asarray(level).sum(0)
    expected = 100_000 * special.softmax(logits.astype(np.float64))
    assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_straight_through():
    logits = tf.constant(uniform(6, 4, seed=3))
    noise, slope = tf.constant(uniform(6, 4, seed=4)), uniform(6, 4, seed=5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(logits)
        level = table_rows.straight_through(logits, noise, temperature=0.7)
        hard = tf.reduce_sum(level * slope)
        soft = tf.reduce_sum(tf.nn.softmax((logits + noise) / 0.7) * slope)
    one_hot = np.eye(4)[np.argmax(logits + noise, axis=1)]
    np.testing.assert_array_equal(level, one_hot)
    expected = tape.gradient(soft, logits)
    np.testing.assert_allclose(tape.gradient(hard, logits), expected, rtol=1e-5)


def test_rows_are_those_of_the_coded_rows():
    raw, latents = inputs(50)
    rows = np.asarray(TableRows(BLOCKS)([raw, latents]))
    noise = table_rows.gumbel(latents[:, 5:])
    coded = table_rows.drawn(tf.constant(raw), noise, BLOCKS)
    np.testing.assert_allclose(rows, table_rows.rows_of(coded, BLOCKS), atol=1e-6)
    assert rows.shape == (50, table_blocks.width(BLOCKS))
    # No place where a level has none, in generated rows as in data.
    assert (rows[:, 5][rows[:, 2] == 1.0] == 0.0).all()
    assert (rows[:, 5][rows[:, 2] == 0.0] != 0.0).all()
    assert set(np.unique(rows[:, :5])) == {0.0, 1.0}


def test_code_vectors():
    vectors = table_rows.codes(5_000, 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    products = vectors @ vectors.T - 2 * np.eye(5_000)
    assert products.max() < 0.95
    np.testing.assert_array_equal(vectors, table_rows.codes.__wrapped__(5_000, 32))


def test_contract():
    contracts.check_config(
        TableRows, {"blocks": [b.get_config() for b in BLOCKS], "temperature": 0.5}
    )
    raw, latents = keras.Input((LEVELS + 2,)), keras.Input((5 + LEVELS,))
    model = keras.Model([raw, latents], TableRows(BLOCKS, name="layer")([raw, latents]))
    contracts.check_saving(model, list(inputs(4)))
    contracts.check_modes(model, list(inputs(4)))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_float32_whatever_the_policy(policy):
    keras.config.set_dtype_policy(policy)
    try:
        assert TableRows(BLOCKS)([*map(tf.constant, inputs(4))]).dtype == tf.float32
    finally:
        keras.config.set_dtype_policy("float32")


def test_first_latents(two_replicas):
    contracts.check_layer(
        FirstLatents, {"count": 3}, inputs(4)[1], strategy=two_replicas
    )
    latents = inputs(4)[1]
    np.testing.assert_array_equal(FirstLatents(3)(latents), latents[:, :3])
