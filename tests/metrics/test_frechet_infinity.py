import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.feature_rows import Rows
from kgan.metrics.features.base import Outputs
from kgan.metrics.frechet import frechet_distance
from kgan.metrics.frechet_infinity import (
    FrechetInfinity,
    distances_of_subsets,
    extrapolate,
)
from kgan.metrics.moments import Moments


def _standard_normal(dimension, count=10**6):
    """Moments that a normal distribution has exactly."""
    moments = Moments()
    scatter = np.eye(dimension) * (count - 1)
    state = {"count": count, "mean": np.zeros(dimension), "scatter": scatter}
    moments.restore(state)
    return moments


def _rows(fake):
    rows = Rows()
    rows.update(Outputs(np.asarray(fake, np.float32), None, None))
    return rows


def _measure(real, fake, context=None, **arguments):
    collected = {"real": real, "fake": _rows(fake)}
    metric = FrechetInfinity(**arguments)
    return metric.compute(collected, context or Context())["frechet_infinity"]


def test_extrapolate_finds_a_line():
    sizes = np.array([10, 20, 40, 50])
    line = extrapolate(sizes, 3 + 7 / sizes)
    np.testing.assert_allclose(line.intercept, 3, rtol=1e-12)
    np.testing.assert_allclose(line.slope, 7, rtol=1e-12)
    assert line.standard_error < 1e-12


def test_extrapolate_equals_scipy():
    from scipy.stats import linregress

    rng = np.random.default_rng(0)
    sizes = np.linspace(500, 5000, 15).astype(int)
    distances = 2 + 90 / sizes + 0.01 * rng.normal(size=15)
    line, expected = extrapolate(sizes, distances), linregress(1 / sizes, distances)
    np.testing.assert_allclose(line.intercept, expected.intercept, rtol=1e-10)
    np.testing.assert_allclose(line.slope, expected.slope, rtol=1e-10)
    np.testing.assert_allclose(
        line.standard_error, expected.intercept_stderr, rtol=1e-10
    )


@pytest.mark.parametrize(
    ("sizes", "distances", "message"),
    [
        ([10, 10, 10, 10], [1.0, 1.1, 1.2, 1.3], "not all be equal"),
        ([10, 20], [1.0, 1.1], "at least 3 positive numbers"),
        ([0, 10, 20, 30], [1.0, 1.1, 1.2, 1.3], "at least 3 positive numbers"),
        ([10, 20, 30, 40], [1.0, 1.1], "for 2 distances"),
    ],
)
def test_extrapolate_needs_a_range_of_sizes(sizes, distances, message):
    with pytest.raises(ValueError, match=f"^`sizes` must .*{message}"):
        extrapolate(sizes, distances)


def test_distances_of_subsets_are_frechet_distances():
    rng = np.random.default_rng(1)
    real, fake = rng.normal(size=(200, 5)), 2 * rng.normal(size=(9000, 5)) + 1
    moments = Moments().add(real)
    for ddof in (0, 1):
        found = distances_of_subsets(
            moments.mean,
            moments.covariance(),
            fake,
            [9000, 60],
            np.random.default_rng(2),
            ddof,
        )
        again = np.random.default_rng(2)
        for value, size in zip(found, (9000, 60), strict=True):
            subset = fake[again.permutation(9000)[:size]]
            expected = frechet_distance(
                moments.mean,
                moments.covariance(),
                subset.mean(axis=0),
                np.cov(subset, rowvar=False, ddof=ddof),
            )
            np.testing.assert_allclose(value, expected, rtol=1e-9)


def test_removes_the_bias():
    # The true distance is 0; 1,500 fakes of 32 features are biased by about
    # 32 / 1500 for the mean and 32 · 33 / (4 · 1500) for the covariance.
    rng = np.random.default_rng(3)
    real = _standard_normal(32)
    values, biased = [], []
    for seed in range(6):
        figure = _measure(real, rng.normal(size=(1500, 32)), Context(seed=seed))
        values.append(figure.value)
        biased.append(figure.details["distances"][-1])
    bias = 32 / 1500 + 32 * 33 / (4 * 1500)
    np.testing.assert_allclose(np.mean(biased), bias, rtol=0.1)
    assert abs(np.mean(values)) < 0.1 * bias


def test_finds_a_distance_that_is_known():
    rng = np.random.default_rng(4)
    fake = 2 * rng.normal(size=(4000, 8)) + 0.5
    figure = _measure(_standard_normal(8), fake)
    np.testing.assert_allclose(figure.value, 8 * 0.25 + 8 * (2 - 1) ** 2, rtol=0.05)
    assert 0 < figure.uncertainty < 0.5
    assert figure.uncertainty_is == "standard error of the intercept of 15 subsets"


def test_details():
    rng = np.random.default_rng(5)
    figure = _measure(_standard_normal(3), rng.normal(size=(1000, 3)))
    details = figure.details
    assert details["sizes"][0] == 100
    assert details["sizes"][-1] == 1000
    assert len(details["sizes"]) == len(details["distances"]) == 15
    assert details["ddof"] == 1
    line = extrapolate(details["sizes"], details["distances"])
    assert (line.intercept, line.slope) == (figure.value, details["slope"])


def test_sizes_are_more_than_features_and_as_told():
    fake = np.random.default_rng(6).normal(size=(100, 20))
    assert _measure(_standard_normal(20), fake).details["sizes"][0] == 21
    told = _measure(_standard_normal(20), fake, num_sizes=4, smallest=40)
    assert told.details["sizes"] == [40, 60, 80, 100]


def test_follows_from_the_seed():
    fake = np.random.default_rng(7).normal(size=(500, 3))
    real = _standard_normal(3)
    first, again, other = (
        _measure(real, fake, Context(seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.value != other.value


def test_constant_fakes():
    figure = _measure(_standard_normal(4), np.full((300, 4), 3.0))
    np.testing.assert_allclose(figure.value, 4 * 9 + 4, rtol=1e-9)
    assert figure.uncertainty < 1e-9


def test_refuses_few():
    rng = np.random.default_rng(8)
    fake = rng.normal(size=(17, 8))
    with pytest.raises(Few, match="17 fake"):
        _measure(_standard_normal(8), fake)
    with pytest.raises(Few, match="8 real"):
        _measure(Moments().add(fake[:8]), rng.normal(size=(99, 8)))
    with pytest.raises(Few, match="60 of them"):
        _measure(_standard_normal(8), rng.normal(size=(99, 8)), smallest=60)
    with pytest.warns(UserWarning, match="lack rank"):
        figure = _measure(_standard_normal(8), fake, Context(allow_few=True))
    assert np.isfinite(figure.value)
    with pytest.raises(Few, match="3 fake"):
        _measure(_standard_normal(8), fake[:3], Context(allow_few=True))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_sizes": 2}, "`num_sizes` must be an integer of at least 3"),
        ({"smallest": 1}, "`smallest` must be an integer of at least 2"),
        ({"ddof": 3}, "`ddof` must be 0 or 1"),
    ],
)
def test_refuses_other_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        FrechetInfinity(**arguments)


def test_description():
    metric = FrechetInfinity(features="mnist")
    assert metric.features == "mnist"
    assert metric.kind == "frechet_infinity"
    assert metric.standard_name == "fid_infinity"
    assert (metric.figures, metric.best) == (("frechet_infinity",), ("min",))
    assert set(metric.statistics()) == {"real", "fake"}
