"""Fréchet distance extrapolated to infinitely many fakes, as in FID∞."""

import typing
import warnings
from typing import Any

import numpy as np

from kgan.core import arguments
from kgan.metrics import frechet
from kgan.metrics.base import Few, Figure, Metric, check_finite
from kgan.metrics.feature_rows import Rows
from kgan.metrics.moments import Moments

# Float64 copies of 4,096 rows of 2,048 features take 64 MB.
_ROWS_AT_ONCE = 4096


class Line(typing.NamedTuple):
    """A least squares line over 1 / size: intercept, its standard error, and slope."""

    intercept: float
    standard_error: float
    slope: float


def extrapolate(sizes: np.ndarray, distances: np.ndarray) -> Line:
    """Fits distance = intercept + slope / size; returns a `Line`.

    The Fréchet distance of N fakes has the bias c / N + O(1 / N²), where c depends on
    the generator, so a line over 1 / N reaches the unbiased value at 0.

    Raises a `ValueError` if there are not at least 3 sizes with a distance each,
    positive and not all equal, or a number is not finite.
    Example: `extrapolate([10, 20, 40], [1.2, 1.1, 1.05])` is 1 + 2 / size.
    Source: Chong and Forsyth, "Effectively Unbiased FID and Inception Score and where
    to find them" (2020), section 3.
    """
    sizes = np.asarray(sizes, np.float64)
    check_finite(sizes=sizes, distances=distances)
    if sizes.shape != np.shape(distances) or len(sizes) < 3 or not sizes.min() > 0:
        raise ValueError(
            "`sizes` must be at least 3 positive numbers, with a distance each. "
            f"Received: {sizes.tolist()} for {np.size(distances)} distances"
        )
    if len(np.unique(sizes)) == 1:
        raise ValueError(
            "`sizes` must not all be equal, as no line goes through one place. "
            f"Received: {sizes.tolist()}"
        )
    inverse = 1 / sizes
    (slope, intercept), covariance = np.polyfit(inverse, distances, 1, cov=True)
    error = np.sqrt(covariance[1, 1])
    return Line(float(intercept), float(error), float(slope))


def distances_of_subsets(
    real_mean: np.ndarray,
    real_covariance: np.ndarray,
    fake: np.ndarray,
    sizes: np.ndarray,
    rng: np.random.Generator,
    ddof: int = 1,
) -> np.ndarray:
    """Computes the Fréchet distances of random subsets of the fakes, float64.

    Args:
        real_mean: μ_r, of shape `(d,)`.
        real_covariance: Σ_r, of shape `(d, d)`.
        fake: Features of shape `(n, d)`.
        sizes: Integers in (ddof, n], one for each subset.
        rng: Draws the subsets, without replacement.
        ddof: Covariances of the subsets are divided by size − ddof.
    """
    check_finite(real_mean=real_mean, real_covariance=real_covariance, fake=fake)
    root = frechet.root(real_covariance)
    distances = []
    for size in sizes:
        chosen = rng.permutation(len(fake))[:size]
        moments = Moments()
        for start in range(0, size, _ROWS_AT_ONCE):
            moments.add(fake[chosen[start : start + _ROWS_AT_ONCE]])
        covariance = moments.covariance(ddof)
        # The matrix of `frechet_distance`, in a quarter of the time; its squares have
        # eight digits, more than a fit needs.
        squares = np.linalg.eigvalsh(root.T @ covariance @ root)
        roots = np.sqrt(np.maximum(squares, 0.0)).sum()
        difference = real_mean - moments.mean
        trace = np.trace(real_covariance) + np.trace(covariance)
        distances.append(difference @ difference + trace - 2 * roots)
    return np.array(distances)


class FrechetInfinity(Metric):
    """Fréchet distance without the bias of a limited number of fakes.

    Distances of random subsets of the fakes are extrapolated to 1 / size = 0 by a line.
    The number of reals stays part of the figure. An unbiased value may be slightly
    negative. Details: `sizes`, `distances`, `slope`, `ddof`. The uncertainty is that of
    the fit, which ignores that the largest subsets share most of their examples.

    Args:
        num_sizes: Number of subsets, at least 3; sizes are evenly spaced and end with
            all fakes.
        smallest: Smallest size; None: a tenth of the fakes (5,000 of 50,000 as in the
            paper), and more than there are features.
        ddof: 1 or 0, as in `Frechet`.

    Example: `FrechetInfinity(features="mnist")`
    Source: Chong and Forsyth (2020), section 3 and algorithm 1.
    """

    kind = "frechet_infinity"
    figures = ("frechet_infinity",)
    best = ("min",)
    standard_name = "fid_infinity"

    def __init__(
        self,
        num_sizes: int = 15,
        smallest: int | None = None,
        ddof: int = 1,
        features: Any = None,
    ):
        self.num_sizes = arguments.integer("`num_sizes`", num_sizes, 3)
        if smallest is not None:
            smallest = arguments.integer("`smallest`", smallest, 2)
        self.smallest = smallest
        self.ddof = frechet.check_ddof(ddof)
        super().__init__(features)

    def statistics(self):
        return {"real": Moments(), "fake": Rows()}

    def _sizes(self, real, fake, allow_few):
        count, dimension = fake.shape
        least = 2 if allow_few else dimension + 1
        smallest = self.smallest or max(count // 10, least)
        # A line needs a range of sizes, a covariance enough examples.
        if min(smallest, real.count) < least or count < 2 * smallest:
            raise Few(
                f"a line through Fréchet distances of {dimension} features needs at "
                f"least {least} real examples, as many fakes in the smallest subset, "
                f"and twice that subset in all. Received: {real.count} real and "
                f"{count} fake examples, {smallest} of them in the smallest subset"
            )
        if min(smallest, real.count) <= dimension:
            warnings.warn(
                f"Some covariances of {dimension} features are of no more examples and "
                "lack rank: the bias is not linear in 1 / size there.",
                stacklevel=3,
            )
        return np.linspace(smallest, count, self.num_sizes).astype(int)

    def compute(self, collected, context):
        real, fake = collected["real"], collected["fake"].rows
        sizes = self._sizes(real, fake, context.allow_few)
        rng = np.random.default_rng(context.seed)
        moments = real.mean, real.covariance(self.ddof)
        distances = distances_of_subsets(*moments, fake, sizes, rng, self.ddof)
        line = extrapolate(sizes, distances)
        details = {
            "sizes": sizes.tolist(),
            "distances": distances.tolist(),
            "slope": line.slope,
            "ddof": self.ddof,
        }
        meaning = f"standard error of the intercept of {len(sizes)} subsets"
        figure = Figure(line.intercept, line.standard_error, meaning, details)
        return {"frechet_infinity": figure}
