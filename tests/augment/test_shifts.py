import numpy as np
import tensorflow as tf

from kgan.augment import shifts

IMAGES = np.random.default_rng(0).uniform(-1, 1, (6, 4, 5, 2)).astype("float32")
ROWS = np.array([0, 1, -2, 3, -4, 7], "int32")
COLUMNS = np.array([0, -1, 2, -5, 4, 0], "int32")


def test_each_pixel_comes_from_where_it_should():
    expected = np.zeros_like(IMAGES)
    for b, i, j in np.ndindex(6, 4, 5):
        row, column = i - ROWS[b], j - COLUMNS[b]
        if 0 <= row < 4 and 0 <= column < 5:
            expected[b, i, j] = IMAGES[b, row, column]
    for jit_compile in (False, True):
        shift = tf.function(shifts.shift, jit_compile=jit_compile)
        np.testing.assert_array_equal(shift(IMAGES, ROWS, COLUMNS), expected)
