import numpy as np
import pytest
from scipy import stats

from kgan.callbacks.theory import densities

EDGES = np.linspace(-4, 4, 401)
CENTERS = (EDGES[1:] + EDGES[:-1]) / 2


def test_smooth_is_scipys_kernel_density():
    samples = np.random.default_rng(0).normal(0.5, 0.8, 3000)
    # SciPy's scalar is relative to σ; Silverman's 0.9 here takes the smaller spread.
    quarter = np.subtract(*np.percentile(samples, (75, 25))) / 1.34
    width = 0.9 * min(samples.std(), quarter) * 3000**-0.2
    expected = stats.gaussian_kde(samples, width / samples.std(ddof=1))(CENTERS)
    actual = densities.smooth(samples, EDGES)
    np.testing.assert_allclose(actual, expected, atol=2e-3)


def test_smooth_finds_a_normal_density():
    samples = np.random.default_rng(0).normal(size=50_000)
    actual = densities.smooth(samples, EDGES)
    np.testing.assert_allclose(actual, stats.norm.pdf(CENTERS), atol=0.016)


def test_smooth_of_one_point_is_a_narrow_density():
    density = densities.smooth(np.full(100, 1.0), EDGES)
    assert np.isfinite(density).all()
    assert density.sum() * 0.02 == pytest.approx(1.0)
    assert abs(CENTERS[density.argmax()] - 1.0) < 0.02


def test_smooth_counts_samples_outside_in_the_total():
    density = densities.smooth(np.array([0.0] * 30 + [100.0] * 10), EDGES)
    assert density.sum() * 0.02 == pytest.approx(0.75, abs=1e-6)


def test_smooth_without_samples_is_zero():
    np.testing.assert_array_equal(densities.smooth(np.empty(0), EDGES), 0.0)


def test_optimal_discriminator_is_the_formula():
    real, fake = np.array([0.3, 0.0, 0.2, 0.0]), np.array([0.1, 0.5, 0.2, 0.0])
    actual = densities.optimal_discriminator(real, fake)
    np.testing.assert_allclose(actual, [0.75, 0.0, 0.5, np.nan])
