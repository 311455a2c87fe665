"""Each pair of columns."""

import time

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed

from kgan.metrics.pair_trends import PairTrends, dependent_pairs, pair_trends
from kgan.metrics.table_columns import shuffled
from kgan.metrics.table_pairs import of_pairs

NAN = np.nan
CATEGORIES = (False, False)


def of_two(real, fake, is_number):
    return pair_trends(np.array(real, float), np.array(fake, float), is_number)[0, 1]


def test_two_by_two_tables_by_hand():
    real = [[0, 0]] * 4 + [[0, 1]] * 1 + [[1, 0]] * 2 + [[1, 1]] * 3
    fake = [[0, 0]] * 2 + [[0, 1]] * 3 + [[1, 0]] * 2 + [[1, 1]] * 3
    assert of_two(real, fake, CATEGORIES) == pytest.approx(0.8)
    assert of_two(real, real, CATEGORIES) == 1
    missing = [[0, NAN]] * 4 + real[4:]
    assert of_two(real, missing, CATEGORIES) == pytest.approx(0.6)


@pytest.mark.parametrize("levels", [2, 5])
def test_a_pair_that_is_one_has_one_over_k_without_its_bond(levels):
    places = np.arange(levels)
    real = np.stack([places, places], axis=1)
    apart = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
    assert of_two(real, apart, CATEGORIES) == pytest.approx(1 / levels)
    rows = np.repeat(real, 4000, axis=0).astype(float)
    found = shuffled(rows, np.random.default_rng(0))
    assert of_two(rows, found, CATEGORIES) == pytest.approx(1 / levels, abs=0.02)


def test_independent_coins_stay_what_they_are():
    count = 10_000
    coins = np.random.default_rng(0).integers(0, 2, (count, 2)).astype(float)
    found = of_two(coins, shuffled(coins, np.random.default_rng(1)), CATEGORIES)
    assert 1 - 4 / np.sqrt(count) < found < 1


def test_numbers_lie_in_bins_beside_a_category():
    real = [[0, 0], [10, 1]]
    assert of_two(real, [[0.9, 0], [9.1, 1]], (True, False)) == 1
    assert of_two(real, [[1.1, 0], [9.1, 1]], (True, False)) == pytest.approx(0.5)
    assert of_two(real, [[0, 0], [11, 1]], (True, False)) == pytest.approx(0.5)
    assert of_two(real, [[0, 0], [NAN, 1]], (True, False)) == pytest.approx(0.5)


def test_two_numbers_have_their_correlations():
    line = np.arange(10.0)
    up, down = np.stack([line, line], 1), np.stack([line, -line], 1)
    flat = np.stack([line, np.zeros(10)], 1)
    both = (True, True)
    assert of_two(up, down, both) == pytest.approx(0)
    assert of_two(up, flat, both) == pytest.approx(0.5)
    assert of_two(up, 5 + 3 * up, both) == pytest.approx(1)
    # Half of the values are missing in the fake table alone.
    gaps = up.copy()
    gaps[::2, 0] = NAN
    assert of_two(up, gaps, both) == pytest.approx(0.5)
    np.testing.assert_allclose(np.diag(pair_trends(up, gaps, both)), 1)


def test_a_hundred_pairs_of_long_columns_take_no_time():
    draw = np.random.default_rng(0)
    real, fake = draw.integers(0, 9, (2, 32_561, 15)).astype(float)
    begin = time.process_time()
    found = pair_trends(real, fake, [number % 2 == 0 for number in range(15)])
    assert time.process_time() - begin < 1
    assert len(of_pairs(found)) == 105


def table():
    return StandInTable((False, False, True), dependencies={"b": "a", "key": "a"})


def rows(seed, bond=True, count=2000):
    draw = np.random.default_rng(seed)
    a = draw.integers(0, 4, count)
    b = a if bond else draw.integers(0, 4, count)
    return np.stack([a, b, draw.normal(size=count) + a], axis=1)


def test_the_figures_with_their_controls():
    found = computed(
        PairTrends(), table(), real=rows(0), fake=rows(1, False), held_out=rows(2)
    )
    figure, worst = found["pair_trends"], found["pair_trends_worst"]
    details = figure.details
    assert worst.value == pytest.approx(0.25, abs=0.03)
    assert worst.details == {"worst_pair": "a, b"}
    assert details["worst_pair"] == "a, b"
    assert details["pairs"] == 3
    assert details["held_out"] > details["halves"] > 0.9
    assert details["shuffled"] < figure.value < details["halves"]
    assert details["without_dependencies"] > figure.value + 0.1
    assert details["sdmetrics_pairs"] == 3
    assert details["sdmetrics_shuffled"] < details["sdmetrics_halves"]
    assert (
        "held_out"
        not in computed(PairTrends(), table(), real=rows(0), fake=rows(1))[
            "pair_trends"
        ].details
    )


def test_dependencies_are_pairs_of_measured_columns():
    assert dependent_pairs(table()) == [(1, 0)]


def test_one_column_has_no_pairs():
    one = rows(0)[:, :1]
    with pytest.raises(ValueError, match=r"at least two columns\. Received: a"):
        computed(PairTrends(), StandInTable([False]), real=one, fake=one)
