"""Rows that are training rows."""

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed

from kgan.metrics.row_copies import RowCopies, is_copy, near_keys

NAN = np.nan


def test_copies_by_hand():
    rows = np.array([[1, 2], [2, 1], [1, NAN], [NAN, 1], [-0.0, 5], [1, 2.5]])
    among = np.array([[1, 2], [1, NAN], [0.0, 5], [2, 2]])
    expected = [True, False, True, False, True, False]
    np.testing.assert_array_equal(is_copy(rows, among), expected)


def test_copies_are_those_of_a_set():
    draw = np.random.default_rng(0)
    rows, among = draw.integers(0, 4, (2, 500, 5)).astype(float)
    known = set(map(tuple, among))
    expected = [tuple(row) in known for row in rows]
    assert 0.1 < np.mean(expected) < 0.9
    np.testing.assert_array_equal(is_copy(rows, among), expected)


def test_near_keys_have_a_value_for_most_rows():
    count = 20
    rows = np.stack(
        [np.arange(count), np.arange(count) // 2, np.arange(count) % 11], axis=1
    )
    assert near_keys(rows.astype(float)).tolist() == [True, False, True]


def tables():
    """A key, and a category of 10 levels of which the reference has but five."""
    draw = np.random.default_rng(0)
    real = np.stack([np.arange(100.0), np.arange(100) % 5, np.arange(100) % 2], 1)
    real = draw.permutation(real)
    fake = np.stack([np.arange(200.0, 240), np.repeat([0, 7], 20), np.zeros(40)], 1)
    fake[0] = real[0]
    held_out = np.stack([np.arange(300.0, 330), np.full(30, 8), np.zeros(30)], 1)
    held_out[:3, 1] = 1
    return {"real": real, "fake": fake, "held_out": held_out}


def test_the_figure_with_its_controls():
    table = StandInTable((True, False, False), ("number", "a", "b"))
    found = computed(RowCopies(), table, **tables())["row_copies"]
    assert found.value == 0.5
    assert found.details == {
        "near_keys": "number",
        "in_half": 0.5,
        "halves": 1.0,
        "exact": 1,
        "held_out": 0.1,
    }


def test_where_all_columns_are_near_keys_all_are_compared():
    table = StandInTable((True,))
    only = {role: rows[:, :1] for role, rows in tables().items() if role != "held_out"}
    found = computed(RowCopies(), table, **only)["row_copies"]
    assert found.value == pytest.approx(1 / 40)
    assert found.details["near_keys"] == "none"
    assert found.details["halves"] == 0
