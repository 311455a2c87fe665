"""Mean and covariance of features, streamed."""

import numpy as np

from kgan.metrics.base import check_finite
from kgan.metrics.sweep import Statistic


class Moments(Statistic):
    """Mean `(d,)` and scatter matrix Σ (x − mean)(x − mean)ᵀ `(d, d)`, in float64.

    Batches are joined by Chan, Golub and LeVeque, "Updating Formulae and a Pairwise
    Algorithm for Computing Sample Variances" (1979), equation 2.1: no large sums
    cancel, and the batch size does not matter.
    """

    mean: np.ndarray | float = 0.0
    scatter: np.ndarray | float = 0.0

    def update(self, outputs, labels=None):
        self.add(outputs.features)

    def add(self, features: np.ndarray) -> "Moments":
        """Adds finite features of shape `(n, d)`; returns itself."""
        check_finite(features=features)
        features = np.asarray(features, np.float64)
        count, mean = len(features), features.mean(axis=0)
        centred = features - mean
        total = self.count + count
        delta = mean - self.mean
        between = np.outer(delta, delta) * (self.count * count / total)
        self.scatter += centred.T @ centred + between
        self.mean = self.mean + delta * (count / total)
        self.count = total
        return self

    def covariance(self, ddof: int = 1) -> np.ndarray:
        """Returns the covariance matrix, scatter / (count − ddof)."""
        return self.scatter / (self.count - ddof)

    def state(self):
        return {
            "count": np.asarray(self.count),
            "mean": self.mean,
            "scatter": self.scatter,
        }

    def restore(self, state):
        self.count = int(state["count"])
        self.mean, self.scatter = state["mean"], state["scatter"]
