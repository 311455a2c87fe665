import numpy as np
import pytest
from scipy import special, stats

from kgan.metrics import parzen
from kgan.metrics.base import Context, Few
from kgan.metrics.features.base import Outputs
from kgan.metrics.parzen import Parzen, parzen_log_likelihood

FEW_WINDOWS = pytest.mark.filterwarnings("ignore:parzen is defined on 10000")
AT_THE_END = pytest.mark.filterwarnings("ignore:parzen chose")


def _measure(real, fake, held_out, batch_size=1000, metric=None, **context):
    metric = metric or Parzen()
    collected = metric.statistics()
    for role, examples in (("real", real), ("fake", fake), ("held_out", held_out)):
        for first in range(0, len(examples), batch_size):
            batch = examples[first : first + batch_size]
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, Context(**context))["parzen_log_likelihood"]


def _points(count, seed, scale=1.0, dimensions=2):
    normal = np.random.default_rng(seed).normal(size=(count, dimensions))
    return (scale * normal).astype("float32")


def _images(count, seed):
    """Images of 4 × 4 pixels that are bright in the left or in the right half."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 106, (count, 4, 4, 1))
    images[: count // 2, :, :2] += 150
    images[count // 2 :, :, 2:] += 150
    return rng.permutation(images).astype("uint8")


def test_one_window_is_a_gaussian():
    points = _points(20, 0, dimensions=5)
    center, sigma = np.arange(5.0), 0.7
    expected = stats.multivariate_normal(center, sigma**2).logpdf(points)
    actual = parzen_log_likelihood(points, center[None], sigma)
    np.testing.assert_allclose(actual, expected, rtol=1e-12)


@pytest.mark.parametrize("block", [1, 70, 2**22])
def test_brute_force_in_blocks_of_any_size(monkeypatch, block):
    monkeypatch.setattr(parzen, "_BLOCK", block)
    points, windows = _points(23, 0, 2.0, 3), _points(31, 1, 1.0, 3) + 100
    points += 100
    sigmas = [0.05, 0.3, 2.0]
    parts = np.stack(
        [
            [stats.multivariate_normal(w, s**2).logpdf(points) for w in windows]
            for s in sigmas
        ]
    )
    expected = special.logsumexp(parts, axis=1) - np.log(31)
    actual = parzen_log_likelihood(points, windows, sigmas)
    np.testing.assert_allclose(actual, expected, rtol=1e-9)
    one = parzen_log_likelihood(points, windows, 0.3)
    np.testing.assert_allclose(one, expected[1], rtol=1e-9)


def test_far_points_stay_finite():
    actual = parzen_log_likelihood(np.full((1, 784), 1.0), np.zeros((3, 784)), 0.01)
    expected = -0.5 * 784 / 0.01**2 - 784 * np.log(0.01 * np.sqrt(2 * np.pi))
    np.testing.assert_allclose(actual, [expected])


def test_many_windows_convolve_the_density():
    # Windows from N(0, s²) and a width σ give about N(0, s² + σ²).
    points, windows = _points(50, 0), _points(40_000, 1, 1.5)
    expected = stats.multivariate_normal([0, 0], 1.5**2 + 0.5**2).logpdf(points)
    actual = parzen_log_likelihood(points, windows, 0.5)
    np.testing.assert_allclose(actual, expected, atol=0.1)
    assert np.mean(actual) == pytest.approx(np.mean(expected), abs=0.02)


@FEW_WINDOWS
def test_figure_is_the_mean_at_the_best_validation_width():
    rng = np.random.default_rng(0)
    real, fake, held_out = (
        rng.integers(0, 256, (count, 4, 4, 1)).astype("uint8")
        for count in (200, 500, 300)
    )
    figure = _measure(real, fake, held_out)
    flat = [x.reshape(len(x), -1) / 255.0 for x in (real, fake, held_out)]
    widths = np.logspace(-1, 0, 10)
    validation = [parzen_log_likelihood(flat[0], flat[1], s).mean() for s in widths]
    sigma = widths[np.argmax(validation)]
    values = parzen_log_likelihood(flat[2], flat[1], sigma)
    assert figure.value == pytest.approx(values.mean())
    assert figure.uncertainty == pytest.approx(stats.sem(values))
    assert figure.uncertainty_is == "standard error"
    assert figure.details == {
        "sigma": pytest.approx(sigma),
        "dimensions": 16,
        "num_windows": 500,
        "num_validation": 200,
        "num_held_out": 300,
    }


@FEW_WINDOWS
@AT_THE_END
def test_equal_distributions_are_better_than_others():
    real, held_out, equal = _images(200, 0), _images(300, 2), _images(1000, 1)
    rng = np.random.default_rng(0)
    one_half = equal[equal[:, 0, 0, 0] > 100]
    noise = rng.integers(0, 256, (1000, 4, 4, 1)).astype("uint8")
    constant = np.tile(one_half[:1], (1000, 1, 1, 1))
    values = [
        _measure(real, fake, held_out).value
        for fake in (equal, one_half, noise, constant)
    ]
    assert np.isfinite(values).all()
    assert values[0] > max(values[1:])


def test_points_are_taken_as_they_are():
    # The entropy of a normal in the plane is 1 + ln 2π.
    examples = _points(200, 0), _points(10_000, 1), _points(2000, 2)
    figure = _measure(*examples, metric=Parzen([0.05, 0.2, 0.8]))
    assert figure.details["sigma"] == 0.2
    assert figure.value == pytest.approx(-1 - np.log(2 * np.pi), abs=0.1)


@FEW_WINDOWS
def test_width_at_the_end_of_the_range_is_told():
    with pytest.warns(UserWarning, match=r"chose σ 0\.1 at the end"):
        _measure(_points(200, 0, 0.01), _points(500, 1, 0.01), _points(200, 2, 0.01))
    fitting = Parzen(sigmas=[0.001, 0.003, 0.01])
    real, fake, held_out = (_points(500, seed, 0.01) for seed in range(3))
    figure = _measure(real, fake, held_out, metric=fitting)
    assert figure.details["sigma"] == 0.003


@AT_THE_END
def test_few_windows_are_told():
    with pytest.warns(UserWarning, match=r"10000 windows.*Received: 500"):
        _measure(_images(200, 0), _images(500, 1), _images(200, 2))


@FEW_WINDOWS
@AT_THE_END
@pytest.mark.parametrize("role", [0, 1, 2])
def test_few_examples(role):
    counts = [200, 200, 200]
    counts[role] = 99
    examples = [_images(count, seed) for seed, count in enumerate(counts)]
    received = " and ".join(map(str, counts))
    with pytest.raises(Few, match=rf"100 held_out examples\. Received: {received}"):
        _measure(*examples)
    assert np.isfinite(_measure(*examples, allow_few=True).value)


@FEW_WINDOWS
@AT_THE_END
def test_one_held_out_example_has_no_standard_error():
    figure = _measure(_images(9, 0), _images(9, 1), _images(1, 2), allow_few=True)
    assert figure.uncertainty is None


@FEW_WINDOWS
@AT_THE_END
def test_batches_do_not_matter():
    examples = [_images(300, seed) for seed in range(3)]
    assert _measure(*examples, batch_size=7) == _measure(*examples)


def test_roles_are_limited_as_published():
    limits = {role: rows.limit for role, rows in Parzen().statistics().items()}
    assert limits == {"fake": 10_000, "real": 1_000, "held_out": 10_000}


@pytest.mark.parametrize(
    "sigmas",
    [[], [0.0, 1.0], [0.2, 0.1], [0.1, 0.1], [[0.1]], [0.1, float("nan")], 1.0],
)
def test_widths_are_positive_and_increasing(sigmas):
    with pytest.raises(ValueError, match=r"`sigmas` must be positive.*Received"):
        Parzen(sigmas)
