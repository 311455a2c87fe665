import numpy as np
import pytest
import tensorflow as tf

from kgan.augment import chances
from kgan.augment.chances import Transform


def test_product():
    a, b = np.random.default_rng(0).normal(size=(2, 5, 3, 3)).astype("float32")
    np.testing.assert_allclose(chances.product(a, b), a @ b, atol=1e-5)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_tried_several_times_is_left_out_as_often(times):
    uniform = np.random.default_rng(0).random((times, 100000), "float32")
    tries = [chances.chosen(u, tf.constant(0.3), times).numpy() for u in uniform]
    assert np.any(tries, axis=0).mean() == pytest.approx(0.3, abs=0.01)


def _diagonal(uniform, size):
    one = tf.ones_like(uniform[:, 0])
    return tf.linalg.diag(tf.stack([uniform[:, 0] + size, one], axis=-1))


def _shear(uniform, size):
    del size
    zero, one = tf.zeros_like(uniform[:, 0]), tf.ones_like(uniform[:, 0])
    first = tf.stack([one, uniform[:, 0] * uniform[:, 1]], axis=-1)
    return tf.stack([first, tf.stack([zero, one], axis=-1)], axis=1)


TRANSFORMS = (Transform("a", 1, _diagonal), Transform("b", 2, _shear))


@pytest.mark.parametrize("shares", [{"a": 1.0, "b": 0.5}, {"b": 0.5}, {}])
def test_joins_the_matrices_that_are_drawn(shares):
    uniform = np.random.default_rng(0).random((100, 5), "float32")
    matrices, touched = chances.compose(
        TRANSFORMS, uniform, tf.constant(0.6), shares, 3, chances.product
    )
    if not shares:
        assert matrices is None
        assert not np.any(touched)
        return
    for u, matrix, touch in zip(uniform, matrices, touched, strict=True):
        expected, drawn = np.eye(2), False
        if "a" in shares and u[0] < 0.6:
            expected, drawn = np.diag([u[1] + 3, 1]), True
        if u[2] < 0.3:
            expected, drawn = expected @ [[1, u[3] * u[4]], [0, 1]], True
        np.testing.assert_allclose(matrix, expected, rtol=1e-5)
        assert touch == drawn
