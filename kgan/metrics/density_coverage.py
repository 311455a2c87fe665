"""Density and coverage: precision and recall that are robust to outliers."""

from typing import Any

import numpy as np

from kgan.metrics import neighbours
from kgan.metrics.base import Figure, check_finite
from kgan.metrics.feature_rows import LIMIT
from kgan.metrics.knn_manifold import Balls


def density_coverage(
    real: np.ndarray, fake: np.ndarray, k: int = 5
) -> tuple[float, float]:
    """Computes density and coverage from balls around the reals.

    A ball reaches from a real example up to its k-th nearest other real, its surface
    excluded. Density = (pairs of a fake and a ball that contains it) / (k m), about 1
    for equal distributions, above 1 if fakes concentrate in the middle of the data;
    coverage, in [0, 1], is the share of balls that contain a fake. Features are finite
    float32 or float64, `(n, d)` and `(m, d)`; others, and k outside [1, n), raise a
    `ValueError`.

    Source: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative
    Models" (2020), equations 3 and 4.
    """
    check_finite(real=real, fake=fake)
    radii = neighbours.radii(real, k)
    [(balls, fakes)] = neighbours.inside(fake, real, radii, strict=True)
    return float(balls.sum() / (k * len(fake))), float(np.mean(fakes > 0))


def expected_coverage(num_real: int, num_fake: int, k: int = 5) -> float:
    """Returns the mean coverage of n reals and m fakes of the same distribution.

    1 − Π (n − i) / (n + m − i) over i = 1 … k, for any distribution without equal
    distances: the probability that the k nearest of all others are not all real. It is
    about 1 − 2⁻ᵏ for n = m (Naeem et al., 2020, section 3.3).
    """
    left = np.arange(1, k + 1)
    return float(1 - np.prod((num_real - left) / (num_real + num_fake - left)))


class DensityCoverage(Balls):
    """Density and coverage on features, by default with k = 5 as in the paper.

    The more fakes per real, the more balls contain one: the coverage to expect of equal
    distributions is the detail "expected_coverage". A density above 1 is not better
    than 1. Arguments are those of `Balls`.

    Example: `DensityCoverage(k=5, limit=10_000)`
    Source: Naeem et al. (2020), equations 3 and 4.
    """

    kind = "density_coverage"
    figures = ("density", "coverage")
    best = ("max", "max")

    def __init__(
        self,
        k: int = 5,
        limit: int | None = LIMIT,
        equal: bool = True,
        features: Any = None,
    ):
        super().__init__(k, limit, equal, features)

    def compare(self, real, fake, details):
        density, coverage = density_coverage(real, fake, self.k)
        expected = expected_coverage(len(real), len(fake), self.k)
        of_coverage = details | {"expected_coverage": expected}
        return {
            "density": Figure(density, details=details),
            "coverage": Figure(coverage, details=of_coverage),
        }
