import types

import numpy as np
import pytest
from scipy import integrate, stats

from kgan.metrics.base import Context, Few
from kgan.metrics.features.base import Outputs
from kgan.metrics.jensen_shannon import (
    JensenShannon,
    ModeBins,
    divergence,
    jensen_shannon,
)

EDGES = np.linspace(-4, 4, 51)


def _mixture(centers, stddev):
    """A mixture of equal weights in NumPy."""
    centers = np.asarray(centers, np.float64)
    stddev = np.broadcast_to(stddev, centers.shape[1])

    def density(x):
        parts = [stats.norm.pdf(x, center, stddev).prod(axis=1) for center in centers]
        return np.mean(parts, axis=0)

    def sample(num, seed=0):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(num, centers.shape[1]))
        modes = rng.integers(0, len(centers), num)
        return (centers[modes] + stddev * noise).astype("float32")

    return types.SimpleNamespace(
        centers=centers, stddev=stddev, density=density, sample=sample
    )


LINE = _mixture([[0.0]], 1.0)
RING = _mixture([[1, 0], [0, 1], [-1, 0], [0, -1]], 0.01)


def _measure(points, source, batch_size=10_000, **context):
    metric = JensenShannon()
    collected = metric.statistics()
    for first in range(0, len(points), batch_size):
        batch = points[first : first + batch_size]
        collected["fake"].update(Outputs(batch, None, batch), None)
    context = Context(source=source, **context)
    return metric.compute(collected, context)["jensen_shannon"]


@pytest.mark.parametrize(
    ("real", "fake", "expected"),
    [
        ([0.5, 0.5], [5, 5], 0.0),
        ([1, 0], [0, 7], np.log(2)),
        # m = (3/4, 1/4): ½ ln(1 / ¾) + ½ (½ ln(½ / ¾) + ½ ln(½ / ¼))
        ([1, 0], [4, 4], 0.5 * np.log(4 / 3) + 0.25 * np.log(2 / 3 * 2)),
    ],
)
def test_divergence_of_known_histograms(real, fake, expected):
    assert divergence(real, fake) == pytest.approx(expected, abs=1e-15)
    assert divergence(fake, real) == pytest.approx(expected, abs=1e-15)


def test_divergence_is_scipys_and_never_negative():
    from scipy.spatial.distance import jensenshannon

    rng = np.random.default_rng(0)
    for _ in range(50):
        real, fake = rng.integers(1, 30, (2, 40))
        expected = jensenshannon(real, fake) ** 2
        assert divergence(real, fake) == pytest.approx(expected)
        assert 0.0 <= divergence(real, real / 3.0) < 1e-15


def test_line_is_the_integral():
    # Half of the samples in each of two bins of [0, 1], against the density 2 x.
    samples = np.repeat([0.25, 0.75], 100)
    actual = jensen_shannon(lambda x: 2 * x, samples, np.array([0.0, 0.5, 1.0]))
    assert actual == pytest.approx(divergence([0.25, 0.75], [1, 1]), abs=1e-12)


def test_outside_is_one_more_bin():
    # P(|x| > 1) = 0.317 of a normal; 30 of 100 samples lie there.
    samples = np.repeat([0.0, 5.0], [70, 30])
    outside = 2 * stats.norm.sf(1)
    actual = jensen_shannon(stats.norm.pdf, samples, np.array([-1.0, 1.0]))
    expected = divergence([1 - outside, outside], [70, 30])
    assert actual == pytest.approx(expected, abs=1e-5)


def test_shift_is_the_divergence_of_densities():
    p, q = stats.norm(0).pdf, stats.norm(1).pdf

    def integrand(x):
        middle = (p(x) + q(x)) / 2
        return p(x) * np.log(p(x) / middle) + q(x) * np.log(q(x) / middle)

    expected = integrate.quad(integrand, -8, 9)[0] / 2
    figure = _measure(1 + LINE.sample(40_000, seed=1), LINE)
    assert figure.value == pytest.approx(expected, abs=0.004)


def test_metric_on_the_line_is_the_histogram_over_four_sigma():
    source = _mixture([[4.0]], 1.5)
    samples = source.sample(10_000, seed=1)
    edges = np.linspace(4 - 6, 4 + 6, 51)
    expected = jensen_shannon(
        lambda x: source.density(x[:, None]), samples[:, 0], edges
    )
    assert _measure(samples, source).value == pytest.approx(expected, abs=1e-9)


def test_bins_of_the_plane_by_hand():
    # The lattice of 1σ around (0, 0) is also that around (20, 0): 64 boxes each.
    bins = ModeBins(np.array([[0.0, 0.0], [2.0, 0.0]]), 0.1)
    assert len(bins) == 128
    points = 0.1 * np.array(
        [[-3.9, -3.9], [-3.9, -3.8], [-3.9, -2.9], [3.9, 3.9], [23.9, 3.9], [10, 0]]
    )
    counts = bins.count(np.vstack([points, [[1e30, -1e30]]]))
    assert counts.shape == (129,)
    assert dict(zip(np.flatnonzero(counts), counts[counts > 0], strict=True)) == {
        **{0: 2, 1: 1, 63: 1},
        **{127: 1, 128: 2},
    }


def test_probabilities_of_separate_modes_are_exact():
    centers = 0.01 * np.array([[0, 0], [100, 0], [0, 100], [100, 100]])
    source = _mixture(centers, 0.01)
    actual = np.sort(ModeBins(centers, 0.01).integrate(source.density)[:-1])
    one = np.diff(stats.norm.cdf(np.arange(-4, 5)))
    expected = np.sort(np.tile(np.outer(one, one).ravel() / 4, 4))
    np.testing.assert_allclose(actual, expected, 0.015)
    assert actual.sum() == pytest.approx((1 - 2 * stats.norm.sf(4)) ** 2, abs=1e-6)


def test_modes_that_overlap_share_their_bins():
    source = _mixture([[0.0, 0.0], [1.47, 0.0]], [1.0, 0.5])
    bins = ModeBins(source.centers, source.stddev)
    assert len(bins) == 72
    real = bins.integrate(source.density)
    assert real.sum() == 1.0
    assert real[-1] < 1e-3
    counts = bins.count(source.sample(400_000))
    np.testing.assert_allclose(real, counts / 400_000, atol=1.5e-3)


@pytest.mark.parametrize(("source", "bins"), [(LINE, 50), (RING, 256)])
def test_true_samples_give_the_noise_of_counting(source, bins):
    figure = _measure(source.sample(10_000, seed=5), source, seed=0)
    assert figure.value < 1.5 * bins / 80_000
    of_equal = _measure(source.sample(10_000, seed=0), source, seed=0)
    assert figure.details["of_equal"] == of_equal.value != figure.value
    assert figure.details["num_samples"] == 10_000


def test_dropped_modes():
    # Half of the mass, without overlap elsewhere: ½ ln(4/3) + ½ (½ ln(2/3) + ½ ln 2).
    half = _mixture(RING.centers[:2], 0.01)
    expected = 0.5 * np.log(4 / 3) + 0.25 * np.log(2 / 3) + 0.25 * np.log(2)
    figure = _measure(half.sample(20_000, seed=1), RING)
    assert figure.value == pytest.approx(expected, abs=0.005)


def test_wrong_widths_are_worse():
    values = [
        _measure(_mixture(RING.centers, width).sample(10_000, seed=1), RING).value
        for width in (0.01, 0.007, 0.004)
    ]
    assert 5 * values[0] < values[1] < values[2]


@pytest.mark.parametrize(
    ("point", "mass"), [([0.0, 0.0], 0.0), ([1.001, 0.001], 0.3413**2 / 4)]
)
def test_constant_generator(point, mass):
    # All samples are in one bin, between the modes or beside a centre.
    figure = _measure(np.tile(np.float32([point]), (1000, 1)), RING)
    expected = divergence([mass, 1 - mass], [1, 0])
    assert figure.value == pytest.approx(expected, abs=1e-3)
    assert figure.value > np.log(2) - 0.07


def test_batches_do_not_matter():
    points = RING.sample(500)
    assert _measure(points, RING, batch_size=7) == _measure(points, RING)


def test_few_samples():
    with pytest.raises(Few, match=r"at least 100 generated examples\. Received: 99"):
        _measure(RING.sample(99), RING)
    assert _measure(RING.sample(99), RING, allow_few=True).value < 0.5


@pytest.mark.parametrize("source", [None, types.SimpleNamespace(centers=RING.centers)])
def test_source_without_density(source):
    with pytest.raises(ValueError, match=r"`source`.*`density`.*Received"):
        _measure(RING.sample(200), source)


def test_three_dimensions_are_refused():
    source = _mixture(np.eye(3), 0.1)
    with pytest.raises(ValueError, match=r"one or two dimensions.*Received: 3"):
        _measure(source.sample(200), source)


@pytest.mark.parametrize("name", ["gaussian", "ring", "grid"])
def test_densities_of_kgan(name):
    from kgan import data

    source = data.source(name)
    figure = _measure(source.sample(2500, seed=3), source)
    assert figure.value == pytest.approx(figure.details["of_equal"], rel=0.35)


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
    actual = jensen_shannon(_steps(real), samples, np.array([0.0, 1.0, 2.0]))
    assert actual == pytest.approx(expected, abs=1e-12)


def test_samples_outside_the_bins_are_not_forgiven():
    edges = np.linspace(-4, 4, 51)
    far = jensen_shannon(stats.norm.pdf, np.full(1000, 50.0), edges)
    assert far == pytest.approx(np.log(2), abs=1e-3)


def test_jensen_shannon_of_true_samples_is_noise():
    # About (bins − 1) / (8 n): the χ² of one histogram.
    samples = np.random.default_rng(0).normal(size=10_000)
    edges = np.linspace(-4, 4, 51)
    assert jensen_shannon(stats.norm.pdf, samples, edges) < 2 * 49 / 80_000


def test_jensen_shannon_without_samples_is_nan():
    actual = jensen_shannon(stats.norm.pdf, np.empty(0), np.arange(3.0))
    assert np.isnan(actual)
