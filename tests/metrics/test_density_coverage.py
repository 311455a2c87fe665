import json
import pathlib

import numpy as np
import pytest

from kgan.metrics import base
from kgan.metrics.density_coverage import (
    DensityCoverage,
    density_coverage,
    expected_coverage,
)
from kgan.metrics.features.base import Outputs

FIXTURES = pathlib.Path(__file__).parent / "fixtures"


def _normal(seed, count=400, dimension=3, scale=1.0):
    rng = np.random.default_rng(seed)
    return (scale * rng.normal(size=(count, dimension))).astype(np.float32)


def _brute_force(real, fake, k):
    real, fake = real.astype(np.float64), fake.astype(np.float64)
    radii = np.sort(np.linalg.norm(real[:, None] - real, axis=2), axis=1)[:, k]
    within = np.linalg.norm(fake[:, None] - real, axis=2) < radii
    return within.sum() / (k * len(fake)), np.mean(within.any(axis=0))


def _compute(metric, real, fake, context=None):
    collected = metric.statistics()
    for role, rows in {"real": real, "fake": fake}.items():
        for batch in np.array_split(rows, 3):
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, context or base.Context())


@pytest.mark.parametrize("k", [1, 5, 10])
def test_by_brute_force(k):
    real, fake = _normal(0, 150), _normal(1, 120, scale=1.5)
    expected = _brute_force(real, fake, k)
    assert min(expected) > 0
    np.testing.assert_allclose(density_coverage(real, fake, k), expected, rtol=1e-12)


def test_agrees_with_prdc():
    features = np.load(FIXTURES / "features.npz")
    expected = json.loads((FIXTURES / "expected.json").read_text("utf-8"))["prdc"]
    expected = expected["prdc"]["density"], expected["prdc"]["coverage"]
    found = density_coverage(features["real"], features["fake"], k=5)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_by_hand():
    # The balls' radii are 1, 1 and 9. The fake at 0.5 lies in the first two alone, that
    # at 2 on the surface of the second and in the third, as 10 − 2 < 9.
    real = np.array([[0.0], [1.0], [10.0]])
    fake = np.array([[0.5], [2.0]])
    assert density_coverage(real, fake, k=1) == (1.5, 1.0)
    assert density_coverage(real, fake[:1], k=1) == (2.0, 2 / 3)


def test_coverage_of_copies_and_of_half():
    # Pairs far from each other: with k = 1 a ball ends where its partner stands.
    centres = 100.0 * np.arange(50)[:, None]
    real = np.concatenate([centres, centres + 1]).astype(np.float32)
    assert density_coverage(real, real, k=1) == (1.0, 1.0)
    half = np.concatenate([centres[:25], centres[:25] + 1]).astype(np.float32)
    assert density_coverage(real, half, k=1) == (1.0, 0.5)


def test_an_outlier_among_the_reals_does_not_move_density():
    real = _normal(2, 300)
    fake = np.random.default_rng(3).uniform(-50, 50, (300, 3)).astype(np.float32)
    before, _ = density_coverage(real, fake)
    real[0] = 60
    after, _ = density_coverage(real, fake)
    assert before < 0.05
    assert after < before + 0.25


def test_equal_distributions():
    density, coverage = density_coverage(_normal(4, 2000), _normal(5, 2000))
    assert abs(density - 1) < 0.05
    assert abs(coverage - expected_coverage(2000, 2000)) < 0.02


def test_expected_coverage():
    assert expected_coverage(10, 10, k=1) == pytest.approx(1 - 9 / 19)
    assert expected_coverage(3, 5, k=2) == pytest.approx(1 - (2 * 1) / (7 * 6))
    assert expected_coverage(10**6, 10**6, k=5) == pytest.approx(1 - 2**-5, rel=1e-5)


def test_expected_coverage_on_average():
    found = [
        density_coverage(_normal(seed, 60), _normal(1000 + seed, 30), k=3)[1]
        for seed in range(300)
    ]
    assert np.mean(found) == pytest.approx(expected_coverage(60, 30, 3), abs=0.01)


def test_dropped_modes_lower_coverage_alone():
    centres = 100 * np.arange(4)[:, None]
    real = np.repeat(centres, 100, axis=0) + _normal(6, 400)
    fake = np.repeat(centres[:1], 400, axis=0) + _normal(7, 400)
    density, coverage = density_coverage(real, fake)
    assert 0.8 < density < 1.2
    assert 0.2 < coverage <= 0.25


def test_noise_lowers_both():
    real, fake = _normal(8, dimension=10), _normal(9, dimension=10)
    found = [
        density_coverage(real, fake + noise * _normal(10, dimension=10))
        for noise in (0.0, 1.0, 3.0)
    ]
    densities, coverages = zip(*found, strict=True)
    assert densities[0] > densities[1] > densities[2]
    assert coverages[0] > coverages[1] > coverages[2]


def test_density_is_above_1_where_fakes_crowd_in_the_middle_of_many_dimensions():
    real, fake = _normal(11, 1000, 20), _normal(12, 1000, 20)
    assert density_coverage(real, 0.3 * fake)[0] > 5


def test_constant_generator():
    real = _normal(13)
    expected = _brute_force(real, real[:1], 5)
    found = density_coverage(real, np.repeat(real[:1], 200, axis=0))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert density_coverage(real, np.full((200, 3), 1e3, np.float32)) == (0.0, 0.0)


def test_duplicated_reals_have_empty_balls():
    real = np.ones((200, 3), np.float32)
    assert density_coverage(real, real) == (0.0, 0.0)


def test_metric():
    real, fake = _normal(14, 500), _normal(15, 300, scale=1.3)
    found = _compute(DensityCoverage(), real, fake)
    assert tuple(found) == DensityCoverage.figures
    expected = density_coverage(real[:300], fake)
    assert (found["density"].value, found["coverage"].value) == expected
    counts = {"k": 5, "num_real": 300, "num_fake": 300}
    assert found["density"].details == counts
    assert found["coverage"].details == {
        **counts,
        "expected_coverage": expected_coverage(300, 300),
    }
    assert found == _compute(DensityCoverage(), real, fake)


def test_metric_of_all_rows():
    real, fake = _normal(14, 500), _normal(15, 300, scale=1.3)
    found = _compute(DensityCoverage(k=3, equal=False), real, fake)
    assert found["coverage"].value == density_coverage(real, fake, 3)[1]
    assert found["coverage"].details["num_real"] == 500
    assert found["coverage"].details["k"] == 3


def test_few_examples():
    with pytest.raises(base.Few, match="k=5 need at least 100 real"):
        _compute(DensityCoverage(), _normal(0, 50), _normal(1, 50))
    with pytest.raises(base.Few, match="k=200 need at least 201"):
        _compute(DensityCoverage(k=200), _normal(0, 150), _normal(1, 150))


@pytest.mark.parametrize("name", ["k", "limit"])
def test_arguments(name):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive integer"):
        DensityCoverage(**{name: 1.5})
