"""Number of statistically different bins (NDB)."""

from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Metric, check_finite
from kgan.metrics.feature_rows import Rows
from kgan.metrics.jensen_shannon import divergence

_FEWEST = 10  # rows for each bin


def different_bins(
    real_counts: np.ndarray, fake_counts: np.ndarray, alpha: float = 0.05
) -> np.ndarray:
    """Tests for each bin whether both sets have the same share of rows in it.

    The two-proportion z-test: z = (p − q) / √(P (1 − P) (1 / n + 1 / m)), where P is
    the share in both together. A bin is different if |z| exceeds the quantile of a
    normal at 1 − α / 2, so a share α in (0, 1) of equal bins count as different. Counts
    are non-negative integers `(bins,)` with the sums n and m, the result is boolean.

    Source: Richardson and Weiss, "On GANs and GMMs" (2018), section 3.
    """
    from scipy import stats

    check_finite(real_counts=real_counts, fake_counts=fake_counts)
    alpha = arguments.share("alpha", alpha)
    real_counts, fake_counts = np.asarray(real_counts), np.asarray(fake_counts)
    n, m = real_counts.sum(), fake_counts.sum()
    pooled = (real_counts + fake_counts) / (n + m)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    # Not divided by the error, which is 0 for a bin with no rows or all.
    difference = np.abs(real_counts / n - fake_counts / m)
    return difference > stats.norm.ppf(1 - alpha / 2) * error


class Bins(Metric):
    """Number of statistically different bins, as a share of all bins.

    The real rows are clustered by k-means; a row of either set is in the bin of the
    nearest centre. "different_bins" is NDB / k, about α for equal distributions; it
    grows with the number of rows, as smaller differences become significant. "bins_js"
    is the Jensen-Shannon divergence of the two histograms in nats.

    Args:
        k: Number of bins, an integer of at least 2.
        alpha: Level of the test, in (0, 1).

    Source: Richardson and Weiss, "On GANs and GMMs" (2018), section 3, there on pixels.
    """

    kind = "bins"
    figures = ("different_bins", "bins_js")
    best = ("min", "min")

    def __init__(self, k: int = 100, alpha: float = 0.05, features: Any = None):
        super().__init__(features)
        self.k = arguments.integer("`k`", k, 2)
        self.alpha = arguments.share("alpha", alpha)

    def statistics(self):
        return {"real": Rows(), "fake": Rows()}

    def compute(self, collected, context):
        real, fake = collected["real"].rows, collected["fake"].rows
        subject = f"{self.k} bins need"
        context.check_counts(subject, _FEWEST * self.k, real=real, generated=fake)
        k = min(self.k, len(real))
        counts = _histograms(real, fake, k, context.seed)
        share = float(np.mean(different_bins(*counts, self.alpha)))
        sizes = {"num_real": len(real), "num_fake": len(fake)}
        details = {"k": k, "alpha": self.alpha, **sizes}
        return self.figures_of((share, divergence(*counts)), details)


def _histograms(real, fake, k, seed):
    import threadpoolctl
    from sklearn.cluster import MiniBatchKMeans

    check_finite(real=real, fake=fake)
    clusters = MiniBatchKMeans(k, batch_size=4096, n_init=1, random_state=seed % 2**32)
    real, fake = np.asarray(real, np.float32), np.asarray(fake, np.float32)
    # The rounding of sums, and so the bins, depend on the number of threads.
    with threadpoolctl.threadpool_limits(1):
        clusters.fit(real)
        places = [clusters.predict(rows) for rows in (real, fake)]
    return [np.bincount(place, minlength=k) for place in places]
