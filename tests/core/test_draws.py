import numpy as np
import pytest
import scipy.stats

from kgan.core import draws

UNIFORM = np.random.default_rng(0).integers(2**24, size=20000).astype("float32") / 2**24


def test_normal():
    normal = draws.normal(UNIFORM, 0.2).numpy()
    expected = 0.2 * scipy.stats.norm.ppf(UNIFORM.astype("float64") + 2.0**-25)
    np.testing.assert_allclose(normal, expected, rtol=1e-4, atol=1e-6)


def test_normal_is_finite_and_symmetric_at_both_ends():
    ends = draws.normal(np.array([0, 1 - 2.0**-24], "float32"), 1.0).numpy()
    assert ends[1] == pytest.approx(-ends[0])
    assert 5 < ends[1] < 6


def test_power_of_two():
    factors = draws.power_of_two(UNIFORM, 0.5).numpy()
    assert scipy.stats.kstest(np.log2(factors) / 0.5, "norm").pvalue > 0.01


def test_choice_and_between():
    assert np.bincount(draws.choice(UNIFORM, 4).numpy().astype(int)).min() > 4700
    spread = draws.between(UNIFORM, -2.0, 3.0)
    np.testing.assert_allclose(spread, 5 * UNIFORM - 2, atol=1e-6)
