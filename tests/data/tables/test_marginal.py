"""Numbers as levels and places: there and back, frequencies, bounds, privacy."""

import json

import numpy as np
import pytest
from scipy import stats

from kgan.data.tables.marginal import Marginal


def column(kind, count=5_000):
    rng = np.random.default_rng(0)
    if kind == "ages":
        return rng.binomial(80, 0.4, count).astype(float)
    if kind == "gains":  # a spike, and a long tail
        return np.where(rng.uniform(size=count) < 0.9, 0.0, rng.geometric(1e-3, count))
    if kind == "weights":
        return np.round(rng.lognormal(12, 0.5, count))
    return rng.normal(size=count)


STEPS = {"ages": 1.0, "gains": 1.0, "weights": 1.0, "reals": None}


@pytest.mark.parametrize("kind", STEPS)
def test_there_and_back(kind):
    values = column(kind)
    marginal = Marginal.fit(values, STEPS[kind])
    levels, places = marginal.encode(values)
    again = marginal.decode(levels, places)
    np.testing.assert_allclose(again, values, rtol=0, atol=0 if STEPS[kind] else 1e-12)
    has_place = np.asarray(marginal.places)[levels]
    assert (places[~has_place] == 0.0).all()
    assert np.abs(places).max() <= 1.0
    found = np.bincount(levels, minlength=marginal.levels) / len(values)
    np.testing.assert_allclose(found, marginal.shares, atol=1e-12)


@pytest.mark.parametrize("kind", STEPS)
def test_any_place_of_a_step_is_its_value(kind):
    values = column(kind)
    marginal = Marginal.fit(values, STEPS[kind])
    drawn = np.random.default_rng(1).uniform(size=len(values))
    coded = marginal.encode(values, drawn)
    again = marginal.decode(*coded)
    np.testing.assert_allclose(again, values, rtol=0, atol=0 if STEPS[kind] else 1e-12)
    if STEPS[kind]:  # and places are continuous: no two are equal
        own = coded[1][np.asarray(marginal.places)[coded[0]]]
        assert len(np.unique(own)) > 0.99 * len(own)


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("private", [False, True])
def test_uniform_places_have_the_distribution(kind, private):
    values, rng = column(kind), np.random.default_rng(2)
    marginal = Marginal.fit(values, STEPS[kind], private=private)
    levels = rng.choice(marginal.levels, len(values), p=marginal.shares)
    drawn = marginal.decode(levels, rng.uniform(-1, 1, len(values)))
    assert stats.ks_2samp(drawn, values).statistic < 2 * (2 / len(values)) ** 0.5
    assert drawn.min() >= marginal.minimum
    assert drawn.max() <= marginal.maximum


@pytest.mark.parametrize("kind", STEPS)
def test_private_keeps_no_value_of_few(kind):
    values = column(kind)
    marginal = Marginal.fit(values, STEPS[kind], private=True)
    distinct, counts = np.unique(values, return_counts=True)
    few = distinct[counts < 10]
    half = 0.5 * (STEPS[kind] or 0.0)
    kept = [*marginal.spikes, marginal.minimum, marginal.maximum]
    assert marginal.minimum > distinct[0] or counts[0] >= 10
    assert marginal.maximum < distinct[-1] or counts[-1] >= 10
    # A mean of ten may be a whole number that one row has; of reals it is none.
    assert not set(marginal.spikes) & set(few)
    if not half:
        assert not set(kept + list(marginal.knots)) & set(few)


def test_few_knots_and_json():
    marginal = Marginal.fit(column("weights"), 1.0)
    assert len(marginal.knots) <= 1_000
    again = Marginal.from_config(json.loads(json.dumps(marginal.get_config())))
    assert again == marginal


def test_one_value_is_a_spike():
    marginal = Marginal.fit(np.full(20, 7.0), 1.0)
    assert (marginal.spikes, marginal.places) == ((7.0,), (False,))
    assert marginal.decode(np.asarray([0]), np.asarray([0.3])) == [7.0]


def test_steps_from_an_offset():
    values = 3.0 + 5.0 * np.random.default_rng(0).integers(0, 200, 5_000)
    marginal = Marginal.fit(values, step=5.0, offset=3.0)
    rng = np.random.default_rng(1)
    drawn = marginal.decode(
        rng.integers(0, marginal.levels, 1_000), rng.uniform(-1, 1, 1_000)
    )
    assert ((drawn - 3.0) % 5.0 == 0.0).all()
    np.testing.assert_array_equal(marginal.decode(*marginal.encode(values)), values)


def test_mask():
    values = np.concatenate([np.zeros(500), np.arange(1, 501)])
    marginal = Marginal.fit(values, 1.0, bins=5)
    mask, exact = marginal.mask(values=[0.0])
    assert mask.tolist() == [True] + [False] * 5
    assert exact[0]
    mask, exact = marginal.mask(low=150, high=320)
    assert mask.tolist() == [False, False, True, True, True, False]
    assert exact.tolist() == [True, False, False, True, False, False]
    mask, exact = marginal.mask(values=[250.0])
    assert mask.tolist() == [False, False, False, True, False, False]
    assert not exact[3]


def test_what_lies_beyond_is_the_bound():
    marginal = Marginal.fit(np.arange(100.0), 1.0)
    coded = marginal.encode(np.asarray([-50.0, 1_000.0]))
    assert marginal.decode(*coded).tolist() == [0.0, 99.0]


def test_too_few_rows_to_be_private():
    with pytest.raises(ValueError, match="must hold at least 10 rows"):
        Marginal.fit(np.arange(5.0), private=True)


@pytest.mark.parametrize("step", [None, 1.0])
def test_private_bounds_do_not_tell_how_far_out_a_single_one_is(step):
    values = np.round(np.random.default_rng(0).normal(0, 1e3, 500))
    found = []
    for canary in (8675309.0, 8675309000.0):
        values[5] = canary
        found.append(Marginal.fit(values, step, private=True))
    assert found[0] == found[1]
    assert found[0].maximum < 1e4
