import numpy as np
import pytest
from scipy import stats

from kgan.callbacks import densities

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


def _steps(values):
    """A density that is constant on cells of width 1, from 0 on."""
    return lambda x: np.asarray(values)[x.astype(int)]


@pytest.mark.parametrize(
    ("real", "counts", "expected"),
    [
        ([0.5, 0.5], [5, 5], 0.0),
        ([1.0, 0.0], [0, 7], np.log(2)),
        # m = (3/4, 1/4): ½ ln(1 / ¾) + ½ (½ ln(½ / ¾) + ½ ln(½ / ¼))
        (
            [1.0, 0.0],
            [4, 4],
            0.5 * np.log(4 / 3) + 0.25 * np.log(2 / 3) + 0.25 * np.log(2),
        ),
    ],
)
def test_jensen_shannon_of_known_histograms(real, counts, expected):
    samples = np.repeat([0.5, 1.5], counts)
    actual = densities.jensen_shannon(_steps(real), samples, np.array([0.0, 1.0, 2.0]))
    assert actual == pytest.approx(expected, abs=1e-12)


def test_samples_outside_the_bins_are_not_forgiven():
    edges = np.linspace(-4, 4, 51)
    far = densities.jensen_shannon(stats.norm.pdf, np.full(1000, 50.0), edges)
    assert far == pytest.approx(np.log(2), abs=1e-3)


def test_jensen_shannon_of_true_samples_is_noise():
    # About (bins − 1) / (8 n): the χ² of one histogram.
    samples = np.random.default_rng(0).normal(size=10_000)
    edges = np.linspace(-4, 4, 51)
    assert densities.jensen_shannon(stats.norm.pdf, samples, edges) < 2 * 49 / 80_000


def test_jensen_shannon_without_samples_is_nan():
    actual = densities.jensen_shannon(stats.norm.pdf, np.empty(0), np.arange(3.0))
    assert np.isnan(actual)
