"""Small games for callbacks to draw."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan


def network(size_in, *sizes):
    """A Functional network of dense layers with LeakyReLU between them."""
    inputs = x = keras.Input((size_in,))
    for size in sizes[:-1]:
        x = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(size)(x))
    return keras.Model(inputs, keras.layers.Dense(sizes[-1])(x))


@pytest.fixture
def points():
    """Makes a game over points; it plays without graphs, which a few steps repay."""

    def make(
        dimensions=1, latent_dim=1, prior=None, loss="non_saturating", width=8, **kwargs
    ):
        gan = kgan.GAN(
            network(latent_dim, width, dimensions),
            network(dimensions, width, 1),
            prior=prior or kgan.priors.Uniform(latent_dim),
            **kwargs,
        )
        gan.compile(loss=loss, run_eagerly=True)
        return gan

    return make


@pytest.fixture
def images():
    """Makes a game over images, by class if `num_classes` is given."""

    def make(shape=(8, 8, 1), num_classes=None):
        pair = kgan.models.mlp(shape, latent_dim=4, num_classes=num_classes)
        gan = kgan.GAN(*pair)
        gan.compile(run_eagerly=True)
        return gan

    return make


@pytest.fixture
def rows():
    """Makes a data set of batches of four, of zeros."""

    def make(shape, batches=3, num_classes=None):
        data = np.zeros((4 * batches, *shape), np.float32)
        if num_classes is not None:
            data = (data, np.arange(4 * batches, dtype=np.int32) % num_classes)
        return tf.data.Dataset.from_tensor_slices(data).batch(4, drop_remainder=True)

    return make
