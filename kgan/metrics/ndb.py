"""In how many bins of the data generated examples are too many or too few."""

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Metric, check_counts
from kgan.metrics.feature_rows import Rows
from kgan.metrics.jensen_shannon import divergence

_FEWEST = 10  # rows for each bin


def different_bins(
    real_counts: np.ndarray, fake_counts: np.ndarray, alpha: float = 0.05
) -> np.ndarray:
    """Tests for each bin whether both have the same share of their rows in it.

    The two-proportion z-test: z = (p − q) / √(P (1 − P) (1 / n + 1 / m)), where P is
    the share in both together. A bin is different if |z| exceeds the quantile of a
    normal at 1 − α / 2.

    Args:
        real_counts: Non-negative integers of shape `(bins,)`, with the sum n.
        fake_counts: The same, with the sum m.
        alpha: Level of the test, in (0, 1): as many bins of equal distributions are
            said to be different.

    Returns:
        Booleans of shape `(bins,)`.

    Source:
        Richardson and Weiss, "On GANs and GMMs" (2018), section 3.
    """
    from scipy import stats

    real_counts, fake_counts = np.asarray(real_counts), np.asarray(fake_counts)
    n, m = real_counts.sum(), fake_counts.sum()
    pooled = (real_counts + fake_counts) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    # Not divided by the error, which is 0 of a bin that is empty or holds all.
    difference = np.abs(real_counts / n - fake_counts / m)
    return difference > stats.norm.ppf(1 - alpha / 2) * error


class Bins(Metric):
    """Number of statistically different bins (NDB), as a share of all bins.

    The real rows are clustered by k-means; a row of either set belongs to the bin of
    the nearest centre. "different_bins" is NDB / k, about α for equal distributions;
    it grows with the number of rows, as smaller differences are then found. "bins_js"
    is the Jensen-Shannon divergence of the two histograms in nats.

    Args:
        k: How many bins.
        alpha: Level of the test.
        features: See `Metric`.

    Raises:
        ValueError: If `k` is no integer of at least 2 or `alpha` not in (0, 1).

    Source:
        Richardson and Weiss, "On GANs and GMMs" (2018), section 3, there on pixels.
    """

    kind = "bins"
    figures = ("different_bins", "bins_js")
    best = ("min", "min")

    def __init__(self, k: int = 100, alpha: float = 0.05, features=None):
        super().__init__(features)
        self.k = arguments.integer("`k`", k, 2)
        if not 0.0 < alpha < 1.0:
            raise ValueError(f"`alpha` must lie in (0, 1). Received: {alpha!r}")
        self.alpha = float(alpha)

    def statistics(self):
        """Collects the features of both."""
        return {"real": Rows(), "fake": Rows()}

    def compute(self, collected, context):
        """Computes both figures; see `Metric.compute`."""
        real, fake = collected["real"].rows, collected["fake"].rows
        if not context.allow_few:
            numbers = {"real": len(real), "generated": len(fake)}
            check_counts(f"{self.k} bins need", _FEWEST * self.k, numbers)
        k = min(self.k, len(real))
        counts = _histograms(real, fake, k, context.seed)
        details = {
            "k": k,
            "alpha": self.alpha,
            "num_real": len(real),
            "num_fake": len(fake),
        }
        share = float(np.mean(different_bins(*counts, self.alpha)))
        return self.figures_of((share, divergence(*counts)), details)


def _histograms(real, fake, k, seed):
    """Clusters the real rows and counts both sets in the bins."""
    import threadpoolctl
    from sklearn.cluster import MiniBatchKMeans

    clusters = MiniBatchKMeans(k, batch_size=4096, n_init=1, random_state=seed % 2**32)
    real, fake = np.asarray(real, np.float32), np.asarray(fake, np.float32)
    # Sums of several threads are rounded otherwise, and the bins are then others.
    with threadpoolctl.threadpool_limits(1):
        clusters.fit(real)
        places = [clusters.predict(rows) for rows in (real, fake)]
    return [np.bincount(place, minlength=k) for place in places]
