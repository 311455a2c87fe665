"""Small things that are measured: an extractor, models, sources of known content."""

import keras
import numpy as np

import kgan
from kgan.metrics.features import Extractor
from kgan.metrics.features.base import Outputs


class Means(Extractor):
    """Returns the means of both halves of each image, upper first; counts rows."""

    name = "means"
    num_classes = 2

    def __init__(self, version=1):
        self.version = version
        self.rows = 0

    def __call__(self, images):
        self.rows += len(images)
        rows = images.reshape(len(images), -1).astype(np.float32)
        half = rows.shape[1] // 2
        features = np.stack([rows[:, :half].mean(1), rows[:, half:].mean(1)], axis=1)
        return Outputs(features, features, images)

    def describe(self):
        return {"name": self.name, "version": self.version}


def digits_gan(num_classes=None):
    """An untrained GAN of 8×8 images."""
    keras.utils.set_random_seed(1)
    networks = kgan.models.mlp(
        (8, 8, 1),
        latent_dim=4,
        num_classes=num_classes,
        generator_hidden=(8,),
        discriminator_hidden=(8,),
    )
    gan = kgan.GAN(*networks)
    gan.compile()
    return gan


def points_gan(dimensions=2):
    """An untrained GAN of points."""
    keras.utils.set_random_seed(1)
    gan = kgan.GAN(*kgan.models.mlp((dimensions,), latent_dim=2))
    gan.compile()
    return gan
