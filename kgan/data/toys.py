"""Toy densities: mixtures of Gaussians whose density is known in closed form."""

import hashlib
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kgan.data import checks
from kgan.data.base import Source

# PacGAN (Lin et al., 2018, section 4.1) trains on 100,000 samples of ring and grid.
_NUM_EXAMPLES = 100_000


class Mixture(Source):
    """A mixture of Gaussians with equal weights.

    `p(x) = mean over k of N(x; center_k, diag(stddev²))`. Nothing is stored: batch i is
    drawn from (seed, i). The label of a point is the index of its component, if there
    are several.

    Args:
        name: Name in messages.
        centers: Array-like of shape `(modes, dimensions)`.
        stddev: Standard deviation, a positive number or one for each dimension.
        num_examples: Number of points in an epoch.

    Raises a `ValueError` if shapes do not fit or a number is not finite or not
    positive.
    Example: `kgan.data.source("ring").sample(1000, seed=0)` are points `(1000, 2)`.
    """

    def __init__(
        self,
        name: str,
        centers: Sequence,
        stddev: float | Sequence,
        num_examples: int = _NUM_EXAMPLES,
    ):
        self.centers = np.asarray(centers, np.float64)
        if self.centers.ndim != 2 or not np.isfinite(self.centers).all():
            raise ValueError(
                f"centers of {name} must be finite and of shape (modes, dimensions). "
                f"Received: {centers!r}"
            )
        modes, dimensions = self.centers.shape
        self.stddev = np.asarray(stddev, np.float64)
        fits = self.stddev.shape in ((), (dimensions,))
        if not fits or not (np.isfinite(self.stddev) & (self.stddev > 0)).all():
            raise ValueError(
                f"stddev of {name} must be positive: one number, or {dimensions}. "
                f"Received: {stddev!r}"
            )
        super().__init__(
            name,
            shape=(dimensions,),
            dtype="float32",
            num_examples=checks.integer("num_examples", num_examples, 1),
            num_classes=modes if modes > 1 else None,
        )

    def density(self, x: np.ndarray) -> np.ndarray:
        """Evaluates the density at points `(n, dimensions)`, float64 of shape `(n,)`.

        Raises a `ValueError` if the shape of `x` is another.
        """
        x = np.asarray(x, np.float64)
        if x.ndim != 2 or x.shape[1:] != self.shape:
            raise ValueError(
                f"x must have the shape (n, {self.shape[0]}). Received: {x.shape}"
            )
        stddev = np.broadcast_to(self.stddev, self.shape)
        normalizer = np.prod(np.sqrt(2 * np.pi) * stddev)
        total = np.zeros(len(x))
        for center in self.centers:
            total += np.exp(-0.5 * np.sum(((x - center) / stddev) ** 2, axis=1))
        return total / (normalizer * len(self.centers))

    def sample(self, num: int, seed: int = 0) -> np.ndarray:
        """Draws points that are independent of all batches of the stream.

        Equal seeds give equal points, float32 of shape `(num, dimensions)`; point i
        does not depend on `num`.
        """
        num = checks.integer("num", num, 0)
        # Batches are drawn from (seed, 0), (seed, 1), ...: -1 is free.
        points, _ = self._draw(tf.constant([seed, -1], tf.int64), num)
        return points.numpy()

    def fingerprint(self):
        parameters = (self.centers.tolist(), self.stddev.tolist())
        return hashlib.sha256(repr(parameters).encode()).hexdigest()

    def identity(self):
        # The last digits of a cosine differ between machines.
        known = {"centers": self.centers, "stddev": self.stddev}
        rounded = {name: values.round(12).tolist() for name, values in known.items()}
        return super().identity() | rounded

    def draws(self, first, last, batch_size, seed, shuffle):
        numbers = tf.data.Dataset.range(first, last)
        return numbers.map(lambda i: tf.stack([tf.constant(seed, tf.int64), i]))

    def reader(self, batch_size, with_labels):
        if with_labels:
            return lambda seed: self._draw(seed, batch_size)
        return lambda seed: self._draw(seed, batch_size)[0]

    def _draw(self, seed: tf.Tensor, num: int) -> tuple[tf.Tensor, tf.Tensor]:
        modes, dimensions = self.centers.shape
        mode_seed, noise_seed = tf.unstack(tf.random.split(seed, 2))
        labels = tf.random.stateless_uniform((num,), mode_seed, 0, modes, tf.int32)
        noise = tf.random.stateless_normal((num, dimensions), noise_seed)
        centers = tf.gather(tf.constant(self.centers, tf.float32), labels)
        return centers + noise * tf.constant(self.stddev, tf.float32), labels


def gaussian(
    mean: float | Sequence = 4.0,
    stddev: float | Sequence = 1.5,
    num_examples: int = _NUM_EXAMPLES,
) -> Mixture:
    """One Gaussian, N(4, 1.5²) on the line by default.

    `mean` and `stddev` are numbers, or one for each dimension.
    """
    return Mixture("gaussian", np.atleast_2d(mean), stddev, num_examples)


def ring(
    modes: int = 8,
    radius: float = 1.0,
    stddev: float = 0.01,
    num_examples: int = _NUM_EXAMPLES,
) -> Mixture:
    """Gaussians on a circle, the 2D-ring of PacGAN (Lin et al., 2018, section 4.1).

    Mode k, of standard deviation `stddev`, is centred at
    `radius * (cos(2πk / modes), sin(2πk / modes))`.
    """
    angles = 2 * np.pi * np.arange(checks.integer("modes", modes, 1)) / modes
    centers = radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Mixture("ring", centers, stddev, num_examples)


def grid(
    modes: int = 5,
    spacing: float = 2.0,
    stddev: float = 0.05,
    num_examples: int = _NUM_EXAMPLES,
) -> Mixture:
    """Gaussians on a square grid, the 2D-grid of PacGAN (Lin et al., 2018, sec. 4.1).

    There are `modes` Gaussians along each side, `spacing` apart, of standard deviation
    `stddev`; by default 25 at the coordinates -4, -2, 0, 2, 4.
    """
    modes = checks.integer("modes", modes, 1)
    side = spacing * (np.arange(modes) - (modes - 1) / 2)
    centers = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    return Mixture("grid", centers, stddev, num_examples)
