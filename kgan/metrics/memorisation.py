"""Memorisation: are samples nearer to the training examples than unseen data are?"""

import numpy as np

from kgan.core import arguments
from kgan.metrics import neighbours
from kgan.metrics.base import Few, Metric, check_counts
from kgan.metrics.feature_rows import LIMIT, Rows

LEAST = 20
# Of the distances from held-out examples: below it lies what counts as very near.
NEAR = 0.01


def copying_z(fake: np.ndarray, held_out: np.ndarray) -> float:
    """Compares two samples of distances to the training examples by their ranks.

    z = (U − m n / 2) / σ, where U is the number of pairs in which the fake is farther
    away than the held-out example, ties counting ½ (Mann and Whitney), and
    σ² = m n / 12 · (m + n + 1 − Σ (t³ − t) / ((m + n) (m + n − 1))) over groups of t
    equal distances.

    Args:
        fake: Distances of m generated examples to their nearest training examples.
        held_out: Distances of n held-out ones.

    Returns:
        About standard normal for a generator that is as far from the training examples
        as new data are. Far below 0, as −5, it copies; far above, its samples are
        farther away than data are. At equal quality it grows as √(m n / (m + n)). 0
        where all distances are equal.

    Example:
        ```python
        copying_z(np.array([0.0, 0.1]), np.array([1.0, 2.0]))  # -1.55
        ```

    Source: Meehan, Chaudhuri and Dasgupta, "A Non-Parametric Test to Detect
    Data-Copying in Generative Models" (2020), section 3, with all of space as a single
    cell.
    """
    import scipy.stats

    m, n = len(fake), len(held_out)
    ranks = scipy.stats.rankdata(np.concatenate([fake, held_out]))
    farther = ranks[:m].sum() - m * (m + 1) / 2
    _, ties = np.unique(ranks, return_counts=True)
    ties = ties.astype(np.float64)
    tied = np.sum(ties**3 - ties) / ((m + n) * (m + n - 1))
    variance = m * n / 12 * (m + n + 1 - tied)
    if len(ties) == 1:
        return 0.0
    return float((farther - m * n / 2) / np.sqrt(variance))


def nearest_ratio(fake: np.ndarray, held_out: np.ndarray) -> float:
    """Gives the median distance to the training examples, relative to unseen data's.

    Args:
        fake: Distances of generated examples to their nearest training examples.
        held_out: Distances of held-out ones.

    Returns:
        median(fake) / median(held_out): 0 where samples are copies, 1 where they are
        as far away as new data are, more where they are farther.

    Raises:
        Few: If most of the held-out examples are training examples.

    Example:
        ```python
        nearest_ratio(np.array([0.1, 0.2]), np.array([1.0, 2.0]))  # 0.1
        ```
    """
    usual = np.median(held_out)
    if usual == 0:
        raise Few(
            "Memorisation needs held-out examples that are not training examples. "
            f"Received: {len(held_out)}, of which {np.sum(held_out == 0)} are"
        )
    return float(np.median(fake) / usual)


class Memorisation(Metric):
    """Data-copying test: nearest training examples of fakes and of held-out examples.

    A set of good samples is as far from the training examples as held-out data are:
    z near 0, ratio near 1. Values above are no sign of copying; whether such samples
    are any good other figures tell. "share_very_near" tells of a generator that copies
    now and then: the share of fakes that are nearer than the nearest 1% of held-out
    examples, 0.01 without copying.

    Only copies of the `limit` training examples that are read can be noticed.

    Args:
        limit: Most examples of each of the three sets.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If `limit` is not a positive integer.

    Example:
        ```python
        Memorisation(limit=10_000)
        ```

    Source: Meehan, Chaudhuri and Dasgupta (2020).
    """

    kind = "memorisation"
    figures = ("copying_z", "nearest_ratio")
    best = ("0", "1")

    def __init__(self, limit=LIMIT, features=None):
        self.limit = arguments.positive_integer("limit", limit)
        super().__init__(features)

    def statistics(self):
        """Collects rows of training, held-out and generated examples."""
        return {role: Rows(self.limit) for role in ("real", "held_out", "fake")}

    def compute(self, collected, context):
        """Computes both; `Few` below `LEAST` held-out or generated examples."""
        rows = {role: collected[role].rows for role in ("real", "held_out", "fake")}
        numbers = {f"num_{role}": len(found) for role, found in rows.items()}
        if not context.allow_few:
            counts = {"held-out": len(rows["held_out"]), "generated": len(rows["fake"])}
            check_counts("Memorisation needs", LEAST, counts)
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
