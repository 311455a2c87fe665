"""Kernel distance of features: an unbiased squared MMD, as in KID."""

from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Figure, Metric, check_counts, check_finite
from kgan.metrics.feature_rows import Rows


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Computes k(x, y) = (x·y / d + 1)³ of `(m, d)` and `(n, d)`, of shape `(m, n)`."""
    check_finite(x=x, y=y)
    return _kernel(x, y)


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_pairs(x):
    values = _kernel(x, x)
    return (values.sum() - np.trace(values)) / (len(x) * (len(x) - 1))


def kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Computes E k(r, r') + E k(f, f') − 2 E k(r, f), the squared MMD.

    Features are `(m, d)` and `(n, d)`, with m, n ≥ 2. Means within a set leave out each
    example with itself, so the estimate is unbiased: for equal distributions 0 on
    average, and negative half of the time.

    Example: `kernel_distance(np.zeros((2, 1)), np.ones((2, 1)))` is 1 + 2³ − 2 · 1 = 7.
    Source: Bińkowski et al., "Demystifying MMD GANs" (2018), section 4 and equation 4.
    """
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    check_finite(real=real, fake=fake)
    crossed = _kernel(real, fake).mean()
    return float(_mean_of_pairs(real) + _mean_of_pairs(fake) - 2 * crossed)


class Kernel(Metric):
    """Kernel distance between real and fake features, mean of random subsets.

    On the standard Inception network it is KID. It has no bias in the number of
    examples. The uncertainty is the standard error over the subsets, which ignores what
    they share; if both sets are no larger than a subset, there is one subset and none.

    Args:
        num_subsets: Number of subsets, a positive integer.
        subset_size: Examples of each set in a subset, at least 2, drawn without
            replacement; at most the size of the smaller set.

    Example: `Kernel(features="mnist")`
    Source: Bińkowski et al. (2018), section 4.
    """

    kind = "kernel"
    figures = ("kernel",)
    best = ("min",)
    standard_name = "kid"

    def __init__(
        self, num_subsets: int = 100, subset_size: int = 1000, features: Any = None
    ):
        self.num_subsets = arguments.positive_integer("num_subsets", num_subsets)
        self.subset_size = arguments.integer("`subset_size`", subset_size, 2)
        super().__init__(features)

    def statistics(self):
        return {"real": Rows(), "fake": Rows()}

    def compute(self, collected, context):
        real, fake = collected["real"].rows, collected["fake"].rows
        size = min(self.subset_size, len(real), len(fake))
        counts = {"real": len(real), "generated": len(fake)}
        check_counts("A kernel distance needs", 2, counts)
        rng = np.random.default_rng(context.seed)
        # All subsets would be equal.
        num_subsets = 1 if len(real) == len(fake) == size else self.num_subsets
        distances = [
            kernel_distance(*(rng.choice(x, size, replace=False) for x in (real, fake)))
            for _ in range(num_subsets)
        ]
        details = {"num_subsets": num_subsets, "subset_size": size}
        meaning = f"standard error of {num_subsets} subsets"
        return {"kernel": Figure.mean(distances, meaning, details)}
