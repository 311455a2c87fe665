import numpy as np
import pytest
from scipy import special, stats

from kgan.metrics import sliced_wasserstein as module
from kgan.metrics.base import Context, Few
from kgan.metrics.features.base import Outputs
from kgan.metrics.sliced_wasserstein import (
    SlicedWasserstein,
    directions,
    sliced_wasserstein,
    wasserstein,
)


def _measure(real, fake, metric=None, batch_size=1000, **context):
    metric = metric or SlicedWasserstein()
    collected = metric.statistics()
    for role, rows in (("real", real), ("fake", fake)):
        for first in range(0, len(rows), batch_size):
            batch = rows[first : first + batch_size]
            collected[role].update(Outputs(batch, None, batch), None)
    return metric.compute(collected, Context(**context))["sliced_wasserstein"]


def _normal(count, seed, dimensions=3):
    normal = np.random.default_rng(seed).normal(size=(count, dimensions))
    return normal.astype("float32")


def _mean_cosine(dimensions):
    """E|cos| of a direction that is uniform on the sphere."""
    half = dimensions / 2
    return special.gamma(half) / (np.sqrt(np.pi) * special.gamma(half + 0.5))


def test_directions_are_uniform_unit_vectors():
    drawn = directions(3, 20_000, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=0), 1.0)
    # On the sphere in space each coordinate is uniform in [-1, 1].
    assert stats.kstest(drawn[0], "uniform", (-1, 2)).pvalue > 0.01
    assert abs(drawn.mean()) < 0.01


@pytest.mark.parametrize("count", [50, 80, 1])
def test_line_is_scipys_distance(count):
    real, fake = np.float64(_normal(50, 0, 1)[:, 0]), 2 * _normal(count, 1, 1)[:, 0] + 1
    expected = stats.wasserstein_distance(real, fake)
    assert wasserstein(real, fake) == pytest.approx(expected, rel=1e-9)


def test_one_dimension_is_the_distance_itself():
    real, fake = _normal(300, 0, 1), _normal(500, 1, 1) ** 2
    figure = _measure(real, fake)
    expected = stats.wasserstein_distance(real[:, 0], fake[:, 0])
    assert figure.value == pytest.approx(expected)
    assert figure.uncertainty == pytest.approx(0.0, abs=1e-8)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 20])
def test_shift_has_its_closed_form(dimensions):
    real = _normal(500, 0, dimensions)
    shift = np.linspace(-1, 2, dimensions)
    values = sliced_wasserstein(real, real + shift, 4_000, np.random.default_rng(0))
    expected = np.linalg.norm(shift) * _mean_cosine(dimensions)
    assert values.mean() == pytest.approx(expected, rel=0.03)


def test_scale_has_its_closed_form():
    # Of N(0, 1) and N(0, s²) on the line: |s − 1| E|x|.
    figure = _measure(_normal(10_000, 0), 3 * _normal(10_000, 1))
    assert figure.value == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.03)


def test_mean_and_standard_error_of_the_directions():
    real, fake = _normal(200, 0), _normal(150, 1) + 1
    figure = _measure(real, fake, SlicedWasserstein(64), seed=5)
    values = sliced_wasserstein(real, fake, 64, np.random.default_rng(5))
    assert figure.value == pytest.approx(values.mean())
    assert figure.uncertainty == pytest.approx(stats.sem(values))
    assert figure.uncertainty_is == "standard error of 64 directions"
    assert figure.details == {"num_directions": 64, "num_real": 200, "num_fake": 150}


def test_equal_rows_have_none_and_equal_distributions_little():
    real = _normal(2000, 0)
    assert _measure(real, real[::-1]).value == pytest.approx(0.0, abs=1e-12)
    assert _measure(real, _normal(2000, 1)).value < 0.08


def test_worse_distributions_are_farther():
    real, equal = _normal(2000, 0), _normal(2000, 1)
    fakes = [equal, np.abs(equal), np.zeros_like(equal), equal + 5]
    values = [_measure(real, fake).value for fake in fakes]
    assert values == sorted(values)
    # A single point in the middle: E|x| in every direction.
    assert values[2] == pytest.approx(np.sqrt(2 / np.pi), rel=0.03)


def test_the_seed_makes_the_directions():
    real, fake = _normal(200, 0), _normal(200, 1) + 1
    assert _measure(real, fake, seed=1) == _measure(real, fake, seed=1)
    assert _measure(real, fake, seed=1) != _measure(real, fake, seed=2)


def test_batches_and_blocks_do_not_matter(monkeypatch):
    real, fake = _normal(300, 0), _normal(250, 1)
    figure = _measure(real, fake)
    assert _measure(real, fake, batch_size=7) == figure
    monkeypatch.setattr(module, "_BLOCK", 11)
    assert _measure(real, fake).value == pytest.approx(figure.value, rel=1e-12)


def test_few_examples():
    with pytest.raises(Few, match=r"100 real and 100 generated .*: 200 and 99"):
        _measure(_normal(200, 0), _normal(99, 1))
    figure = _measure(_normal(1, 0), _normal(2, 1), allow_few=True)
    assert figure.value > 0


@pytest.mark.parametrize("count", [1, 0, 2.5, "512", None])
def test_number_of_directions(count):
    with pytest.raises(ValueError, match=r"`num_directions` must be an integer of at"):
        SlicedWasserstein(count)
