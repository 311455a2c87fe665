import json

import numpy as np
import pytest

from kgan.data.tables.grid import Grid


def _values(start, step, count=40, decimals=0):
    return (start + step * np.arange(count)) / 10**decimals


GRIDS = {
    "integers": (np.arange(17, 91), 0, 1),
    "fives": (np.arange(0, 400, 5), 0, 5),
    "fives and two": (np.arange(2, 400, 5), 0, 5),
    "negative": (np.arange(-90, 300, 30), 0, 30),
    "cents": (_values(199, 1, decimals=2), 2, 1),
    "ninety-nine cents": (_values(99, 100, decimals=2), 2, 100),
    "six decimals": (_values(1, 3, decimals=6), 6, 3),
    "large": (np.arange(2**60, 2**60 + 77, 7), 0, 7),
    "few": (np.asarray([0, 50]), 0, 1),
    "one": (np.asarray([50]), 0, 1),
}


@pytest.mark.parametrize("name", GRIDS)
def test_values_lie_on_their_grid(name):
    values, decimals, step = GRIDS[name]
    grid = Grid.learn(values)
    assert (grid.decimals, grid.step) == (decimals, step)
    assert grid == Grid.from_config(json.loads(json.dumps(grid.get_config())))
    ticks = grid.ticks(values)
    np.testing.assert_array_equal(grid.values(ticks, values.dtype), values)
    np.testing.assert_array_equal(np.diff(ticks), np.diff(ticks.astype(int)))
    assert np.abs(ticks).max() < 2**45
    assert grid.fits(values).all()


def test_reals_have_no_grid():
    random = np.random.default_rng(0)
    assert Grid.learn(random.normal(size=50)) is None
    assert Grid.learn(np.asarray([1e-7, 1.0])) is None
    assert Grid.learn(np.asarray([0.1, 1e300])) is None
    narrow = np.asarray([0.1, 0.7], np.float32).astype(np.float64)
    assert Grid.learn(narrow) is None
    assert Grid.learn(narrow, np.float32).decimals == 1


def test_steps_of_few_values_are_those_asked_for():
    assert Grid.learn(np.asarray([0, 7200]), steps=(86400, 3600, 60)).step == 3600
    assert Grid.learn(np.asarray([0, 7201]), steps=(86400, 3600, 60)).step == 1


def test_a_given_grid():
    grid = Grid.given(0.05, 0.01)
    assert (grid.decimals, grid.step, grid.origin) == (2, 5, 1)
    np.testing.assert_array_equal(
        grid.fits(np.asarray([0.06, 0.05, 3.11, 1 / 3])), [True, False, True, False]
    )
    assert Grid.given(10, 25).origin == 5
    for step in (0, -1, 1e-7):
        with pytest.raises(ValueError, match="`step` must be positive"):
            Grid.given(step)


def test_the_nearest_tick_and_bounds():
    grid = Grid.given(5, 2)
    np.testing.assert_array_equal(
        grid.ticks(np.asarray([2, 4, 5, 6, -3])), [0, 0, 1, 1, -1]
    )
    assert grid.bounds(2, 12) == (0, 2)
    assert grid.bounds(3, 11.5) == (1, 1)
    assert grid.bounds(None, 1) == (-np.inf, -1)
    assert grid.bounds(7.5, None) == (2, np.inf)
