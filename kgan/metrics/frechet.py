"""Fréchet distance of features: the distance of two Gaussians, as in FID."""

import warnings
from typing import Any

import numpy as np

from kgan.metrics.base import Few, Figure, Metric, check_finite
from kgan.metrics.moments import Moments

# The 2,048 features of the standard network need as many examples for full rank.
ENOUGH = 2048
LARGEST_IMAGINARY = 1e-3
# The published computation takes minutes at 2,048 features, half a second at these.
_LARGEST_CHEAP_DIMENSION = 512


def root(covariance: np.ndarray) -> np.ndarray:
    """Returns R with R Rᵀ = Σ for a covariance Σ `(d, d)`, float64 `(d, rank)`.

    Eigenvalues up to d ε of the largest, and negative ones, are rounding errors of 0.
    Raises a `ValueError` if Σ is not finite.
    """
    check_finite(covariance=covariance)
    values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
    smallest = values[-1] * len(values) * np.finfo(np.float64).eps
    kept = values > max(smallest, 0.0)
    return vectors[:, kept] * np.sqrt(values[kept])


def _distance(real_mean, fake_mean, covariances, trace_of_root):
    difference = np.asarray(real_mean, np.float64) - fake_mean
    trace = sum(map(np.trace, covariances))
    # Rounding may leave -1e-15 where the Gaussians are equal.
    return max(0.0, float(difference @ difference + trace - 2 * trace_of_root))


def _check(**means_and_covariances):
    shapes = [np.shape(array) for array in means_and_covariances.values()]
    dimension = np.size(means_and_covariances["real_mean"])
    if shapes != [(dimension,), (dimension, dimension)] * 2:
        raise ValueError(
            "`real_mean`, `real_covariance`, `fake_mean` and `fake_covariance` must "
            f"have shapes (d,), (d, d), (d,) and (d, d). Received: {shapes}"
        )
    check_finite(**means_and_covariances)


def frechet_distance(
    real_mean: np.ndarray,
    real_covariance: np.ndarray,
    fake_mean: np.ndarray,
    fake_covariance: np.ndarray,
) -> float:
    """Computes ‖μ_r − μ_f‖² + Tr(Σ_r + Σ_f − 2 (Σ_r Σ_f)^½), a float of at least 0.

    It is the squared Wasserstein-2 distance of two Gaussians, in squared units of the
    features. With Σ_r = A Aᵀ and Σ_f = B Bᵀ the eigenvalues of Σ_r Σ_f are those of
    √Σ_r Σ_f √Σ_r, the squares of the singular values of Aᵀ B, whose sum is the trace of
    the root. No root of an unsymmetric matrix is computed: nothing becomes complex, and
    covariances of any rank need no offset.

    Means μ are of shape `(d,)`, covariances Σ `(d, d)`; others, and values that are not
    finite, raise a `ValueError`.

    Example: `frechet_distance([0.0], [[1.0]], [3.0], [[4.0]])` is 3² + (1 − 2)² = 10.
    Source: Dowson and Landau, "The Fréchet Distance between Multivariate Normal
    Distributions" (1982); as FID: Heusel et al., "GANs Trained by a Two Time-Scale
    Update Rule Converge to a Local Nash Equilibrium" (2017), equation 6.
    """
    _check(
        real_mean=real_mean,
        real_covariance=real_covariance,
        fake_mean=fake_mean,
        fake_covariance=fake_covariance,
    )
    covariances = real_covariance, fake_covariance
    of_root = trace_of_root(*map(root, covariances))
    return _distance(real_mean, fake_mean, covariances, of_root)


def trace_of_root(real_root: np.ndarray, fake_root: np.ndarray) -> float:
    """Computes Tr (Σ_r Σ_f)^½ from the `root` of each."""
    check_finite(real_root=real_root, fake_root=fake_root)
    product = real_root.T @ fake_root
    return float(np.linalg.svd(product, compute_uv=False).sum())


def frechet_distance_by_sqrtm(
    real_mean: np.ndarray,
    real_covariance: np.ndarray,
    fake_mean: np.ndarray,
    fake_covariance: np.ndarray,
) -> tuple[float, float]:
    """Computes `frechet_distance` by a root of Σ_r Σ_f, as most published figures do.

    If the root is not finite, 10⁻⁶ is added to the diagonals of both covariances. Its
    imaginary part is rounding; the largest on its diagonal is returned second.

    Raises a `ValueError` if the shapes do not agree, values are not finite, or that
    part is above 10⁻³.
    Source: Heusel et al. (2017), the code of its authors.
    """
    _check(
        real_mean=real_mean,
        real_covariance=real_covariance,
        fake_mean=fake_mean,
        fake_covariance=fake_covariance,
    )
    covariances = real_covariance, fake_covariance
    of_root, imaginary = _trace_of_sqrtm(*covariances)
    if imaginary > LARGEST_IMAGINARY:
        raise ValueError(
            "`real_covariance` and `fake_covariance` must have a product with a real "
            f"root. Received: covariances whose root has an imaginary part {imaginary}"
        )
    return _distance(real_mean, fake_mean, covariances, of_root), imaginary


def _trace_of_sqrtm(real_covariance, fake_covariance):
    """Returns the real trace of a root, and the largest imaginary part in it."""
    from scipy import linalg

    pair = [np.asarray(c, np.float64) for c in (real_covariance, fake_covariance)]
    with warnings.catch_warnings():
        # A singular product is detected in the result.
        warnings.simplefilter("ignore")
        found = linalg.sqrtm(pair[0] @ pair[1])
        if not np.isfinite(found).all():
            offset = 1e-6 * np.eye(len(pair[0]))
            found = linalg.sqrtm((pair[0] + offset) @ (pair[1] + offset))
    diagonal = np.diagonal(found)
    return diagonal.real.sum(), float(np.abs(diagonal.imag).max())


def check_full_rank(real: Moments, fake: Moments, ddof: int, allow_few: bool) -> None:
    """Checks that covariances of both sets have full rank; warns if the bias is large.

    Raises `Few` if a set has no more examples than features, so that its covariance
    lacks rank for any distribution; with `allow_few`, if it has no covariance.
    """
    count, dimension = min(real.count, fake.count), len(real.mean)
    if count <= ddof or (count <= dimension and not allow_few):
        raise Few(
            f"a Fréchet distance of {dimension} features needs more than "
            f"{max(dimension, ddof)} examples of each kind, as fewer span no "
            f"covariance of full rank. Received: {real.count} real and {fake.count} "
            "fake examples"
        )
    if count < ENOUGH:
        warnings.warn(
            f"The Fréchet distance of {count} examples is biased upwards by an amount "
            "that falls as 1 / examples: compare it only with distances of as many. "
            f"At least {ENOUGH} are usual, published figures are of 50,000.",
            stacklevel=3,
        )


def check_ddof(ddof: int) -> int:
    """Returns `ddof` as an int; raises a `ValueError` unless it is 0 or 1."""
    if ddof not in (0, 1):
        raise ValueError(f"`ddof` must be 0 or 1. Received: {ddof!r}")
    return int(ddof)


class Frechet(Metric):
    """Fréchet distance between the features of real and fake examples.

    On the standard Inception network it is FID. Details: `ddof`, the number of features
    `dimension`, the numerical ranks `real_rank` and `fake_rank` of the covariances,
    and, up to 512 features, the `largest_imaginary_part` of
    `frechet_distance_by_sqrtm`.

    Args:
        ddof: Covariances are divided by count − ddof: 1 (unbiased) as in most published
            figures, 0 as in those of StyleGAN's authors.

    Example: `Frechet(features="mnist")`
    Source: Heusel et al. (2017), equation 6.
    """

    kind = "frechet"
    figures = ("frechet",)
    best = ("min",)
    standard_name = "fid"

    def __init__(self, ddof: int = 1, features: Any = None):
        self.ddof = check_ddof(ddof)
        super().__init__(features)

    def statistics(self):
        return {"real": Moments(), "fake": Moments()}

    def compute(self, collected, context):
        real, fake = collected["real"], collected["fake"]
        check_full_rank(real, fake, self.ddof, context.allow_few)
        covariances = [moments.covariance(self.ddof) for moments in (real, fake)]
        roots = [root(covariance) for covariance in covariances]
        value = _distance(real.mean, fake.mean, covariances, trace_of_root(*roots))
        details = {"ddof": self.ddof, "dimension": len(real.mean)}
        details["real_rank"], details["fake_rank"] = (r.shape[1] for r in roots)
        if details["dimension"] <= _LARGEST_CHEAP_DIMENSION:
            _, imaginary = _trace_of_sqrtm(*covariances)
            details["largest_imaginary_part"] = imaginary
            if imaginary > LARGEST_IMAGINARY:
                warnings.warn(
                    "The matrix square root of other packages has an imaginary part of "
                    f"{imaginary:.2g} here: they raise an error or differ. This "
                    "distance is real by construction",
                    stacklevel=2,
                )
        return {"frechet": Figure(value, details=details)}
