import keras
import numpy as np

from kgan.layers import initializers


def test_initializers_share_no_draws():
    given = keras.initializers.RandomUniform(-1.0, 1.0)
    first, second = (initializers.fresh(given)((3, 3)) for _ in range(2))
    assert np.all(np.asarray(first) != np.asarray(second))
    assert np.abs(first).max() <= 1


def test_a_function_may_initialize():
    def ones(shape, dtype=None):
        return keras.ops.ones(shape, dtype)

    assert initializers.fresh(ones) is ones
