"""Memorisation: whether samples are closer to training examples than new data are."""

from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics import neighbours
from kgan.metrics.base import Few, Metric, check_finite
from kgan.metrics.feature_rows import LIMIT, Rows

LEAST = 20
# Quantile of the held-out distances below which an example is very near.
NEAR = 0.01


def copying_z(fake: np.ndarray, held_out: np.ndarray) -> float:
    """Compares two samples of distances to the training examples by their ranks.

    z = (U − m n / 2) / σ, where U is the number of pairs in which the fake is farther
    away than the held-out example, ties counting ½ (Mann and Whitney), and 12 σ² = m n
    (m + n + 1 − Σ (t³ − t) / ((m + n) (m + n − 1))) over groups of t equal distances.
    `fake` and `held_out` are distances to the nearest training examples, of shapes
    `(m,)` and `(n,)`.

    About standard normal if the fakes are as far from the training examples as new
    data. Far below 0, as −5, the generator copies; far above, its samples are farther
    away. At equal quality it grows as √(m n / (m + n)). 0 if all distances are equal.

    Example: `copying_z(np.array([0.0, 0.1]), np.array([1.0, 2.0]))` is −1.55.
    Source: Meehan, Chaudhuri and Dasgupta, "A Non-Parametric Test to Detect
    Data-Copying in Generative Models" (2020), section 3, with a single cell.
    """
    from scipy import stats

    check_finite(fake=fake, held_out=held_out)
    m, n = len(fake), len(held_out)
    ranks = stats.rankdata(np.concatenate([fake, held_out]))
    farther = ranks[:m].sum() - m * (m + 1) / 2
    variance = m * n * (m + n + 1) / 12 * stats.tiecorrect(ranks)
    if variance == 0:
        return 0.0
    return float((farther - m * n / 2) / np.sqrt(variance))


def nearest_ratio(fake: np.ndarray, held_out: np.ndarray) -> float:
    """Computes median(fake) / median(held_out) of distances to the training examples.

    0 if samples are copies, 1 if they are as far away as new data.

    Raises `Few` if most of the held-out examples are training examples.
    Example: `nearest_ratio(np.array([0.1, 0.2]), np.array([1.0, 2.0]))` is 0.1.
    """
    check_finite(fake=fake, held_out=held_out)
    usual = np.median(held_out)
    if usual == 0:
        raise Few(
            "Memorisation needs held-out examples that are not training examples. "
            f"Received: {len(held_out)}, of which {np.sum(held_out == 0)} are"
        )
    return float(np.median(fake) / usual)


class Memorisation(Metric):
    """Data-copying test: distances of fakes and held-out data to the training examples.

    Good samples are as far from the training examples as held-out data: z near 0, ratio
    near 1. Values above are no sign of copying, nor of quality. The detail
    "share_very_near" detects a generator that copies sometimes: the share of fakes that
    are nearer than the nearest 1% of held-out examples, 0.01 without copying. Only
    copies of the `limit` training examples that are read are detected.

    Args:
        limit: Most examples of each of the three sets, a positive integer.

    Example: `Memorisation(limit=10_000)`
    Source: Meehan, Chaudhuri and Dasgupta (2020), section 3.
    """

    kind = "memorisation"
    figures = ("copying_z", "nearest_ratio")
    best = ("0", "1")

    def __init__(self, limit: int | None = LIMIT, features: Any = None):
        self.limit = arguments.positive_integer("limit", limit)
        super().__init__(features)

    def statistics(self):
        return {role: Rows(self.limit) for role in ("real", "held_out", "fake")}

    def compute(self, collected, context):
        rows = {role: collected[role].rows for role in ("real", "held_out", "fake")}
        numbers = {f"num_{role}": len(found) for role, found in rows.items()}
        needed = {"held-out": rows["held_out"], "generated": rows["fake"]}
        context.check_counts("Memorisation needs", LEAST, **needed)
        fake, _ = neighbours.nearest(rows["fake"], rows["real"])
        held_out, _ = neighbours.nearest(rows["held_out"], rows["real"])
        details = {
            **numbers,
            "num_training": collected["real"].count,
            "median_fake": float(np.median(fake)),
            "median_held_out": float(np.median(held_out)),
            "share_very_near": float(np.mean(fake < np.quantile(held_out, NEAR))),
            "copies": int(np.sum(fake == 0)),
        }
        values = copying_z(fake, held_out), nearest_ratio(fake, held_out)
        return self.figures_of(values, details)
