"""Distances to the nearest training rows."""

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed

from kgan.metrics import nearest_records
from kgan.metrics.nearest_records import NearestRecords, nearest_distances

NAN = np.nan


def test_the_distance_of_gower_by_hand():
    among = np.array([[0, 3], [10, 3.0]])
    rows = np.array([[0, 3], [1, 3], [1, 4], [30, 3], [NAN, 3], [NAN, NAN]])
    expected = [0, 0.05, 0.55, 0.5, 0.5, 1]
    np.testing.assert_allclose(
        nearest_distances(rows, among, (True, False)), expected, atol=1e-7
    )
    gaps = np.array([[NAN, NAN], [10, 3.0]])
    found = nearest_distances(rows[-1:], gaps, (True, False))
    np.testing.assert_allclose(found, [0])


def test_numbers_without_a_range_are_equal_or_not():
    among = np.array([[7.0, NAN], [7.0, NAN]])
    rows = np.array([[7.0, NAN], [7.1, NAN], [7.0, 2.0]])
    found = nearest_distances(rows, among, (True, True))
    np.testing.assert_allclose(found, [0, 0.5, 0.5])


def test_blocks_do_not_matter(monkeypatch):
    draw = np.random.default_rng(0)
    rows, among = draw.integers(0, 9, (50, 4)), draw.integers(0, 9, (80, 4))
    rows, among = rows.astype(float), among.astype(float)
    kinds = (True, True, False, False)
    found = nearest_distances(rows, among, kinds)
    ranges = np.ptp(among, axis=0)
    gaps = np.abs(rows[:, None] - among[None])
    gaps = np.where(kinds, np.minimum(gaps / ranges, 1), gaps > 0)
    np.testing.assert_allclose(found, gaps.mean(axis=2).min(axis=1), atol=1e-6)
    monkeypatch.setattr(nearest_records, "_CELLS", 100)
    np.testing.assert_array_equal(nearest_distances(rows, among, kinds), found)


def rows(seed, count=400):
    draw = np.random.default_rng(seed)
    return np.stack([draw.normal(size=count), draw.integers(0, 3, count)], axis=1)


def test_copies_are_nearer_than_new_rows():
    table, real, held_out = StandInTable((True, False)), rows(0), rows(1)
    like = {"real": real, "held_out": held_out}
    copied = computed(NearestRecords(), table, fake=real[:200], **like)
    new = computed(NearestRecords(), table, fake=rows(2), **like)
    assert copied["nearest_records_z"].value < -10
    assert abs(new["nearest_records_z"].value) < 4
    details = copied["nearest_records_z"].details
    assert details["median_fake"] == 0 < details["median_new"]
    assert details["new"] == "held-out rows"
    assert (details["num_compared"], details["num_training"]) == (200, 400)


def test_without_held_out_rows_one_half_stands_for_them():
    table = StandInTable((True, False))
    found = computed(NearestRecords(queries=50), table, real=rows(0), fake=rows(2))
    figure = found["nearest_records_z"]
    assert abs(figure.value) < 4
    assert figure.details["new"] == "half of the reference"
    assert (figure.details["num_compared"], figure.details["num_new"]) == (50, 50)
    assert figure.details["num_training"] == 200


@pytest.mark.parametrize("argument", ["queries", "limit"])
def test_arguments_are_checked(argument):
    with pytest.raises(ValueError, match=f"`{argument}` must be"):
        NearestRecords(**{argument: 0})
