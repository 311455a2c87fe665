import types

import numpy as np
import pytest

from kgan.metrics.base import Context, Few
from kgan.metrics.features.base import Outputs
from kgan.metrics.mode_coverage import ModeCoverage, mode_coverage, nearest_modes

CENTERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def _source(**attributes):
    return types.SimpleNamespace(centers=CENTERS, stddev=np.asarray(0.5), **attributes)


def _draw(count, centers=CENTERS, stddev=0.5, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(count, centers.shape[1]))
    points = centers[rng.integers(0, len(centers), count)] + stddev * noise
    return points.astype("float32")


def _measure(points, source=None, batch_size=1000, **context):
    metric = ModeCoverage()
    collected = metric.statistics()
    for first in range(0, len(points), batch_size):
        batch = points[first : first + batch_size]
        collected["fake"].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, Context(source=source or _source(), **context))


def _values(figures):
    return {name: figure.value for name, figure in figures.items()}


def test_counts_by_hand():
    # 3σ is 1.5: the third sample is just outside, the last belongs to no mode.
    points = [[0, 1.4], [0, -1.4], [0, 1.6], [10, 0], [5, 5]]
    found = mode_coverage(points, CENTERS, 0.5)
    assert found["modes_found"] == 2
    assert found["high_quality_share"] == pytest.approx(3 / 5)
    # (2/3, 1/3, 0, 0) against quarters.
    expected = 2 / 3 * np.log(8 / 3) + 1 / 3 * np.log(4 / 3)
    assert found["modes_kl"] == pytest.approx(expected)


def test_kl_counts_from_the_weights_of_the_modes():
    points = np.repeat(CENTERS, [4, 3, 2, 1], axis=0)
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    assert mode_coverage(points, CENTERS, 0.5, weights)["modes_kl"] < 1e-12
    uniform = mode_coverage(points, CENTERS, 0.5)["modes_kl"]
    assert uniform == pytest.approx(np.sum(weights * np.log(4 * weights)))
    figures = _measure(np.repeat(points, 10, axis=0), _source(weights=weights))
    assert figures["modes_kl"].value < 1e-12


def test_nearest_mode_is_told_in_units_of_sigma():
    # 4 from the first centre and 6 from the second, but σ is 10 there along y.
    centers, stddev = np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([2.0, 10.0])
    nearest, offsets = nearest_modes(np.array([[4.0, 20.0]]), centers, stddev)
    np.testing.assert_array_equal(nearest, [0])
    np.testing.assert_allclose(offsets, [[2.0, 2.0]])


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_true_samples(dimensions):
    centers = np.eye(dimensions)[:1] * np.array([[0.0], [50.0], [100.0]])
    stddev = np.linspace(0.5, 2.0, dimensions)
    rng = np.random.default_rng(1)
    modes = rng.integers(0, 3, 60_000)
    points = centers[modes] + stddev * rng.normal(size=(60_000, dimensions))
    found = mode_coverage(points, centers, stddev)
    from scipy import stats

    assert found["modes_found"] == 3
    share = stats.chi2.cdf(9, dimensions)
    assert found["high_quality_share"] == pytest.approx(share, abs=0.005)
    assert found["modes_kl"] < 1e-3  # about (modes − 1) / (2 n)
    assert found["modes_spread"] == pytest.approx(1.0, abs=0.01)


def test_spread_follows_the_width_of_the_samples():
    for scale in (0.2, 0.5):
        points = _draw(10_000, stddev=scale * 0.5)
        # So narrow that 3σ cuts nothing off: 2% remain of the correction.
        spread = mode_coverage(points, CENTERS, 0.5)["modes_spread"]
        assert spread == pytest.approx(scale, rel=0.04)
    wide = mode_coverage(_draw(10_000, stddev=1.0), CENTERS, 0.5)
    assert wide["modes_spread"] > 1.2
    assert wide["high_quality_share"] < 0.7


def test_samples_between_modes_do_not_hide_a_narrow_one():
    between = np.tile([[5.0, 4.0]], (2000, 1))
    points = np.concatenate([_draw(2000, stddev=0.05), between])
    found = mode_coverage(points, CENTERS, 0.5)
    assert found["modes_spread"] == pytest.approx(0.1, rel=0.05)
    assert found["high_quality_share"] == 0.5


def test_dropped_modes():
    values = _values(_measure(_draw(2000, CENTERS[:1])))
    assert values["modes_found"] == 1
    assert values["modes_kl"] == pytest.approx(np.log(4))
    assert values["modes_spread"] == pytest.approx(1.0, abs=0.05)


def test_constant_generator():
    figures = _measure(np.tile(np.float32([[0.3, 0.0]]), (500, 1)))
    assert _values(figures) == {
        "modes_found": 1.0,
        "high_quality_share": 1.0,
        "modes_kl": pytest.approx(np.log(4)),
        "modes_spread": 0.0,
    }


def test_no_sample_in_any_mode():
    with pytest.warns(UserWarning, match="None of 500 points is within 3σ"):
        figures = _measure(np.full((500, 2), 5.0, "float32"))
    assert _values(figures) == {
        "modes_found": 0.0,
        "high_quality_share": 0.0,
        "modes_kl": pytest.approx(np.log(4)),
        "modes_spread": 0.0,
    }


def test_figures_state_their_protocol():
    figures = _measure(_draw(2500))
    metric = ModeCoverage()
    assert tuple(figures) == metric.figures
    assert metric.best == ("max", "max", "min", "1")
    for figure in figures.values():
        assert figure.details == {
            "num_samples": 2500,
            "num_modes": 4,
            "within_stddevs": 3.0,
        }
    share = figures["high_quality_share"]
    error = np.sqrt(share.value * (1 - share.value) / 2500)
    assert share.uncertainty == pytest.approx(error)
    assert share.uncertainty_is == "standard error"


def test_batches_do_not_matter():
    points = _draw(300)
    assert _measure(points, batch_size=7) == _measure(points, batch_size=300)


def test_few_samples():
    with pytest.raises(
        Few, match=r"4 modes need at least 40 generated examples\. Received: 39"
    ):
        _measure(_draw(39))
    assert _measure(_draw(39), allow_few=True)["modes_found"].value == 4


@pytest.mark.parametrize("source", [None, types.SimpleNamespace(centers=CENTERS)])
def test_source_without_centres(source):
    metric = ModeCoverage()
    collected = metric.statistics()
    collected["fake"].update(Outputs(CENTERS, None, CENTERS), None)
    with pytest.raises(ValueError, match=r"`source`.*`centers` and `stddev`.*Received"):
        metric.compute(collected, Context(source=source))


def test_rings_and_grids_of_kgan():
    from kgan import data

    for name, modes in (("ring", 8), ("grid", 25)):
        source = data.source(name)
        values = _values(_measure(source.sample(2500, seed=3), source))
        assert values["modes_found"] == modes
        # 1 − exp(−9 / 2) of a Gaussian in the plane lies within 3σ.
        assert values["high_quality_share"] == pytest.approx(0.989, abs=0.01)
        assert values["modes_kl"] < 0.02
        assert values["modes_spread"] == pytest.approx(1.0, abs=0.03)
