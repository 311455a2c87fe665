import numpy as np
import pytest

from kgan.metrics import base
from kgan.metrics.birthday import Birthday, collisions, support
from kgan.metrics.features.base import Outputs


def _normal(seed, count=2000, dimension=8):
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype("float32")


def _compute(metric, real, fake, context=None):
    collected = metric.statistics()
    for role, rows in {"real": real, "fake": fake}.items():
        for batch in np.array_split(rows, 3):
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, context or base.Context())["birthday_support"]


def _collided(values):
    return (values[:, None] == values).sum(axis=1) - 1


def test_collisions_by_brute_force():
    rows = _normal(0, 200, 3)
    rows[100:120] = rows[:20]
    distances = np.linalg.norm(rows[:, None] - rows, axis=2)
    for threshold in (0.0, 0.5):
        expected = (distances <= threshold).sum(axis=1) - 1
        assert expected.any()
        np.testing.assert_array_equal(collisions(rows, threshold), expected)


def test_support_by_hand():
    # One of three pairs collides; no two collisions share a draw, ζ₁ = 0.
    value, error = support(np.array([1, 1, 0]))
    assert value == pytest.approx(3)
    assert error == pytest.approx(np.sqrt(1 / 3 * 2 / 3 / 3) * 9)


def test_support_of_a_constant():
    assert support(np.full(100, 99)) == (1.0, 0.0)


def test_support_without_collisions():
    # So large that a Poisson count of that mean is 0 once in 20 times.
    value, error = support(np.zeros(1000, int))
    assert np.exp(-1000 * 999 / 2 / value) == pytest.approx(0.05)
    assert np.isnan(error)


@pytest.mark.parametrize("weights", [np.full(50, 1 / 50), [0.7, 0.2, 0.1]])
def test_support_and_its_error_on_average(weights):
    # Equally likely values give a Poisson count; others vary more.
    rng = np.random.default_rng(1)
    found = np.array(
        [
            support(_collided(rng.choice(len(weights), 200, p=weights)))
            for _ in range(400)
        ]
    )
    expected = 1 / np.sum(np.square(weights))
    values, errors = found.T
    assert values.mean() == pytest.approx(expected, rel=0.02)
    assert np.mean(errors) == pytest.approx(values.std(), rel=0.15)


def test_distinct_outputs():
    outputs = _normal(2, 50)
    fake = outputs[np.random.default_rng(3).integers(50, size=2000)]
    found = _compute(Birthday(), _normal(4), fake)
    assert abs(found.value - 50) < 5
    assert 0 < found.uncertainty < 3
    assert "2000 examples" in found.uncertainty_is
    assert found.details["collisions"] == pytest.approx(2000 * 1999 / 2 / found.value)
    assert found.details["lower_bound"] is False


def test_outputs_that_vary_less_than_the_threshold():
    outputs = _normal(2, 50)
    fake = outputs[np.random.default_rng(3).integers(50, size=2000)]
    exact = _compute(Birthday(), _normal(4), fake)
    varied = _compute(Birthday(), _normal(4), fake + 0.01 * _normal(5))
    assert varied.details["threshold"] > 0.2
    assert varied.value == pytest.approx(exact.value, rel=0.02)


@pytest.mark.parametrize("value", [0.0, 0.3, 1e5])
def test_constant_generator(value):
    found = _compute(Birthday(), _normal(6), np.full((2000, 8), value, np.float32))
    assert found.value == 1.0
    assert found.uncertainty == 0.0
    assert found.details["collisions"] == 2000 * 1999 // 2


def test_equal_distributions_have_the_support_of_the_reals():
    found = _compute(Birthday(), _normal(7), _normal(8))
    # 1% of 2,000 collide, two or more in a pair.
    assert 10 <= found.details["real_collisions"] <= 20
    ratio = found.value / found.details["real_support"]
    assert 0.3 < ratio < 3
    assert found.details["real_support"] == pytest.approx(
        2000 * 1999 / 2 / found.details["real_collisions"]
    )


def test_dropped_modes_lower_the_support():
    centres = 100 * np.arange(10)[:, None]
    real = np.repeat(centres, 200, axis=0) + _normal(9)
    real = np.random.default_rng(10).permutation(real)
    fakes = [np.repeat(centres[:m], 2000 // m, axis=0) + _normal(11) for m in (10, 1)]
    whole, collapsed = [_compute(Birthday(), real, fake).value for fake in fakes]
    assert 5 < whole / collapsed < 20


def test_no_collision_is_a_lower_bound():
    found = _compute(Birthday(), _normal(12), 1000 * _normal(13))
    assert found.details["lower_bound"] is True
    assert found.details["collisions"] == 0
    assert found.uncertainty is None
    assert found.value == pytest.approx(2000 * 1999 / 2 / -np.log(0.05))


def test_duplicated_reals_leave_equal_examples():
    real = np.repeat(_normal(14, 1000), 2, axis=0)
    found = _compute(Birthday(), real, _normal(15))
    assert found.details["threshold"] == 0.0
    assert found.details["real_collisions"] == 1000
    assert found.details["lower_bound"] is True


def test_details_and_limit():
    real, fake = _normal(16, 700), _normal(17, 400)
    found = _compute(Birthday(limit=500, quantile=0.1), real, fake)
    assert (found.details["batch"], found.details["quantile"]) == (400, 0.1)
    distances = np.linalg.norm(real[:400, None] - real[:400], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.sort(distances.min(axis=1))
    assert found.details["threshold"] == pytest.approx(nearest[39], rel=1e-5)
    assert found == _compute(Birthday(limit=500, quantile=0.1), real, fake)


def test_few_examples():
    with pytest.raises(base.Few, match=r"at least 100 real .* Received: 50 and 60"):
        _compute(Birthday(), _normal(0, 50), _normal(1, 60))
    allowed = base.Context(allow_few=True)
    assert _compute(Birthday(), _normal(0, 50), _normal(1, 60), allowed).value >= 1
    with pytest.raises(base.Few, match="at least 2 real"):
        _compute(Birthday(limit=1), _normal(0, 3), _normal(1, 3), allowed)


def test_arguments():
    with pytest.raises(ValueError, match="`limit` must be a positive integer"):
        Birthday(limit=0)
    for quantile in (0, 1, -0.1, float("nan"), "0.1", True, None):
        with pytest.raises(ValueError, match=r"`quantile` must lie in \(0, 1\)"):
            Birthday(quantile=quantile)
