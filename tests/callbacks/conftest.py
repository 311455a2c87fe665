"""Small games for callbacks to draw."""

import numpy as np
import pytest
import small_games
import tensorflow as tf


@pytest.fixture
def points():
    """Builds a game over points."""
    return small_games.points


@pytest.fixture
def images():
    """Builds a game over images, by class if `num_classes` is given."""
    return small_games.images


@pytest.fixture
def rows():
    """Builds a data set of batches of four, of values from -1 to 1."""

    def make(shape, batches=3, num_classes=None):
        whole = (4 * batches, *shape)
        data = np.linspace(-1, 1, np.prod(whole), dtype=np.float32).reshape(whole)
        if num_classes is not None:
            data = (data, np.arange(4 * batches, dtype=np.int32) % num_classes)
        return tf.data.Dataset.from_tensor_slices(data).batch(4, drop_remainder=True)

    return make
