"""Birthday test of diversity: an estimate of how many distinct examples exist.

Among s draws from N equally likely values two are equal with probability ½ once s is
about √(2 N ln 2), so the rate of duplicates in a batch estimates the size of a support
that is much larger than the batch.
"""

import math
from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics import neighbours
from kgan.metrics.base import Figure, Metric, check_counts, check_finite
from kgan.metrics.feature_rows import Rows

LEAST = 100
# Expected number of collisions if one batch in 20 has none: −ln 0.05.
UNSEEN = -math.log(0.05)


def collisions(rows: np.ndarray, threshold: float) -> np.ndarray:
    """Counts the near-duplicates of each row `(n, d)` among the others, int64 `(n,)`.

    These are no farther away than `threshold`; with 0 only equal rows count.

    Example: `collisions(np.array([[0.0], [0.0], [1.0]]), 0.5)` is `[1, 1, 0]`.
    """
    check_finite(rows=rows, threshold=threshold)
    [(found, _)] = neighbours.inside(rows, rows, np.array([threshold]))
    return found - 1


def support(collided: np.ndarray) -> tuple[float, float]:
    """Estimates the number of distinct examples from the collisions of each draw.

    The estimate of 1 / Σ p² is n (n − 1) / (2 c) for c colliding pairs among n draws.
    Without a collision it is the lower bound n (n − 1) / (2 · 3.0): a smaller support
    would have shown one with 95% probability. Its first-order standard error is
    returned second, NaN without a collision.

    The rate of collisions is a U-statistic of order 2 with the variance 2 / (n
    (n − 1)) · (2 (n − 2) ζ₁ + ζ₂), where ζ₁, 0 if all examples are equally likely, is
    estimated from pairs of collisions that share a draw.

    Example: `support(np.array([1, 1, 0]))` has the support 3.
    Source: Arora and Zhang, "Do GANs actually learn the distribution? An empirical
    study" (2017), section 2; for the variance Hoeffding, "A Class of Statistics with
    Asymptotically Normal Distribution" (1948), section 5.
    """
    check_finite(collided=collided)
    collided = np.asarray(collided, np.float64)
    n = len(collided)
    pairs = n * (n - 1) / 2
    found = collided.sum() / 2
    if found == 0:
        return max(1.0, pairs / UNSEEN), math.nan
    rate = found / pairs
    shared = np.sum(collided * (collided - 1)) / (n * (n - 1) * max(1, n - 2))
    covariance = max(0.0, shared - rate**2)
    variance = (2 * (n - 2) * covariance + rate * (1 - rate)) / pairs
    return 1 / rate, math.sqrt(variance) / rate**2


class Birthday(Metric):
    """Number of distinct examples, estimated from near-duplicates in a batch.

    Near-duplicates are no farther apart than the `quantile` of the distances of real
    examples to their nearest other real one, among as many reals as fakes. The reals so
    collide about n · quantile / 2 times; their own support at that scale, about
    n / quantile, is what a perfect generator reaches: the detail "real_support".

    Args:
        limit: Size of the batch, and of the reals, a positive integer.
        quantile: Share of reals with a near-duplicate, in (0, 1).

    Example: `Birthday(limit=5_000)`
    Source: Arora and Zhang (2017), section 2, who judge duplicates by eye.
    """

    kind = "birthday"
    figures = ("birthday_support",)
    best = ("max",)

    def __init__(
        self, limit: int = 10_000, quantile: float = 0.01, features: Any = None
    ):
        self.limit = arguments.positive_integer("limit", limit)
        self.quantile = arguments.share("quantile", quantile)
        super().__init__(features)

    def statistics(self):
        return {"real": Rows(self.limit), "fake": Rows(self.limit)}

    def compute(self, collected, context):
        real, fake = collected["real"].rows, collected["fake"].rows
        count = min(len(real), len(fake))
        least = 2 if context.allow_few else LEAST
        counts = {"real": len(real), "generated": len(fake)}
        check_counts("The birthday test needs", least, counts)
        real, fake = real[:count], fake[:count]
        distances = neighbours.radii(real, 1)
        threshold = float(np.quantile(distances, self.quantile, method="lower"))
        of_real, of_fake = collisions(real, threshold), collisions(fake, threshold)
        real_support, _ = support(of_real)
        value, error = support(of_fake)
        unseen = not of_fake.any()
        details = {
            "batch": count,
            "quantile": self.quantile,
            "threshold": threshold,
            "collisions": int(of_fake.sum()) // 2,
            "real_collisions": int(of_real.sum()) // 2,
            "real_support": real_support,
            "lower_bound": unseen,
        }
        if unseen:
            return {"birthday_support": Figure(value, details=details)}
        of = f"standard error of the rate of collisions among {count} examples"
        return {"birthday_support": Figure(value, error, of, details)}
