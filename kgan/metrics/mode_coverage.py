"""Modes of a mixture of Gaussians that a generator covers."""

import warnings

import numpy as np

from kgan.metrics import neighbours
from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import Rows

_RADIUS = 3.0  # in σ around a centre, within which a sample is of high quality
_FEWEST = 10  # samples for each mode


def nearest_modes(
    points: np.ndarray, centers: np.ndarray, stddev: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns the nearest mode, int64 `(n,)`, and offset in σ, float64 `(n, d)`.

    Args:
        points: Array of shape `(n, d)`.
        centers: Array of shape `(modes, d)`.
        stddev: σ of every mode, a number or one for each dimension.
    """
    check_finite(points=points, centers=centers, stddev=stddev)
    points, centers = np.asarray(points, np.float64), np.asarray(centers)
    _, nearest = neighbours.nearest(points / stddev, centers / stddev)
    return nearest, (points - centers[nearest]) / stddev


def mode_coverage(
    points: np.ndarray,
    centers: np.ndarray,
    stddev: np.ndarray,
    weights: np.ndarray | None = None,
) -> dict[str, float]:
    """Counts modes and samples of high quality.

    A sample is of high quality if ‖(x − c) / σ‖ ≤ 3 for the nearest centre c. A mode is
    found if such a sample is nearest to it. Arguments are those of `nearest_modes`, and
    `weights`, the probability of each mode, None if all are equal.

    Returned by name:
    - modes_found: number of modes with a sample of high quality;
    - high_quality_share: share of all samples, in [0, 1];
    - modes_kl: KL(samples of high quality over the modes ‖ weights) in nats; without
      any its maximum, −ln(smallest weight);
    - modes_spread: σ of the samples of high quality in a mode, relative to the true
      one, mean over the modes; 0 without any.

    Source: Srivastava et al., "VEEGAN: Reducing Mode Collapse in GANs using Implicit
    Variational Learning" (2017), section 5.1; the KL divergence: Lin et al., "PacGAN"
    (2018), section 4.1.
    """
    from scipy import stats

    modes = len(centers)
    weights = np.full(modes, 1 / modes) if weights is None else np.asarray(weights)
    check_finite(weights=weights)
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
    """Returns the mean of σ_g / σ over the modes with at least two samples.

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
    """Figures of `mode_coverage`, from the centres of a mixture's source.

    The source needs `centers` and `stddev`, as "ring" and "grid" have, and may have
    `weights`. The protocol of the literature is 2,500 samples (Srivastava et al., 2017;
    Lin et al., 2018): more samples find more modes. A "modes_spread" below 1 has too
    narrow modes (0: each is a single point), above 1 too wide ones. Only samples of
    high quality count, so that those between the modes do not hide collapse.
    """

    kind = "mode_coverage"
    figures = ("modes_found", "high_quality_share", "modes_kl", "modes_spread")
    best = ("max", "max", "min", "1")
    on_features = False

    def statistics(self):
        return {"fake": Rows(output="images")}

    def compute(self, collected, context):
        centers = getattr(context.source, "centers", None)
        stddev = getattr(context.source, "stddev", None)
        if centers is None or stddev is None:
            raise ValueError(
                "`source` must be a mixture of Gaussians with `centers` and `stddev`, "
                f'such as "ring" or "grid". Received: {context.source!r}'
            )
        points, modes = collected["fake"].rows, len(centers)
        least = _FEWEST * modes
        context.check_counts(f"{modes} modes need", least, generated=points)
        weights = getattr(context.source, "weights", None)
        found = mode_coverage(points, centers, stddev, weights)
        share = found["high_quality_share"]
        if not share:
            warnings.warn(
                f"None of {len(points)} points is within {_RADIUS:g}σ of a mode: "
                "modes_kl and modes_spread are set to their worst values.",
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
