"""The eight Gaussians on a circle that the pictures of two-dimensional games share."""

import keras
import numpy as np

import kgan
from kgan.callbacks.theory.plane import Plane

STDDEV = 0.05
BATCH_SIZE = 256
# Three standard deviations: 1.1% of the data lie farther off, exp(−4.5).
_REACH = 3 * STDDEV


def ring() -> kgan.data.Source:
    """Returns the data: eight modes on the unit circle."""
    return kgan.data.source("ring", stddev=STDDEV)


def kept(samples: np.ndarray) -> tuple[int, float]:
    """Counts the modes that samples reach, and the samples that reach a mode.

    Args:
        samples: Array of shape `(n, 2)`.

    Returns:
        How many of the eight modes have at least 1% of the samples within three
        standard deviations, and the share of all samples there; 0.989 for real data.
    """
    mode, distance = _nearest(samples)
    near = distance <= _REACH
    counts = np.bincount(mode[near], minlength=8)
    return int((counts >= 0.01 * len(samples)).sum()), float(near.mean())


def spread(samples: np.ndarray) -> float:
    """Returns the standard deviation of samples around the mode that they reach."""
    _, distance = _nearest(samples)
    return float(np.sqrt(np.mean(distance[distance <= _REACH] ** 2) / 2))


def _nearest(samples):
    distances = np.linalg.norm(samples[:, None] - ring().centers, axis=-1)
    return distances.argmin(axis=1), distances.min(axis=1)


def build(beta_1: float = 0.5, seed: int = 0, **compiled) -> kgan.GAN:
    """Builds a game over the ring: two hidden layers of 128 rectifiers each.

    Args:
        beta_1: Momentum of both Adam optimizers, whose step size is 0.001.
        seed: Seed of the first weights and of all draws.
        **compiled: Other arguments of `kgan.GAN.compile`.
    """
    keras.utils.set_random_seed(seed)
    generator, discriminator = kgan.models.mlp(
        (2,),
        latent_dim=2,
        generator_hidden=(128, 128),
        discriminator_hidden=(128, 128),
        discriminator_activation="relu",
    )
    gan = kgan.GAN(generator, discriminator, seed=seed)
    gan.compile(
        keras.optimizers.Adam(1e-3, beta_1=beta_1),
        keras.optimizers.Adam(1e-3, beta_1=beta_1),
        **compiled,
    )
    return gan


def batches(rounds: int, seed: int = 0):
    """Returns the `tf.data.Dataset` of so many rounds."""
    return kgan.data.load(ring(), BATCH_SIZE, seed=seed, steps_per_epoch=rounds)


def draw_points(axes, points: np.ndarray, color: str) -> None:
    """Draws points over the true density, in a square without ticks."""
    view = Plane(ring())
    extent = view.limits.ravel()
    # Twice the density's maximum as black: dots stay visible on the modes.
    axes.imshow(view.shades, cmap="Greys", vmax=2, extent=extent, origin="lower")
    axes.scatter(*points.T, s=3, c=color, alpha=0.5, lw=0)
    axes.set(xlim=view.limits[0], ylim=view.limits[1], xticks=[], yticks=[])
