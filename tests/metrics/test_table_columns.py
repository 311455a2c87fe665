"""Levels, bins and controls of measured columns."""

import numpy as np
import pytest

from kgan.metrics import table_columns

NAN = np.nan


@pytest.mark.parametrize(
    ("rows", "received"),
    [
        (np.zeros((0, 2)), r"shape \(0, 2\)"),
        (np.zeros((3, 1)), r"shape \(3, 1\)"),
        (np.zeros(2), r"shape \(2,\)"),
        (np.array([[0.0, np.inf]]), "infinity"),
    ],
)
def test_what_is_no_table_is_refused(rows, received):
    with pytest.raises(ValueError, match=f"^`rows` must be .* Received: .*{received}"):
        table_columns.check_tables((True, False), rows=rows)


def test_levels_are_places_among_all_values_and_missing_is_the_last():
    found = table_columns.by_level(np.array([5.0, NAN, 2.0]), np.array([3.0, NAN]))
    np.testing.assert_array_equal(found.real, [2, 3, 0])
    np.testing.assert_array_equal(found.fake, [1, 3])
    assert found.count == 4


def test_bins_are_of_the_reference_and_what_lies_outside_is_apart():
    real = np.array([0.0, 0.9, 1.0, 9.99, 10.0, NAN])
    fake = np.array([-1e-9, 0.0, 10.0, 10.1, 1e300, NAN])
    found = table_columns.by_bin(real, fake)
    np.testing.assert_array_equal(found.real, [1, 1, 2, 10, 10, 12])
    np.testing.assert_array_equal(found.fake, [0, 1, 10, 11, 11, 12])
    assert found.count == 13


@pytest.mark.parametrize("real", [[7.0, 7.0], [NAN, NAN]])
def test_a_reference_without_a_range(real):
    found = table_columns.by_bin(np.array(real), np.array([6.0, 7.0, 8.0, NAN]))
    assert found.real[0] == found.fake[3 if np.isnan(real[0]) else 1]
    assert len(set(found.fake)) == (2 if np.isnan(real[0]) else 4)


@pytest.mark.parametrize("count", [3, 1000])
def test_the_joint_of_two_columns(count):
    draw = np.random.default_rng(0)
    first, second = (
        table_columns.Coded(*draw.integers(0, 3, (2, 50)), count) for _ in range(2)
    )
    found = table_columns.joint(first, second)
    pairs = [f"{a} {b}" for a, b in zip(first.real, second.real, strict=True)]
    others = [f"{a} {b}" for a, b in zip(first.fake, second.fake, strict=True)]
    names = sorted({*pairs, *others})
    share = {n: pairs.count(n) / 50 - others.count(n) / 50 for n in names}
    difference = table_columns.differences(found)
    assert found.count <= max(9, 4 * 100)
    np.testing.assert_allclose(
        sorted(difference[difference != 0]), sorted(v for v in share.values() if v)
    )
    expected = 1 - sum(map(abs, share.values())) / 2
    assert table_columns.similarity(found) == pytest.approx(expected)


def test_shuffling_keeps_each_column_and_nothing_else():
    rows = np.repeat(np.arange(1000.0)[:, None], 2, axis=1)
    found = table_columns.shuffled(rows, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(found, axis=0), rows)
    assert abs(np.corrcoef(found.T)[0, 1]) < 4 / np.sqrt(1000)


@pytest.mark.parametrize("count", [6, 7])
def test_halves_are_equally_long(count):
    first, second = table_columns.halves(np.arange(count)[:, None])
    assert first.ravel().tolist() == [0, 1, 2]
    assert second.ravel().tolist() == [3, 4, 5]
