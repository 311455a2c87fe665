import numpy as np
import pytest

from kgan.metrics.features.base import Outputs
from kgan.metrics.moments import Moments


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(1000, 6)) @ rng.normal(size=(6, 6))).astype(np.float32)


def _in_batches(features, size):
    moments = Moments()
    for start in range(0, len(features), size):
        batch = features[start : start + size]
        moments.update(Outputs(batch, None, batch), None)
    return moments


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_equals_numpy_whatever_the_batches(features, size):
    moments = _in_batches(features, size)
    exact = features.astype(np.float64)
    assert moments.count == 1000
    assert moments.mean.dtype == moments.scatter.dtype == np.float64
    np.testing.assert_allclose(moments.mean, exact.mean(axis=0), rtol=1e-11)
    for ddof in (0, 1):
        expected = np.cov(exact, rowvar=False, ddof=ddof)
        np.testing.assert_allclose(moments.covariance(ddof), expected, rtol=1e-11)


@pytest.mark.parametrize("size", [1, 100])
def test_a_large_mean_costs_no_digits(size):
    # Σ x² − n mean² would have no digit left: the squares are 10¹⁶ with an ε of 2.
    spread = np.random.default_rng(1).normal(size=(1000, 3))
    spread = np.round(spread * 2**20) / 2**20  # so that the sum below is exact
    moments = Moments()
    for start in range(0, 1000, size):
        moments.add(spread[start : start + size] + 2.0**26)
    expected = np.cov(spread, rowvar=False)
    np.testing.assert_allclose(moments.covariance(), expected, rtol=1e-6, atol=1e-8)


def test_constants_have_no_covariance():
    moments = _in_batches(np.full((50, 4), 0.5, np.float32), 8)
    np.testing.assert_array_equal(moments.mean, 0.5)
    np.testing.assert_array_equal(moments.covariance(), np.zeros((4, 4)))


def test_add_returns_itself(features):
    moments = Moments()
    assert moments.add(features) is moments


def test_state_goes_on_where_it_was(features):
    half = _in_batches(features[:500], 100)
    again = Moments()
    again.restore(half.state())
    for moments in (half, again):
        moments.add(features[500:])
    assert again.count == 1000
    np.testing.assert_array_equal(again.mean, half.mean)
    np.testing.assert_array_equal(again.scatter, half.scatter)


def test_key():
    assert Moments().key == Moments().key == ("Moments",)
