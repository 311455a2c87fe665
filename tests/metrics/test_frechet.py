import json
import pathlib

import numpy as np
import pytest

from kgan.metrics import frechet
from kgan.metrics.base import Context, Few
from kgan.metrics.moments import Moments

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


@pytest.fixture(scope="module")
def pair():
    with np.load(FIXTURES / "features.npz") as features:
        return [Moments().add(features[name]) for name in ("real", "fake")]


@pytest.fixture(scope="module")
def published():
    text = (FIXTURES / "expected.json").read_text(encoding="utf-8")
    return json.loads(text)["frechet"]


def _moments(real, fake):
    return real.mean, real.covariance(), fake.mean, fake.covariance()


def _covariance(rng, dimension, rank):
    factor = rng.normal(size=(dimension, rank))
    return factor @ factor.T


def _measure(real, fake, context=None, **arguments):
    collected = {"real": Moments().add(real), "fake": Moments().add(fake)}
    metric = frechet.Frechet(**arguments)
    return metric.compute(collected, context or Context())["frechet"]


@pytest.mark.parametrize("package", ["pytorch_fid", "clean_fid"])
def test_equals_published_packages(pair, published, package):
    found = frechet.frechet_distance(*_moments(*pair))
    np.testing.assert_allclose(found, published[package], rtol=1e-9)
    by_sqrtm, imaginary = frechet.frechet_distance_by_sqrtm(*_moments(*pair))
    np.testing.assert_allclose(by_sqrtm, published[package], rtol=1e-9)
    assert imaginary == 0.0


def test_metric_equals_published_packages(pair, published):
    collected = dict(zip(("real", "fake"), pair, strict=True))
    with pytest.warns(UserWarning, match="300 examples is biased upwards"):
        figure = frechet.Frechet().compute(collected, Context())["frechet"]
    np.testing.assert_allclose(figure.value, published["clean_fid"], rtol=1e-9)
    assert figure.details == {
        "ddof": 1,
        "dimension": 24,
        "real_rank": 24,
        "fake_rank": 24,
        "largest_imaginary_part": 0.0,
    }


def test_diagonal_covariances():
    rng = np.random.default_rng(0)
    means, variances = rng.normal(size=(2, 9)), rng.uniform(0.0, 4.0, (2, 9))
    found = frechet.frechet_distance(
        means[0], np.diag(variances[0]), means[1], np.diag(variances[1])
    )
    roots = np.sqrt(variances)
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((roots[0] - roots[1]) ** 2)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_commuting_covariances():
    rng = np.random.default_rng(1)
    axes, _ = np.linalg.qr(rng.normal(size=(7, 7)))
    values = rng.uniform(0.1, 9.0, (2, 7))
    real, fake = ((axes * v) @ axes.T for v in values)
    found = frechet.frechet_distance(np.zeros(7), real, np.ones(7), fake)
    roots = np.sqrt(values)
    np.testing.assert_allclose(found, 7 + np.sum((roots[0] - roots[1]) ** 2))


def test_two_dimensions_by_trace_and_determinant():
    # Tr √M = √(Tr M + 2 √det M) for a 2×2 matrix, here not a symmetric one.
    real, fake = (
        np.array([[2.0, 1.0], [1.0, 3.0]]),
        np.array([[4.0, -1.0], [-1.0, 1.0]]),
    )
    product = real @ fake
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    found = frechet.frechet_distance(np.zeros(2), real, np.zeros(2), fake)
    np.testing.assert_allclose(found, 5 + 5 - 2 * root, rtol=1e-12)


@pytest.mark.parametrize("rank", [1, 5, 30])
def test_equal_gaussians_are_at_distance_0_whatever_the_rank(rank):
    rng = np.random.default_rng(2)
    mean, covariance = rng.normal(size=30), _covariance(rng, 30, rank)
    found = frechet.frechet_distance(mean, covariance, mean, covariance)
    assert 0.0 <= found < 1e-11


def test_rank_deficient_covariances_on_axes_that_share_a_part():
    # Variances 1 on the axes 0 to 3 and 4 on the axes 2 to 5, of 8 axes.
    real, fake = np.zeros((2, 8))
    real[:4], fake[2:6] = 1.0, 4.0
    found = frechet.frechet_distance(
        np.zeros(8), np.diag(real), np.zeros(8), np.diag(fake)
    )
    np.testing.assert_allclose(found, 2 * 1 + 2 * (1 - 2) ** 2 + 2 * 4, rtol=1e-12)


@pytest.mark.parametrize("rank", [3, 12])
def test_both_routes_agree(rank):
    rng = np.random.default_rng(3)
    moments = (
        *(rng.normal(size=12), _covariance(rng, 12, 12)),
        *(rng.normal(size=12), _covariance(rng, 12, rank)),
    )
    by_sqrtm, imaginary = frechet.frechet_distance_by_sqrtm(*moments)
    # Squares of what is 0 up to rounding leave half of the digits.
    np.testing.assert_allclose(frechet.frechet_distance(*moments), by_sqrtm, rtol=1e-6)
    assert 0.0 <= imaginary < 1e-3


def test_sqrtm_adds_an_offset_where_there_is_no_root():
    # Σ_r Σ_f = [[0, 1], [0, 0]] has none. With offsets o there are eigenvalues near
    # ±√o, whose roots sum to o^¼ (1 + i): an imaginary part of o^¼ / 2 for each entry.
    real, fake = np.diag([1.0, 0.0]), np.array([[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match=r"imaginary part 0\.0158"):
        frechet.frechet_distance_by_sqrtm(np.zeros(2), real, np.zeros(2), fake)
    np.testing.assert_allclose(1e-6**0.25 / 2, 0.0158, rtol=1e-3)


def test_sqrtm_refuses_what_has_an_imaginary_root():
    with pytest.raises(ValueError, match=r"an imaginary part 2\.0"):
        frechet.frechet_distance_by_sqrtm(
            np.zeros(2), np.diag([1.0, 4.0]), np.zeros(2), np.diag([1.0, -1.0])
        )


@pytest.mark.parametrize(
    "distance", [frechet.frechet_distance, frechet.frechet_distance_by_sqrtm]
)
def test_refuses_other_shapes(distance):
    with pytest.raises(ValueError, match=r"Received: .*\(2,\), \(2, 2\), \(3,\)"):
        distance(np.zeros(2), np.eye(2), np.zeros(3), np.eye(3))


def test_root():
    covariance = _covariance(np.random.default_rng(4), 20, 6)
    root = frechet.root(covariance)
    assert root.shape == (20, 6)
    np.testing.assert_allclose(root @ root.T, covariance, atol=1e-12)
    assert frechet.root(np.zeros((3, 3))).shape == (3, 0)


def test_samples_come_near_the_distance_of_their_gaussians():
    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=(2, 200_000, 3)).astype(np.float32)
    figure = _measure(real, 2 * fake + np.float32(1))
    np.testing.assert_allclose(figure.value, 3 * 1 + 3 * (2 - 1) ** 2, rtol=0.01)


def test_grows_with_noise():
    rng = np.random.default_rng(6)
    real = rng.normal(size=(100_000, 8))
    noise = rng.normal(size=(100_000, 8))
    values = [_measure(real, real + s * noise).value for s in (0.0, 0.2, 0.5, 1.0)]
    assert values[0] < 1e-11
    # Of variance 1 + s² each: Σ (√(1 + s²) − 1)².
    expected = [8 * (np.hypot(1, s) - 1) ** 2 for s in (0.2, 0.5, 1.0)]
    np.testing.assert_allclose(values[1:], expected, rtol=0.05)


def test_constant_fakes():
    rng = np.random.default_rng(7)
    real = rng.normal(size=(3000, 5))
    figure = _measure(real, np.full((3000, 5), 2.0))
    expected = np.sum((real.mean(axis=0) - 2) ** 2) + np.trace(np.cov(real.T))
    np.testing.assert_allclose(figure.value, expected, rtol=1e-12)
    assert figure.details["real_rank"] == 5
    assert figure.details["fake_rank"] == 0


def test_constant_sets():
    figure = _measure(np.zeros((2048, 4)), np.ones((2048, 4)))
    assert figure.value == 4.0


def test_ddof():
    rng = np.random.default_rng(8)
    real, fake = rng.normal(size=(2, 2048, 6)) * [[[1.0]], [[3.0]]]
    values = {}
    for ddof in (0, 1):
        figure = _measure(real, fake, ddof=ddof)
        values[ddof] = figure.value
        covariances = [np.cov(x, rowvar=False, ddof=ddof) for x in (real, fake)]
        means = [x.mean(axis=0) for x in (real, fake)]
        expected = frechet.frechet_distance(
            means[0], covariances[0], means[1], covariances[1]
        )
        np.testing.assert_allclose(figure.value, expected, rtol=1e-12)
        assert figure.details["ddof"] == ddof
    assert values[0] < values[1]


@pytest.mark.parametrize("ddof", [2, -1, None])
def test_refuses_another_ddof(ddof):
    with pytest.raises(ValueError, match=f"`ddof` must be 0 or 1. Received: {ddof}"):
        frechet.Frechet(ddof=ddof)


@pytest.mark.parametrize("counts", [(8, 3000), (3000, 8)])
def test_refuses_no_more_examples_than_features(counts):
    rng = np.random.default_rng(9)
    real, fake = (rng.normal(size=(count, 8)) for count in counts)
    message = f"{counts[0]} real and {counts[1]} fake"
    with pytest.raises(Few, match=message):
        _measure(real, fake)
    with pytest.warns(UserWarning, match="8 examples is biased"):
        figure = _measure(real, fake, Context(allow_few=True))
    assert figure.value > 0
    assert min(figure.details["real_rank"], figure.details["fake_rank"]) == 7


def test_one_example_has_no_covariance():
    with pytest.raises(Few, match="1 fake"):
        _measure(np.zeros((9, 2)), np.zeros((1, 2)), Context(allow_few=True))


def test_warns_below_2048_examples():
    examples = np.random.default_rng(10).normal(size=(2048, 4))
    with pytest.warns(UserWarning, match="2047 examples is biased upwards"):
        _measure(examples, examples[:2047])
    _measure(examples, examples)  # and does not here: warnings are errors


def test_only_few_features_are_compared_with_the_root_by_sqrtm(monkeypatch):
    examples = np.random.default_rng(11).normal(size=(2048, 6))
    assert "largest_imaginary_part" in _measure(examples, examples).details
    monkeypatch.setattr(frechet, "_LARGEST_CHEAP_DIMENSION", 5)
    assert "largest_imaginary_part" not in _measure(examples, examples).details


def test_description():
    metric = frechet.Frechet(features="mnist")
    assert metric.features == "mnist"
    assert metric.kind == "frechet"
    assert metric.standard_name == "fid"
    assert dict(zip(metric.figures, metric.best, strict=True)) == {"frechet": "min"}
    assert set(metric.statistics()) == {"real", "fake"}
