"""Improved precision and recall: are samples like data, and are all data sampled?"""

import numpy as np

from kgan.metrics import neighbours
from kgan.metrics.feature_rows import LIMIT
from kgan.metrics.knn_manifold import Balls


def precision_recall(
    real: np.ndarray, fake: np.ndarray, k: int = 3
) -> tuple[float, float]:
    """Computes precision and recall between sets that are covered by balls.

    A set's manifold is the union of balls around its examples, each up to the k-th
    nearest other example of the set, its surface included. Precision is the share of
    fakes within the manifold of the reals, recall the share of reals within the
    manifold of the fakes.

    Args:
        real: Features of shape `(n, d)`, float32 or float64.
        fake: Features of shape `(m, d)`.
        k: Which neighbour bounds a ball, at least 1, below n and below m.

    Returns:
        Precision and recall, both in [0, 1].

    Raises:
        ValueError: If `k` is not below both numbers of rows.

    Example:
        ```python
        precision, recall = precision_recall(real, fake, k=3)
        ```

    Source: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing
    Generative Models" (2019), equations 1 to 3.
    """
    real_radii, fake_radii = neighbours.radii(real, k), neighbours.radii(fake, k)
    balls = real_radii, fake_radii[:, None]
    (fake_in_real, _), (_, real_in_fake) = neighbours.inside(fake, real, *balls)
    return float(np.mean(fake_in_real > 0)), float(np.mean(real_in_fake > 0))


class PrecisionRecall(Balls):
    """Improved precision and recall on features.

    Both depend on the numbers of examples: the more reals, the smaller their balls. So
    by default as many reals as fakes are compared, and figures of different numbers, or
    of different `k`, must not be.

    Args:
        k: Which neighbour bounds a ball, a positive integer; 3 as in the paper.
        limit: Most examples of either side.
        equal: Whether the longer side is cut to the length of the shorter one.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If `k` or `limit` is not a positive integer.

    Example:
        ```python
        PrecisionRecall(k=3, limit=10_000)
        ```

    Source: Kynkäänniemi et al. (2019).
    """

    kind = "precision_recall"
    figures = ("precision", "recall")
    best = ("max", "max")

    def __init__(self, k=3, limit=LIMIT, equal=True, features=None):
        super().__init__(k, limit, equal, features)

    def compare(self, real, fake, details):
        """Computes both; see `Balls.compare`."""
        return self.figures_of(precision_recall(real, fake, self.k), details)
