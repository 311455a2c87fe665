import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.features.base import Outputs
from kgan.metrics.jensen_shannon import divergence
from kgan.metrics.ndb import Bins, different_bins


def _measure(real, fake, metric=None, batch_size=1000, **context):
    metric = metric or Bins(k=20)
    collected = metric.statistics()
    for role, rows in (("real", real), ("fake", fake)):
        for first in range(0, len(rows), batch_size):
            batch = rows[first : first + batch_size]
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, Context(**context))


def _values(figures):
    return [figure.value for figure in figures.values()]


def _normal(count, seed, scale=1.0):
    normal = np.random.default_rng(seed).normal(size=(count, 4))
    return (scale * normal).astype("float32")


def test_test_by_hand():
    # Of 100 and 400: p = 0.5, q = 0.4, P = 0.42, z = 0.1 / √(0.42 · 0.58 / 80) = 1.81.
    real, fake = [50, 50], [160, 240]
    np.testing.assert_array_equal(different_bins(real, fake, 0.05), [False, False])
    np.testing.assert_array_equal(different_bins(real, fake, 0.08), [True, True])
    # The quantiles of z = 1.8119 are at α = 0.0700.
    np.testing.assert_array_equal(different_bins(real, fake, 0.0699), [False, False])
    np.testing.assert_array_equal(different_bins(real, fake, 0.0701), [True, True])


def test_empty_and_full_bins_are_equal():
    np.testing.assert_array_equal(different_bins([0, 9], [0, 5]), [False, False])


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_equal_shares_are_different_at_the_level_of_the_test(alpha):
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(2000, 5.0))
    real, fake = rng.multinomial([400_000, 200_000], shares)
    share = different_bins(real, fake, alpha).mean()
    assert share == pytest.approx(alpha, abs=0.03)


def test_equal_distributions():
    share, js = _values(_measure(_normal(5000, 0), _normal(5000, 1)))
    assert share <= 0.2  # 1 of 20 is expected
    assert js < 3 * 19 / 8 * 2 / 5000  # about (k − 1) / 8 · (1 / n + 1 / m)


def test_worse_distributions_have_larger_figures():
    real = _normal(5000, 0)
    equal = _normal(5000, 1)
    half = equal[equal[:, 0] > 0]
    far = equal + 20
    values = [_values(_measure(real, fake)) for fake in (equal, half, far)]
    for figure in zip(*values, strict=True):
        assert figure[0] < figure[1]
    assert values[1][0] > 0.5
    assert values[2][1] > values[1][1]


def test_constant_generator():
    # All are in one bin, and no other has its share.
    real = _normal(5000, 0)
    figures = _measure(real, np.zeros((1000, 4), "float32"))
    assert figures["different_bins"].value == 1.0
    assert 0.5 < figures["bins_js"].value <= np.log(2)


def test_separate_clusters_are_the_bins():
    centers = 100 * np.arange(5)[:, None] * np.ones((1, 4))
    real = np.repeat(centers, 200, axis=0)
    noise = np.random.default_rng(0).normal(size=(1000, 4))
    counts = [500, 200, 200, 100, 0]
    fake = np.repeat(centers, counts, axis=0) + noise
    figures = _measure(
        *((x + noise).astype("float32") for x in (real, fake)), Bins(k=5)
    )
    expected = different_bins([200] * 5, counts)
    assert figures["different_bins"].value == expected.mean() == 0.6
    js = divergence(np.full(5, 200), counts)
    assert figures["bins_js"].value == pytest.approx(js)


def test_the_seed_makes_the_bins():
    real, fake = _normal(2000, 0), _normal(2000, 1, scale=1.2)
    first, again = (_measure(real, fake, seed=1) for _ in range(2))
    assert first == again
    assert _measure(real, fake, seed=2)["bins_js"] != first["bins_js"]


def test_batches_do_not_matter():
    real, fake = _normal(1000, 0), _normal(1000, 1)
    assert _measure(real, fake, batch_size=7) == _measure(real, fake)


def test_figures_state_their_protocol():
    figures = _measure(_normal(2000, 0), _normal(1000, 1), Bins())
    assert tuple(figures) == Bins.figures
    assert Bins.best == ("min", "min")
    for figure in figures.values():
        assert figure.details == {
            "k": 100,
            "alpha": 0.05,
            "num_real": 2000,
            "num_fake": 1000,
        }


def test_few_examples():
    with pytest.raises(Few, match=r"20 bins need at least 200 real and.*: 200 and 199"):
        _measure(_normal(200, 0), _normal(199, 1))
    with pytest.raises(Few, match=r"at least 200 real .*\. Received: 9 and"):
        _measure(_normal(9, 0), _normal(200, 1))
    figures = _measure(_normal(9, 0), _normal(5, 1), allow_few=True)
    assert figures["different_bins"].details["k"] == 9
    assert np.isfinite(_values(figures)).all()


@pytest.mark.parametrize("k", [1, 0, 2.5, "20", None, True])
def test_number_of_bins(k):
    with pytest.raises(ValueError, match=r"`k` must be an integer of at least 2"):
        Bins(k=k)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, float("nan"), "0.1", True, None])
def test_level_lies_between_0_and_1(alpha):
    with pytest.raises(ValueError, match=r"`alpha` must lie in \(0, 1\)\. Received"):
        Bins(alpha=alpha)
    with pytest.raises(ValueError, match=r"`alpha` must lie in \(0, 1\)\. Received"):
        different_bins(np.array([1, 2]), np.array([2, 1]), alpha)
