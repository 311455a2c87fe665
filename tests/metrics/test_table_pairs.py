"""Pairs of measured columns."""

import numpy as np
import pytest

from kgan.metrics import table_pairs
from kgan.metrics.table_columns import coded

NAN = np.nan


def test_correlations_are_those_of_rows_that_have_both():
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(200, 3)) @ draw.normal(size=(3, 3)) + 1e3
    np.testing.assert_allclose(
        table_pairs.correlations(rows), np.corrcoef(rows.T), atol=1e-9
    )
    rows[draw.random((200, 3)) < 0.2] = NAN
    both = ~np.isnan(rows[:, 0]) & ~np.isnan(rows[:, 2])
    expected = np.corrcoef(rows[both, 0], rows[both, 2])[0, 1]
    assert table_pairs.correlations(rows)[0, 2] == pytest.approx(expected)


def test_dates_in_nanoseconds_and_columns_that_do_not_vary():
    days = np.arange(100.0)
    rows = np.stack(
        [
            1.7e18 + days * 86_400e9,
            days,
            np.full(100, 0.1),
            np.full(100, NAN),
            np.where(days < 50, 3.0, NAN),
            np.where(days < 60, NAN, days),
        ],
        axis=1,
    )
    found = table_pairs.correlations(rows)
    assert found[0, 1] == pytest.approx(1)
    assert not found[2:5].any()
    assert found[0, 5] == pytest.approx(1)
    assert found[4, 5] == 0  # no row has both


def test_joints_of_two_by_two():
    real = np.array([[0, 0], [0, 0], [1, 1], [1, 1.0]])
    fake = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    columns = coded(real, fake, (False, False))
    found = table_pairs.joint_similarities(columns, np.zeros(2, bool))
    np.testing.assert_allclose(found, [[1, 0.5], [0.5, 1]])
    numbers = table_pairs.joint_similarities(columns, np.ones(2, bool))
    np.testing.assert_allclose(numbers, np.ones((2, 2)))


def test_each_pair_once_and_the_worst_first():
    matrix = np.array([[1, 0.2, 0.3], [0.2, 1, 0.1], [0.3, 0.1, 1]])
    np.testing.assert_allclose(table_pairs.of_pairs(matrix), [0.2, 0.3, 0.1])
    np.testing.assert_allclose(table_pairs.of_pairs(matrix, [(2, 0)]), [0.2, 0.1])
    assert table_pairs.worst_pairs(matrix, 2) == [(1, 2), (0, 1)]
    assert len(table_pairs.worst_pairs(matrix)) == 3
