"""The scores of SDMetrics, as itself computed them of the same tables."""

import json
import pathlib

import measured_tables
import numpy as np
import pytest

from kgan.metrics import sdmetrics_scores
from kgan.metrics.table_columns import coded

PATH = pathlib.Path(__file__).parent / "fixtures" / "sdmetrics.json"
EXPECTED = json.loads(PATH.read_text("utf-8"))


@pytest.mark.parametrize("name", measured_tables.tables())
def test_scores_are_equal(name):
    table, expected = measured_tables.tables()[name], EXPECTED[name]
    shapes = sdmetrics_scores.sdmetrics_column_shapes(*table)
    # It adds 1e-6 of a row to a level that only the fake table has.
    assert shapes.mean() == pytest.approx(expected["column_shapes"], abs=1e-8)
    usual, chosen = sdmetrics_scores.sdmetrics_pair_trends(*table)
    assert usual[chosen].mean() == pytest.approx(expected["column_pair_trends"])
    every, chosen = sdmetrics_scores.sdmetrics_pair_trends(*table, 0, 0)
    assert every[chosen].mean() == pytest.approx(expected["column_pair_trends_of_all"])


def test_the_values_are_of_the_version_that_is_named():
    assert EXPECTED["versions"]["sdmetrics"] == "0.32.0"
    assert "make_table_fixtures" in EXPECTED["command"]


def test_cramers_v_by_hand():
    a = np.array([0, 0, 1, 1, 2, 2.0])
    independent = np.array([0, 1, 0, 1, 0, 1.0])
    halved = np.array([0, 0, 1, 1, 1, 1.0])
    rows = np.stack([a, a, independent, halved, np.zeros(6)], axis=1)
    found = sdmetrics_scores.associations(coded(rows, rows, (False,) * 5))
    # χ² = n of a with its halves, as of each function of it, and min(r, c) − 1 = 1.
    np.testing.assert_allclose(found[0], [0, 1, 0, 1, 0], atol=1e-7)


def test_columns_without_a_value_are_left_out():
    rows = np.array([[1, np.nan], [2, np.nan]])
    found = sdmetrics_scores.sdmetrics_column_shapes(rows, rows, (True, False))
    np.testing.assert_allclose(found, [1])
    empty, chosen = sdmetrics_scores.sdmetrics_pair_trends(rows, rows, (True, True))
    assert (empty.shape, chosen.any()) == ((1,), False)
