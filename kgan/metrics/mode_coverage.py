"""How many modes of a mixture of Gaussians a generator has found, and how well."""

import warnings

import numpy as np

from kgan.metrics.base import Figure, Metric, check_counts
from kgan.metrics.feature_rows import Rows

_RADIUS = 3.0  # a sample is of high quality within so many σ of a centre
_FEWEST = 10  # samples for each mode


def nearest_modes(
    points: np.ndarray, centers: np.ndarray, stddev: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Finds the nearest mode of each point, in units of σ.

    Args:
        points: Array of shape `(n, d)`.
        centers: Array of shape `(modes, d)`.
        stddev: σ of every mode, a number or one for each dimension.

    Returns:
        The number of the mode, int64 of shape `(n,)`, and the offset from its centre
        in each dimension divided by σ, float64 of shape `(n, d)`.
    """
    points = np.asarray(points, np.float64)
    nearest = np.zeros(len(points), np.int64)
    offsets = np.full(points.shape, np.inf)
    for mode, center in enumerate(centers):
        other = (points - center) / stddev
        closer = np.sum(other**2, axis=1) < np.sum(offsets**2, axis=1)
        nearest[closer], offsets[closer] = mode, other[closer]
    return nearest, offsets


def mode_coverage(
    points: np.ndarray,
    centers: np.ndarray,
    stddev: np.ndarray,
    weights: np.ndarray | None = None,
) -> dict[str, float]:
    """Counts modes and samples of high quality.

    A sample is of high quality if ‖(x − c) / σ‖ ≤ 3 for the nearest centre c. A mode is
    found if such a sample is nearest to it.

    Args:
        points: Samples of shape `(n, d)`.
        centers: Array of shape `(modes, d)`.
        stddev: σ of every mode, a number or one for each dimension.
        weights: Probability of each mode, `(modes,)`; None where all are equal.

    Returns:
        By name:
        - modes_found: how many modes have a sample of high quality;
        - high_quality_share: share of all samples, in [0, 1];
        - modes_kl: KL(samples of high quality over the modes ‖ weights) in nats;
          without any the largest that there is, −ln(smallest weight);
        - modes_spread: σ of the samples of high quality in a mode, relative to the
          true one, mean over the modes; 0 without any.

    Source:
        Srivastava et al., "VEEGAN: Reducing Mode Collapse in GANs using Implicit
        Variational Learning" (2017), section 5.1; the KL divergence: Lin et al.,
        "PacGAN" (2018), section 4.1.
    """
    from scipy import stats

    modes = len(centers)
    weights = np.full(modes, 1 / modes) if weights is None else np.asarray(weights)
    nearest, offsets = nearest_modes(points, centers, stddev)
    good = np.sum(offsets**2, axis=1) <= _RADIUS**2
    counts = np.bincount(nearest[good], minlength=modes)
    kl = stats.entropy(counts, weights) if counts.any() else -np.log(weights.min())
    return {
        "modes_found": float(np.count_nonzero(counts)),
        "high_quality_share": float(good.mean()),
        "modes_kl": max(0.0, float(kl)),
        "modes_spread": _spread(offsets[good], nearest[good]),
    }


def _spread(offsets, modes):
    """Gives the mean of σ_g / σ over the modes that have at least two samples.

    Inside ‖u‖ ≤ r a normal u has the mean square P(χ²_{d+2} ≤ r²) / P(χ²_d ≤ r²) in
    each dimension, a little below 1; this is divided out.
    """
    from scipy import stats

    dimensions = offsets.shape[1]
    inside = stats.chi2.cdf(_RADIUS**2, [dimensions + 2, dimensions])
    spreads = []
    for mode in np.unique(modes):
        own = offsets[modes == mode]
        if len(own) > 1:
            variance = own.var(axis=0, ddof=1).mean()
            spreads.append(np.sqrt(variance * inside[1] / inside[0]))
    return float(np.mean(spreads)) if spreads else 0.0


class ModeCoverage(Metric):
    """Modes found by a generator of a mixture, from the centres of its source.

    It needs a source that has `centers` and `stddev`, as "ring" and "grid" have; where
    that has `weights` too, they take the place of equal ones. The protocol of the
    literature is 2,500 samples (Srivastava et al., 2017; Lin et al., 2018): more
    samples find more modes.

    The figures are those of `mode_coverage`. Of "modes_spread" 1 is right, as the true
    density has it: below, the generator is too narrow inside of its modes, and 0 if
    each is a single point; above, it is too wide. It is listed as better when larger
    because collapse is what it is there to find. Only samples of high quality count,
    so that those between the modes do not hide it.
    """

    kind = "mode_coverage"
    figures = ("modes_found", "high_quality_share", "modes_kl", "modes_spread")
    best = ("max", "max", "min", "1")
    on_features = False

    def statistics(self):
        """Collects the generated points."""
        return {"fake": Rows(output="images")}

    def compute(self, collected, context):
        """Computes the four figures; see `Metric.compute`."""
        centers = getattr(context.source, "centers", None)
        stddev = getattr(context.source, "stddev", None)
        if centers is None or stddev is None:
            raise ValueError(
                "`source` must be a mixture of Gaussians with `centers` and `stddev`, "
                f'such as "ring" or "grid". Received: {context.source!r}'
            )
        points, modes = collected["fake"].rows, len(centers)
        if not context.allow_few:
            counts = {"generated": len(points)}
            check_counts(f"{modes} modes need", _FEWEST * modes, counts)
        weights = getattr(context.source, "weights", None)
        found = mode_coverage(points, centers, stddev, weights)
        share = found["high_quality_share"]
        if not share:
            warnings.warn(
                f"None of {len(points)} points lies within {_RADIUS:g}σ of a mode: "
                "modes_kl and modes_spread are set to their worst values.",
                UserWarning,
                stacklevel=2,
            )
        details = {
            "num_samples": len(points),
            "num_modes": modes,
            "within_stddevs": _RADIUS,
        }
        error = float(np.sqrt(share * (1 - share) / len(points)))
        figures = self.figures_of(found.values(), details)
        figures["high_quality_share"] = Figure(share, error, "standard error", details)
        return figures
