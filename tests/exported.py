"""Small trained models, and what they export; made once."""

import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan

CLASSES = 3
KINDS = ("images", "classes", "points")


def _trained(kind):
    if kind == "points":
        gan = kgan.GAN(*kgan.models.mlp((2,), latent_dim=3), kgan.priors.Uniform(3))
        gan.compile(loss="wasserstein")
        gan.fit(np.ones((16, 2), "float32"), batch_size=8, verbose=0)
        return gan
    num_classes = CLASSES if kind == "classes" else None
    gan = networks.gan(num_classes=num_classes)
    labels = None if num_classes is None else np.arange(16) % CLASSES
    gan.fit(networks.images(), labels, batch_size=8, verbose=0)
    return gan


@pytest.fixture(scope="session")
def trained():
    """Builds a GAN of images, of images by class, or of points, which has played."""
    made = {}

    def make(kind):
        if kind not in made:
            made[kind] = _trained(kind)
        return made[kind]

    return make


@pytest.fixture(scope="session")
def folder(trained, tmp_path_factory):
    """Returns the folder of a kind's first version, D among it."""
    root, made = tmp_path_factory.mktemp("exported"), {}

    def export(kind):
        if kind not in made:
            made[kind] = trained(kind).export(
                root / kind, discriminator=True, max_images=300
            )
        return made[kind]

    return export


@pytest.fixture(scope="session")
def served(folder):
    """Returns the signatures of a kind, loaded from its folder."""
    made = {}

    def load(kind):
        if kind not in made:
            # The signatures live as long as what was loaded.
            made[kind] = tf.saved_model.load(folder(kind))
        return made[kind].signatures

    return load
