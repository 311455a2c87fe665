"""Wasserstein distance between two sets of rows, averaged over random lines."""

from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import Rows

_FEWEST = 100
_BLOCK = 4096  # rows that are projected at a time, in float64


def directions(dimensions: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws unit vectors, uniform on the sphere: float64 `(dimensions, count)`."""
    normal = rng.normal(size=(count, dimensions))
    return (normal / np.linalg.norm(normal, axis=1, keepdims=True)).T


def wasserstein(real: np.ndarray, fake: np.ndarray) -> float:
    """Computes the Wasserstein-1 distance of two samples on the line, `(n,)`, `(m,)`.

    W₁ = ∫ |F_real(x) − F_fake(x)| dx, in the unit of the samples; for equal numbers the
    mean distance of the sorted values.
    """
    check_finite(real=real, fake=fake)
    # Several times as fast as `scipy.stats.wasserstein_distance`.
    real, fake = np.sort(real), np.sort(fake)
    if len(real) == len(fake):
        return float(np.mean(np.abs(real - fake)))
    x = np.sort(np.concatenate([real, fake]))
    real_cdf, fake_cdf = (
        np.searchsorted(values, x[:-1], "right") / len(values)
        for values in (real, fake)
    )
    return float(np.sum(np.abs(real_cdf - fake_cdf) * np.diff(x)))


def sliced_wasserstein(
    real: np.ndarray, fake: np.ndarray, num_directions: int, rng: np.random.Generator
) -> np.ndarray:
    """Computes the Wasserstein-1 distances of the projections on random directions.

    Rows are `(n, d)` and `(m, d)`, the result is float64 `(num_directions,)`. Its mean
    estimates the sliced Wasserstein-1 distance, the mean over all directions: a
    distance of distributions, in the unit of the rows. Two that differ by a shift δ
    have ‖δ‖ E|cos|, and E|cos| is about √(2 / (π d)), which is small in many
    dimensions.

    Source: Bonneel et al., "Sliced and Radon Wasserstein Barycenters of Measures"
    (2015), section 3, there with squared distances.
    """
    lines = directions(real.shape[1], num_directions, rng)
    pairs = zip(_project(real, lines), _project(fake, lines), strict=True)
    return np.array([wasserstein(*pair) for pair in pairs])


def _project(rows, lines):
    projected = np.empty((lines.shape[1], len(rows)))
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK].astype(np.float64)
        projected[:, first : first + _BLOCK] = (block @ lines).T
    return projected


class SlicedWasserstein(Metric):
    """Sliced Wasserstein-1 distance between features, in their unit.

    The uncertainty is the standard error over the directions. The distance of n rows
    each of equal distributions falls as 1 / √n: compare only figures of equal numbers.

    Args:
        num_directions: Number of random directions, an integer of at least 2.

    Source: Bonneel et al. (2015), section 3.
    """

    kind = "sliced_wasserstein"
    figures = ("sliced_wasserstein",)
    best = ("min",)

    def __init__(self, num_directions: int = 512, features: Any = None):
        super().__init__(features)
        self.num_directions = arguments.integer("`num_directions`", num_directions, 2)

    def statistics(self):
        return {"real": Rows(), "fake": Rows()}

    def compute(self, collected, context):
        real, fake = collected["real"].rows, collected["fake"].rows
        subject = "sliced_wasserstein needs"
        context.check_counts(subject, _FEWEST, real=real, generated=fake)
        rng = np.random.default_rng(context.seed)
        values = sliced_wasserstein(real, fake, self.num_directions, rng)
        sizes = {"num_real": len(real), "num_fake": len(fake)}
        details = {"num_directions": self.num_directions, **sizes}
        meaning = f"standard error of {self.num_directions} directions"
        return {self.kind: Figure.mean(values, meaning, details)}
