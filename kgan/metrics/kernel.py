"""Kernel distance of features: an unbiased squared MMD, as in KID."""

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Figure, Metric, check_counts
from kgan.metrics.feature_rows import Rows


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Finds k(x, y) = (x·y / d + 1)³ of each pair.

    Args:
        x: Features of shape `(m, d)`.
        y: Features of shape `(n, d)`.

    Returns:
        An array of shape `(m, n)`.
    """
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean_of_pairs(x):
    values = kernel(x, x)
    return (values.sum() - np.trace(values)) / (len(x) * (len(x) - 1))


def kernel_distance(real: np.ndarray, fake: np.ndarray) -> float:
    """Finds E k(r, r') + E k(f, f') − 2 E k(r, f), the squared MMD.

    The means over pairs of the same set leave out each example with itself, which
    makes the estimate unbiased: of equal distributions it is 0 on average, and negative
    every other time.

    Args:
        real: Features of shape `(m, d)`, m ≥ 2.
        fake: Features of shape `(n, d)`, n ≥ 2.

    Returns:
        A float.

    Example:
        ```python
        kernel_distance(np.zeros((2, 1)), np.ones((2, 1)))  # 1 + 2³ − 2 · 1 = 7
        ```

    Source:
        Bińkowski et al., "Demystifying MMD GANs" (2018), section 4 and equation 4.
    """
    real, fake = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    crossed = kernel(real, fake).mean()
    return float(_mean_of_pairs(real) + _mean_of_pairs(fake) - 2 * crossed)


class Kernel(Metric):
    """Kernel distance between real and fake features, mean of random subsets.

    On the standard Inception network it is KID. Unlike a Fréchet distance it has no
    bias in the number of examples. The uncertainty is the standard error of the subsets
    drawn, so it leaves out what they share; where both sets are no larger than a
    subset, all examples are the only one and there is none.

    Args:
        num_subsets: Number of subsets, a positive integer.
        subset_size: Number of examples of each kind in a subset, at least 2, drawn
            without replacement; of smaller sets, the size of the smaller one.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If an argument is not as said.

    Example:
        ```python
        Kernel(features="mnist")
        ```

    Source:
        Bińkowski et al. (2018), section 4.
    """

    kind = "kernel"
    figures = ("kernel",)
    best = ("min",)
    standard_name = "kid"

    def __init__(self, num_subsets=100, subset_size=1000, features=None):
        self.num_subsets = arguments.positive_integer("num_subsets", num_subsets)
        self.subset_size = arguments.integer("`subset_size`", subset_size, 2)
        super().__init__(features)

    def statistics(self):
        """Collects the features of real and fake examples."""
        return {"real": Rows(), "fake": Rows()}

    def compute(self, collected, context):
        """Finds the mean over the subsets.

        Raises:
            Few: If there are fewer than 2 examples of a kind.
        """
        real, fake = collected["real"].rows, collected["fake"].rows
        size = min(self.subset_size, len(real), len(fake))
        counts = {"real": len(real), "generated": len(fake)}
        check_counts("A kernel distance needs", 2, counts)
        rng = np.random.default_rng(context.seed)
        # All subsets would be the same one.
        num_subsets = 1 if len(real) == len(fake) == size else self.num_subsets
        distances = [
            kernel_distance(*(rng.choice(x, size, replace=False) for x in (real, fake)))
            for _ in range(num_subsets)
        ]
        details = {"num_subsets": num_subsets, "subset_size": size}
        meaning = f"standard error of {num_subsets} subsets"
        return {"kernel": Figure.mean(distances, meaning, details)}
