"""Log-likelihood of held-out examples under Gaussian windows on generated ones."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import Rows

_NUM_WINDOWS = 10_000
_NUM_VALIDATION = 1_000
_NUM_HELD_OUT = 10_000
_FEWEST = 100
_BLOCK = 2**22  # squared distances held at a time, 32 MB


def _squared_distances(points, windows):
    norms = np.sum(windows**2, axis=1)
    size = max(1, _BLOCK // len(windows))
    for first in range(0, len(points), size):
        block = points[first : first + size]
        squares = np.sum(block**2, axis=1)[:, None] + norms - 2 * (block @ windows.T)
        yield np.maximum(squares, 0.0)


def _log_sum(squares, sigmas):
    """Returns log Σ_i exp(−½ squares / σ²) for each σ; overwrites `squares`."""
    nearest = squares.min(axis=1)
    squares -= nearest[:, None]  # the largest term is then exp(0)
    return np.stack(
        [
            np.log(np.exp(squares * (-0.5 / s**2)).sum(axis=1)) - 0.5 * nearest / s**2
            for s in sigmas
        ]
    )


def parzen_log_likelihood(
    points: np.ndarray, windows: np.ndarray, sigma: float | Sequence
) -> np.ndarray:
    """Computes the log-density of points under a mixture of equal Gaussian windows.

    log p(x) = logmeanexp_i(−½ ‖(x − μ_i) / σ‖²) − d log(σ √(2π)), in nats.

    Args:
        points: Array of shape `(n, d)`.
        windows: Centres μ of the windows, `(m, d)`.
        sigma: Their standard deviation σ, a positive number or several; the result is
            float64 `(n,)`, for several `(number of σ, n)`.

    Source: Breuleux, Bengio and Vincent, "Quickly Generating Representative Samples
    from an RBM-Derived Process" (2011); Goodfellow et al., "Generative Adversarial
    Nets" (2014), section 5.
    """
    check_finite(points=points, windows=windows, sigma=sigma)
    # Centred, fewer digits of the distances cancel.
    windows = np.asarray(windows, np.float64)
    middle = windows.mean(axis=0)
    windows, points = windows - middle, np.asarray(points, np.float64) - middle
    sigmas = np.atleast_1d(np.asarray(sigma, np.float64))
    sums = [_log_sum(block, sigmas) for block in _squared_distances(points, windows)]
    scale = windows.shape[1] * np.log(sigmas * np.sqrt(2 * np.pi))
    likelihood = np.concatenate(sums, axis=1) - np.log(len(windows)) - scale[:, None]
    return likelihood if np.ndim(sigma) else likelihood[0]


class Parzen(Metric):
    """Parzen-window log-likelihood of held-out examples, in nats.

    The protocol of the first paper on GANs: 10,000 generated examples are the centres
    of Gaussian windows; pixels are scaled to [0, 1], points are not. σ is the one of
    `sigmas` with the largest mean log-likelihood of the first 1,000 examples of the
    role "real", the validation images, which should not be training examples (see the
    `split` that is measured). The figure is the mean over up to 10,000 of the role
    "held_out".

    It is a weak figure, for comparison with publications of its time. In many
    dimensions it is far from the true likelihood and ranks models wrongly: centres of
    clusters beat the data itself (Theis, van den Oord and Bethge, "A note on the
    evaluation of generative models", 2016, section 3.2). 10,000 training images of
    MNIST as windows have 243.6 at σ 0.167, which a generator may well exceed.

    Args:
        sigmas: Positive, finite, increasing widths; by default 10 from 0.1 to 1.

    Source: Goodfellow et al., "Generative Adversarial Nets" (2014), section 5 and table
    1.
    """

    kind = "parzen"
    figures = ("parzen_log_likelihood",)
    best = ("max",)
    on_features = False

    def __init__(self, sigmas: Sequence | None = None, features: Any = None):
        super().__init__(features)
        default = np.logspace(-1, 0, 10)
        self.sigmas = np.asarray(default if sigmas is None else sigmas, np.float64)
        if self.sigmas.ndim != 1 or not self.sigmas.size or not _rises(self.sigmas):
            raise ValueError(
                "`sigmas` must be positive, finite and increasing. "
                f"Received: {sigmas!r}"
            )

    def statistics(self):
        return {
            "real": Rows(_NUM_VALIDATION, "images"),
            "fake": Rows(_NUM_WINDOWS, "images"),
            "held_out": Rows(_NUM_HELD_OUT, "images"),
        }

    def compute(self, collected, context):
        rows = {role: _unit(statistic.rows) for role, statistic in collected.items()}
        windows = rows["fake"]
        context.check_counts("parzen needs", _FEWEST, **rows)
        if len(windows) < _NUM_WINDOWS:
            warnings.warn(
                f"parzen is defined on {_NUM_WINDOWS} windows, with fewer it is lower. "
                f"Received: {len(windows)}",
                stacklevel=2,
            )
        validation = parzen_log_likelihood(rows["real"], windows, self.sigmas)
        best = int(validation.mean(axis=1).argmax())
        if len(self.sigmas) > 1 and best in (0, len(self.sigmas) - 1):
            warnings.warn(
                f"parzen chose σ {self.sigmas[best]:.4g} at the end of `sigmas`: "
                "a wider range may have a larger likelihood.",
                stacklevel=2,
            )
        values = parzen_log_likelihood(rows["held_out"], windows, self.sigmas[best])
        details = {
            "sigma": float(self.sigmas[best]),
            "dimensions": windows.shape[1],
            "num_windows": len(windows),
            "num_validation": len(rows["real"]),
            "num_held_out": len(values),
        }
        return {self.figures[0]: Figure.mean(values, "standard error", details)}


def _rises(values):
    # Beginning at 0, so that the first must be positive.
    return np.isfinite(values).all() and (np.diff(values, prepend=0.0) > 0).all()


def _unit(rows):
    """Scales pixels to [0, 1] and leaves points as they are."""
    return rows.astype(np.float64) / 255 if rows.dtype == np.uint8 else rows
