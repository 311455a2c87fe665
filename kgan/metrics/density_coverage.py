"""Density and coverage: precision and recall that a single outlier does not move."""

import numpy as np

from kgan.metrics import neighbours
from kgan.metrics.base import Figure
from kgan.metrics.feature_rows import LIMIT
from kgan.metrics.knn_manifold import Balls


def density_coverage(
    real: np.ndarray, fake: np.ndarray, k: int = 5
) -> tuple[float, float]:
    """Computes density and coverage from balls around the reals.

    A ball reaches from a real example up to its k-th nearest other real, its surface
    excluded. Density = (number of pairs of a fake and a ball that holds it) / (k m);
    coverage is the share of balls that hold a fake.

    Args:
        real: Features of shape `(n, d)`, float32 or float64.
        fake: Features of shape `(m, d)`.
        k: Which neighbour bounds a ball, at least 1 and below n.

    Returns:
        Density, 0 or more: about 1 for equal distributions, and above 1 where fakes
        crowd in the middle of the data, which in many dimensions lies in more balls
        than data do. Coverage, in [0, 1].

    Raises:
        ValueError: If `k` is not below the number of reals.

    Example:
        ```python
        density, coverage = density_coverage(real, fake, k=5)
        ```

    Source: Naeem et al., "Reliable Fidelity and Diversity Metrics for Generative
    Models" (2020), equations 3 and 4.
    """
    radii = neighbours.radii(real, k)
    [(balls, fakes)] = neighbours.inside(fake, real, radii, strict=True)
    return float(balls.sum() / (k * len(fake))), float(np.mean(fakes > 0))


def expected_coverage(num_real: int, num_fake: int, k: int = 5) -> float:
    """Gives the mean coverage where both sides are of the same distribution.

    1 − Π (n − i) / (n + m − i) over i = 1 … k, whatever the distribution is, as long as
    no distances are equal: the chance that the k nearest of all others are not all
    real. It is about 1 − 2⁻ᵏ for n = m.

    Args:
        num_real: n.
        num_fake: m.
        k: Which neighbour bounds a ball.

    Returns:
        A number in [0, 1].

    Example:
        ```python
        expected_coverage(10_000, 10_000, k=5)  # 0.969
        ```

    Source: Naeem et al. (2020), section 3.3.
    """
    left = np.arange(1, k + 1)
    return float(1 - np.prod((num_real - left) / (num_real + num_fake - left)))


class DensityCoverage(Balls):
    """Density and coverage on features.

    Coverage depends on the numbers of examples: the more fakes for each real, the more
    balls they find. So by default as many reals as fakes are compared; what coverage
    would be on average if the distributions were equal stands beside it, as
    "expected_coverage". Density has no upper end: values above 1 are not better than 1.

    Args:
        k: Which neighbour bounds a ball, a positive integer; 5 as in the paper.
        limit: Most examples of either side.
        equal: Whether the longer side is cut to the length of the shorter one.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If `k` or `limit` is not a positive integer.

    Example:
        ```python
        DensityCoverage(k=5, limit=10_000)
        ```

    Source: Naeem et al. (2020).
    """

    kind = "density_coverage"
    figures = ("density", "coverage")
    best = ("max", "max")

    def __init__(self, k=5, limit=LIMIT, equal=True, features=None):
        super().__init__(k, limit, equal, features)

    def compare(self, real, fake, details):
        """Computes both; see `Balls.compare`."""
        density, coverage = density_coverage(real, fake, self.k)
        expected = expected_coverage(len(real), len(fake), self.k)
        return {
            "density": Figure(density, details=details),
            "coverage": Figure(
                coverage, details={**details, "expected_coverage": expected}
            ),
        }
