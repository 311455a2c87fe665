"""Fréchet distance of features: how far two Gaussians are apart, as in FID."""

import warnings

import numpy as np

from kgan.metrics.base import Few, Figure, Metric
from kgan.metrics.moments import Moments

# The 2,048 features of the standard network need as many examples for full rank.
ENOUGH = 2048
LARGEST_IMAGINARY = 1e-3
# The published route takes minutes at 2,048 features, and half a second here.
_LARGEST_CHEAP_DIMENSION = 512


def root(covariance: np.ndarray) -> np.ndarray:
    """Gives R with R Rᵀ = Σ and as many columns as Σ has rank.

    Eigenvalues that rounding cannot tell from 0, at most d ε of the largest, are 0:
    negative ones as well, which a covariance has none of.

    Args:
        covariance: Σ, of shape `(d, d)`, symmetric.

    Returns:
        float64 of shape `(d, rank)`.
    """
    values, vectors = np.linalg.eigh(np.asarray(covariance, np.float64))
    smallest = values[-1] * len(values) * np.finfo(np.float64).eps
    kept = values > max(smallest, 0.0)
    return vectors[:, kept] * np.sqrt(values[kept])


def _distance(real_mean, fake_mean, trace, trace_of_root):
    difference = np.asarray(real_mean, np.float64) - fake_mean
    # Rounding may leave -1e-15 where the Gaussians are equal.
    return max(0.0, float(difference @ difference + trace - 2 * trace_of_root))


def _check_shapes(real_mean, real_covariance, fake_mean, fake_covariance):
    shapes = [
        np.shape(array)
        for array in (real_mean, real_covariance, fake_mean, fake_covariance)
    ]
    dimension = np.size(real_mean)
    if shapes != [(dimension,), (dimension, dimension)] * 2:
        raise ValueError(
            "`real_mean`, `real_covariance`, `fake_mean` and `fake_covariance` must "
            f"have shapes (d,), (d, d), (d,) and (d, d). Received: {shapes}"
        )


def frechet_distance(
    real_mean: np.ndarray,
    real_covariance: np.ndarray,
    fake_mean: np.ndarray,
    fake_covariance: np.ndarray,
) -> float:
    """Finds ‖μ_r − μ_f‖² + Tr(Σ_r + Σ_f − 2 (Σ_r Σ_f)^½).

    It is the squared Wasserstein-2 distance of two Gaussians. With Σ_r = A Aᵀ and
    Σ_f = B Bᵀ the eigenvalues of Σ_r Σ_f are those of the symmetric √Σ_r Σ_f √Σ_r and
    the squares of the singular values of Aᵀ B; so the trace of the root is the sum of
    these. No root of an unsymmetric matrix is taken: nothing becomes complex, and
    covariances of any rank need no offset.

    Args:
        real_mean: μ_r, of shape `(d,)`.
        real_covariance: Σ_r, of shape `(d, d)`.
        fake_mean: μ_f, of shape `(d,)`.
        fake_covariance: Σ_f, of shape `(d, d)`.

    Returns:
        A float of at least 0, in squared units of the features.

    Raises:
        ValueError: If the shapes do not agree.

    Example:
        ```python
        frechet_distance([0.0], [[1.0]], [3.0], [[4.0]])  # 3² + (1 − 2)² = 10
        ```

    Source:
        Dowson and Landau, "The Fréchet Distance between Multivariate Normal
        Distributions" (1982); as FID: Heusel et al., "GANs Trained by a Two Time-Scale
        Update Rule Converge to a Local Nash Equilibrium" (2017), equation 6.
    """
    _check_shapes(real_mean, real_covariance, fake_mean, fake_covariance)
    roots = root(real_covariance), root(fake_covariance)
    trace = np.trace(real_covariance) + np.trace(fake_covariance)
    return _distance(real_mean, fake_mean, trace, trace_of_root(*roots))


def trace_of_root(real_root: np.ndarray, fake_root: np.ndarray) -> float:
    """Finds Tr (Σ_r Σ_f)^½ of what `root` gives of both."""
    product = real_root.T @ fake_root
    return float(np.linalg.svd(product, compute_uv=False).sum())


def frechet_distance_by_sqrtm(
    real_mean: np.ndarray,
    real_covariance: np.ndarray,
    fake_mean: np.ndarray,
    fake_covariance: np.ndarray,
) -> tuple[float, float]:
    """Finds the same distance as most published figures do, by a root of Σ_r Σ_f.

    Where the root is not finite, 10⁻⁶ is added to the diagonals of both covariances.
    Its imaginary part, which is rounding, is dropped.

    Args:
        real_mean: μ_r, of shape `(d,)`.
        real_covariance: Σ_r, of shape `(d, d)`.
        fake_mean: μ_f, of shape `(d,)`.
        fake_covariance: Σ_f, of shape `(d, d)`.

    Returns:
        The distance, and the largest imaginary part on the diagonal of the root.

    Raises:
        ValueError: If the shapes do not agree, or that imaginary part is above 10⁻³.

    Source:
        Heusel et al. (2017), the code of its authors.
    """
    _check_shapes(real_mean, real_covariance, fake_mean, fake_covariance)
    diagonal = _diagonal_of_sqrtm(real_covariance, fake_covariance)
    imaginary = float(np.abs(diagonal.imag).max())
    if imaginary > LARGEST_IMAGINARY:
        raise ValueError(
            "`real_covariance` and `fake_covariance` must have a product with a real "
            f"root. Received: covariances whose root has an imaginary part {imaginary}"
        )
    trace = np.trace(real_covariance) + np.trace(fake_covariance)
    return _distance(real_mean, fake_mean, trace, diagonal.real.sum()), imaginary


def _diagonal_of_sqrtm(real_covariance, fake_covariance):
    from scipy import linalg

    pair = [np.asarray(c, np.float64) for c in (real_covariance, fake_covariance)]
    with warnings.catch_warnings():
        # That the product is singular shows in what comes out, which is looked at.
        warnings.simplefilter("ignore")
        found = linalg.sqrtm(pair[0] @ pair[1])
        if not np.isfinite(found).all():
            offset = 1e-6 * np.eye(len(pair[0]))
            found = linalg.sqrtm((pair[0] + offset) @ (pair[1] + offset))
    return np.diagonal(found)


def check_full_rank(real: Moments, fake: Moments, ddof: int, allow_few: bool) -> None:
    """Refuses too few examples for covariances, and warns where they are doubtful.

    Args:
        real: Moments of the real examples.
        fake: Moments of the fakes.
        ddof: What is subtracted from their counts.
        allow_few: Whether covariances may lack rank.

    Raises:
        Few: If there are not more examples of each kind than features, so that a
            covariance lacks rank whatever the distribution is; with `allow_few` only
            if there is no covariance at all.
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
            UserWarning,
            stacklevel=3,
        )


def check_ddof(ddof: int) -> None:
    """Refuses what is neither 0 nor 1."""
    if ddof not in (0, 1):
        raise ValueError(f"`ddof` must be 0 or 1. Received: {ddof!r}")


class Frechet(Metric):
    """Fréchet distance between the features of real and fake examples.

    On the standard Inception network it is FID. Its details are `ddof`, the number of
    features `dimension`, the numerical ranks `real_rank` and `fake_rank` of the
    covariances, and up to 512 features, where it is cheap, `largest_imaginary_part`:
    that of `frechet_distance_by_sqrtm`, which the distance itself does not need.

    Args:
        ddof: Covariances are divided by count − ddof: 1 for unbiased ones as in most
            published figures, 0 as in those of StyleGAN's authors.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If `ddof` is neither 0 nor 1.

    Example:
        ```python
        Frechet(features="mnist")
        ```

    Source:
        Heusel et al. (2017), equation 6.
    """

    kind = "frechet"
    figures = ("frechet",)
    best = ("min",)
    standard_name = "fid"

    def __init__(self, ddof=1, features=None):
        check_ddof(ddof)
        self.ddof = int(ddof)
        super().__init__(features)

    def statistics(self):
        """Collects the moments of real and fake examples."""
        return {"real": Moments(), "fake": Moments()}

    def compute(self, collected, context):
        """Finds the distance; `check_full_rank` says how many examples it needs."""
        real, fake = collected["real"], collected["fake"]
        check_full_rank(real, fake, self.ddof, context.allow_few)
        covariances = [moments.covariance(self.ddof) for moments in (real, fake)]
        roots = [root(covariance) for covariance in covariances]
        trace = sum(np.trace(covariance) for covariance in covariances)
        value = _distance(real.mean, fake.mean, trace, trace_of_root(*roots))
        details = {"ddof": self.ddof, "dimension": len(real.mean)}
        details["real_rank"], details["fake_rank"] = (r.shape[1] for r in roots)
        if details["dimension"] <= _LARGEST_CHEAP_DIMENSION:
            imaginary = float(np.abs(_diagonal_of_sqrtm(*covariances).imag).max())
            details["largest_imaginary_part"] = imaginary
            if imaginary > LARGEST_IMAGINARY:
                warnings.warn(
                    "The matrix square root of other packages has an imaginary part of "
                    f"{imaginary:.2g} here: they refuse this distance or differ. Ours "
                    "is real by construction",
                    stacklevel=2,
                )
        return {"frechet": Figure(value, details=details)}
