"""The picture of all pairs."""

import numpy as np
import pytest

from kgan.report import heat_map


def matrix(count, worst):
    found = np.full((count, count), 0.99)
    found[0, count - 1] = found[count - 1, 0] = worst
    np.fill_diagonal(found, 1)
    return found


@pytest.mark.parametrize("count", [2, 15, 50])
def test_a_cell_of_another_colour_is_seen(count, opened):
    names = [f"column {number}" for number in range(count)]
    good, bad = (heat_map.heat_map(matrix(count, v), names) for v in (0.99, 0.3))
    assert f"0.30 of column 0 and column {count - 1}" in bad
    pictures = [opened(html)[1].astype(int) for html in (good, bad)]
    assert pictures[0].shape == pictures[1].shape
    assert pictures[0].shape[1] <= 1000
    assert (pictures[0] != pictures[1]).any()


def test_long_names_keep_both_ends():
    assert heat_map.short("age") == "age"
    long = heat_map.short("number_of_measurements_12", 11)
    assert long == "numbe…ts_12"
    assert len(long) == 11
