"""Jensen-Shannon divergence between a known density and a generator's samples."""

from collections.abc import Callable, Sequence

import numpy as np

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import Rows

_REACH = 4  # width in σ of the bins to each side of a mode
# Bins along each dimension of a mode, by the number of dimensions: 0.16σ and 1σ wide.
_BINS = {1: 50, 2: 8}
_POINTS = {1: 20, 2: 10}  # of the midpoint rule, along each dimension of a bin
_BLOCK = 4096  # bins that are integrated at a time
_FEWEST = 100


def divergence(real: np.ndarray, fake: np.ndarray) -> float:
    """Computes the Jensen-Shannon divergence of two histograms, in nats.

    JS(p, q) = KL(p ‖ m) / 2 + KL(q ‖ m) / 2 with m = (p + q) / 2: 0 if they are equal,
    ln 2 if they do not overlap. `real` and `fake` are non-negative, of shape `(bins,)`,
    and are normalised to the sum 1.

    Source: Lin, "Divergence Measures Based on the Shannon Entropy" (1991), section IV.
    """
    from scipy.special import rel_entr

    check_finite(real=real, fake=fake)
    real, fake = real / np.sum(real), fake / np.sum(fake)
    middle = (real + fake) / 2
    both = np.sum(rel_entr(real, middle)) + np.sum(rel_entr(fake, middle))
    # Rounding may leave −10⁻¹⁷ where they are equal.
    return float(np.clip(both / 2, 0.0, np.log(2)))


def _midpoints(dimensions):
    line = (np.arange(_POINTS[dimensions]) + 0.5) / _POINTS[dimensions]
    grid = np.stack(np.meshgrid(*[line] * dimensions, indexing="ij"), axis=-1)
    return grid.reshape(-1, dimensions)


def _with_outside(inside, total):
    return np.append(inside, max(0, total - inside.sum()))


def jensen_shannon(
    real_density: Callable, fake_samples: np.ndarray, edges: Sequence
) -> float:
    """Computes JS(p_data, p_g) of a density and samples on the line, in nats.

    Both become histograms: p_data by integrating its density, p_g by counting. What is
    outside of the edges is one more bin. NaN without samples.

    Args:
        real_density: Function from an array of shape `(n,)` to p_data there.
        fake_samples: Array of shape `(n,)`.
        edges: Increasing array of shape `(bins + 1,)`, bins of equal width.

    Source: Goodfellow et al., "Generative Adversarial Nets" (2014), theorem 1: at
    D = D* the value of the game is 2 JS(p_data, p_g) − ln 4.
    """
    if not len(fake_samples):
        return float("nan")
    check_finite(fake_samples=fake_samples, edges=edges)
    width = edges[1] - edges[0]
    points = edges[:-1, None] + _midpoints(1)[:, 0] * width
    real = real_density(points.ravel()).reshape(points.shape).mean(axis=1) * width
    fake = np.histogram(fake_samples, edges)[0]
    return divergence(_with_outside(real, 1.0), _with_outside(fake, len(fake_samples)))


class ModeBins:
    """Bins where a mixture of Gaussians has its mass, and one for the rest.

    The bins are the boxes of one regular lattice within 4σ of a mode: 50 per mode on
    the line, 0.16σ wide, and 8 × 8 in the plane, 1σ wide. Elsewhere the density is so
    close to 0 that a split would not change the divergence.

    Args:
        centers: Array of shape `(modes, d)`, d 1 or 2.
        stddev: σ of every mode, a number or one for each dimension.
    """

    def __init__(self, centers: np.ndarray, stddev: np.ndarray):
        check_finite(centers=centers, stddev=stddev)
        dimensions = centers.shape[1]
        bins = _BINS[dimensions]
        stddev = np.broadcast_to(np.asarray(stddev, np.float64), dimensions)
        self._width = stddev * (2 * _REACH / bins)
        self._origin = centers[0] - _REACH * stddev
        corners = np.rint((centers - centers[0]) / self._width).astype(np.int64)
        around = np.indices([bins] * dimensions).reshape(dimensions, -1).T
        boxes = corners[:, None] + around
        self._boxes = np.unique(boxes.reshape(-1, dimensions), axis=0)
        self._low = self._boxes.min(axis=0)
        self._span = self._boxes.max(axis=0) - self._low + 1

    def __len__(self):
        return len(self._boxes)

    def count(self, points: np.ndarray) -> np.ndarray:
        """Counts points `(n, d)` per bin, `(bins + 1,)`, the rest last."""
        check_finite(points=points)
        places = np.floor((np.asarray(points) - self._origin) / self._width) - self._low
        near = np.all((places >= 0) & (places < self._span), axis=1)
        numbers = self._numbers(places[near].astype(np.int64))
        own = self._numbers(self._boxes - self._low)
        index = np.minimum(np.searchsorted(own, numbers), len(own) - 1)
        counts = np.bincount(index[own[index] == numbers], minlength=len(own))
        return _with_outside(counts, len(points))

    def integrate(self, density: Callable) -> np.ndarray:
        """Integrates a density over each bin by the midpoint rule, the rest last."""
        dimensions = len(self._width)
        inside = _midpoints(dimensions)
        means = []
        for first in range(0, len(self), _BLOCK):
            boxes = self._boxes[first : first + _BLOCK, None]
            points = self._origin + (boxes + inside) * self._width
            values = density(points.reshape(-1, dimensions))
            means.append(values.reshape(points.shape[:2]).mean(axis=1))
        return _with_outside(np.concatenate(means) * np.prod(self._width), 1.0)

    def _numbers(self, places):
        return np.ravel_multi_index(tuple(places.T), tuple(self._span))


class JensenShannon(Metric):
    """Jensen-Shannon divergence between a source's density and a generator's, in nats.

    The source must be a mixture of Gaussians in one or two dimensions, such as
    "gaussian", "ring" and "grid". `ModeBins` follow its σ; smaller structure is not
    resolved. The estimate from n samples is too large by about (bins with
    samples − 1) / (8 n); the detail "of_equal" is that of n samples of the mixture
    itself.
    """

    kind = "jensen_shannon"
    figures = ("jensen_shannon",)
    best = ("min",)
    on_features = False

    def statistics(self):
        return {"fake": Rows(output="images")}

    def compute(self, collected, context):
        source, fake = context.source, collected["fake"].rows
        needed = ("density", "centers", "stddev", "sample")
        if not all(hasattr(source, name) for name in needed):
            raise ValueError(
                "`source` must be a mixture of Gaussians with `density`, `centers`, "
                '`stddev` and `sample`, such as "gaussian" or "ring". '
                f"Received: {source!r}"
            )
        dimensions = source.centers.shape[1]
        if dimensions not in _BINS:
            raise ValueError(
                "`source` must have one or two dimensions: bins of equal size are too "
                f"many in more. Received: {dimensions}"
            )
        context.check_counts("jensen_shannon needs", _FEWEST, generated=fake)
        bins = ModeBins(source.centers, source.stddev)
        real = bins.integrate(source.density)
        equal = source.sample(len(fake), context.seed)
        details = {
            "num_samples": len(fake),
            "num_bins": len(real),
            "of_equal": divergence(real, bins.count(equal)),
        }
        value = divergence(real, bins.count(fake))
        return {self.kind: Figure(value, details=details)}
