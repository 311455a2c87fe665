import numpy as np
import pytest
import scipy.stats

from kgan.metrics import base
from kgan.metrics.features.base import Outputs
from kgan.metrics.memorisation import Memorisation, copying_z, nearest_ratio


def _normal(seed, count=500, dimension=4, scale=1.0):
    rng = np.random.default_rng(seed)
    return (scale * rng.normal(size=(count, dimension))).astype(np.float32)


def _compute(metric, sets, context=None):
    collected = metric.statistics()
    assert collected.keys() == sets.keys()
    for role, rows in sets.items():
        for batch in np.array_split(rows, 3):
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, context or base.Context())


def _sets(fake, count=500):
    return {"real": _normal(0, 2000), "held_out": _normal(1, count), "fake": fake}


@pytest.mark.parametrize("decimals", [1, 8])
def test_z_against_scipy(decimals):
    # Rounded to one decimal most distances are tied.
    rng = np.random.default_rng(2)
    fake = np.round(rng.exponential(0.9, 80), decimals)
    held_out = np.round(rng.exponential(1.0, 60), decimals)
    expected = scipy.stats.mannwhitneyu(
        fake, held_out, use_continuity=False, method="asymptotic"
    )
    z = copying_z(fake, held_out)
    np.testing.assert_allclose(2 * scipy.stats.norm.sf(abs(z)), expected.pvalue)
    assert np.sign(z) == np.sign(expected.statistic - 80 * 60 / 2)


def test_z_by_hand():
    # All fakes nearer: U = 0, so z = −2 / √(4 · 5 / 12).
    z = copying_z(np.array([0.0, 0.1]), np.array([1.0, 2.0]))
    assert z == pytest.approx(-2 / np.sqrt(5 / 3))
    assert copying_z(np.array([1.0, 2.0]), np.array([0.0, 0.1])) == pytest.approx(-z)


def test_z_of_equal_distances():
    assert copying_z(np.zeros(30), np.zeros(40)) == 0.0
    assert copying_z(np.full(30, 0.1), np.full(40, 0.1)) == 0.0


def test_z_is_standard_normal_without_copying():
    rng = np.random.default_rng(3)
    found = [copying_z(rng.normal(size=40), rng.normal(size=50)) for _ in range(1000)]
    assert abs(np.mean(found)) < 0.15
    assert abs(np.std(found) - 1) < 0.1


def test_ratio():
    assert nearest_ratio(np.array([1.0, 2.0, 9.0]), np.array([4.0, 4.0])) == 0.5
    assert nearest_ratio(np.zeros(5), np.array([4.0, 4.0])) == 0.0
    with pytest.raises(base.Few, match="Received: 3, of which 2 are"):
        nearest_ratio(np.ones(5), np.array([0.0, 0.0, 1.0]))


def test_new_samples():
    found = _compute(Memorisation(), _sets(_normal(4)))
    assert tuple(found) == Memorisation.figures
    assert abs(found["copying_z"].value) < 3
    assert abs(found["nearest_ratio"].value - 1) < 0.1
    details = found["copying_z"].details
    assert details["share_very_near"] < 0.03
    assert details["copies"] == 0


def test_exact_copies():
    fake = np.random.default_rng(5).permutation(_normal(0, 2000))[:500]
    found = _compute(Memorisation(), _sets(fake))
    assert found["copying_z"].value < -25
    assert found["nearest_ratio"].value == 0.0
    assert found["copying_z"].details["copies"] == 500
    assert found["copying_z"].details["share_very_near"] == 1.0


def test_the_nearer_the_more_it_copies():
    training = _normal(0, 2000)[:500]
    found = [
        _compute(Memorisation(), _sets(training + _normal(6, scale=scale)))
        for scale in (0.02, 0.1, 0.2)
    ]
    for name in Memorisation.figures:
        values = [figures[name].value for figures in found]
        assert values[0] < values[1] < values[2]
    assert found[0]["copying_z"].value < -10


def test_samples_far_away_are_no_copies():
    found = _compute(Memorisation(), _sets(_normal(7) + 10))
    assert found["copying_z"].value > 10
    assert found["nearest_ratio"].value > 10


def test_copying_now_and_then():
    fake = _normal(8)
    fake[:100] = _normal(0, 2000)[:100]
    details = _compute(Memorisation(), _sets(fake))["copying_z"].details
    assert details["copies"] == 100
    assert 0.2 <= details["share_very_near"] < 0.24


def test_constant_generator():
    copied = np.repeat(_normal(0, 2000)[:1], 500, axis=0)
    found = _compute(Memorisation(), _sets(copied))
    assert found["nearest_ratio"].value == 0.0
    assert -40 < found["copying_z"].value < -25


def test_details():
    found = _compute(Memorisation(limit=300), _sets(_normal(4), count=200))
    details = found["nearest_ratio"].details
    assert (details["num_real"], details["num_training"]) == (300, 2000)
    assert (details["num_held_out"], details["num_fake"]) == (200, 300)
    distances = np.linalg.norm(
        _normal(1, 200)[:, None].astype(np.float64) - _normal(0, 2000)[:300], axis=2
    )
    expected = np.median(distances.min(axis=1))
    assert details["median_held_out"] == pytest.approx(expected, rel=1e-12)
    ratio = details["median_fake"] / details["median_held_out"]
    assert found["nearest_ratio"].value == pytest.approx(ratio)


def test_few_examples():
    sets = _sets(_normal(4), count=19)
    with pytest.raises(base.Few, match=r"at least 20 .* Received: 19 and 500"):
        _compute(Memorisation(), sets)
    found = _compute(Memorisation(), sets, base.Context(allow_few=True))
    assert np.isfinite(found["copying_z"].value)


def test_limit():
    with pytest.raises(ValueError, match="`limit` must be a positive integer"):
        Memorisation(limit=0)
