"""The contrastive loss of patches: against NumPy, its gradient, its ends."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.losses import patch_nce


def by_hand(queries, keys, temperature):
    """The loss of each position in float64."""
    found = np.zeros(queries.shape[:2])
    for image, (query, key) in enumerate(zip(queries, keys, strict=True)):
        query, key = (
            rows / np.linalg.norm(rows.astype("float64"), axis=1, keepdims=True)
            for rows in (query, key)
        )
        for i, row in enumerate(query):
            similar = np.exp([row @ other / temperature for other in key])
            found[image, i] = -np.log(similar[i] / similar.sum())
    return found


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_against_numpy(temperature, jit_compile):
    draw = np.random.default_rng(0)
    queries, keys = draw.normal(size=(2, 3, 7, 5)).astype("float32")
    function = tf.function(patch_nce, jit_compile=jit_compile)
    found = function(queries, keys, temperature)
    assert (found.shape, found.dtype) == ((3, 7), tf.float32)
    expected = by_hand(queries, keys, temperature)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_its_ends():
    found = np.eye(4, dtype="float32")[None]
    np.testing.assert_allclose(patch_nce(1e4 * found, found), 0.0, atol=1e-5)
    same = np.ones((1, 4, 3), "float32")
    np.testing.assert_allclose(patch_nce(same, same), np.log(4), rtol=1e-6)
    wrong = patch_nce(np.roll(found, 1, axis=1), found)
    np.testing.assert_allclose(wrong, 1 / 0.07, rtol=1e-4)


def test_no_gradient_leads_to_keys_and_zeros_have_one():
    queries, keys = tf.zeros((1, 4, 3)), tf.ones((1, 4, 3))
    with tf.GradientTape() as tape:
        tape.watch([queries, keys])
        loss = tf.reduce_mean(patch_nce(queries, keys))
    of_queries, of_keys = tape.gradient(loss, [queries, keys])
    assert of_keys is None
    assert np.isfinite(of_queries).all()


def test_half_precision_is_raised():
    queries = tf.fill((1, 2, 256), tf.constant(100.0, tf.float16))
    np.testing.assert_allclose(patch_nce(queries, queries), np.log(2), rtol=1e-5)
