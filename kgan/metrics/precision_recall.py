"""Improved precision and recall: the share of realistic fakes, and of covered reals."""

from typing import Any

import numpy as np

from kgan.metrics import neighbours
from kgan.metrics.base import check_finite
from kgan.metrics.feature_rows import LIMIT
from kgan.metrics.knn_manifold import Balls


def precision_recall(
    real: np.ndarray, fake: np.ndarray, k: int = 3
) -> tuple[float, float]:
    """Computes precision and recall, in [0, 1], between sets that are covered by balls.

    A set's manifold is the union of balls around its examples, each up to the k-th
    nearest other example of the set, its surface included. Precision is the share of
    fakes within the manifold of the reals, recall the share of reals within the
    manifold of the fakes. Features are finite float32 or float64, `(n, d)` and
    `(m, d)`; others, and k outside [1, min(n, m)), raise a `ValueError`.

    Source: Kynkäänniemi et al., "Improved Precision and Recall Metric for Assessing
    Generative Models" (2019), equations 1 to 3.
    """
    check_finite(real=real, fake=fake)
    real_radii, fake_radii = neighbours.radii(real, k), neighbours.radii(fake, k)
    balls = real_radii, fake_radii[:, None]
    (fake_in_real, _), (_, real_in_fake) = neighbours.inside(fake, real, *balls)
    return float(np.mean(fake_in_real > 0)), float(np.mean(real_in_fake > 0))


class PrecisionRecall(Balls):
    """Improved precision and recall on features: `Balls` with k = 3 as in the paper.

    Example: `PrecisionRecall(k=3, limit=10_000)`
    Source: Kynkäänniemi et al. (2019), equations 1 to 3.
    """

    kind = "precision_recall"
    figures = ("precision", "recall")
    best = ("max", "max")

    def __init__(
        self,
        k: int = 3,
        limit: int | None = LIMIT,
        equal: bool = True,
        features: Any = None,
    ):
        super().__init__(k, limit, equal, features)

    def compare(self, real, fake, details):
        return self.figures_of(precision_recall(real, fake, self.k), details)
