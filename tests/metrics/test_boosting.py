"""What is learnt from one table, tested on another."""

import numpy as np
import pytest

from kgan.metrics.boosting import utility
from kgan.metrics.table_columns import shuffled

NAN = np.nan
KINDS = (True, False, False)
ONE = range(1)


def rows(count, seed=0):
    """A number, a category, and a label that is a function of the number."""
    draw = np.random.default_rng(seed)
    number = draw.uniform(0, 3, count)
    return np.stack([number, draw.integers(0, 4, count), number > 1], axis=1)


def test_a_label_that_is_known_of_a_column_is_learnt_and_lost_by_shuffling():
    real, test = rows(400), rows(800, 1)
    draw = np.random.default_rng(2)
    bootstrap = real[draw.integers(0, 400, 400)]
    assert utility(bootstrap, test, 2, KINDS, ONE) == pytest.approx([1], abs=5e-3)
    positive = test[:, 2].sum()
    deviation = np.sqrt(801 / 12 / (positive * (800 - positive) / 800) / 800)
    found = utility(shuffled(real, draw), test, 2, KINDS)
    assert len(found) == 5
    assert abs(found.mean() - 0.5) < 3 * deviation


def test_levels_are_not_in_an_order():
    real = rows(400)
    real[:, 2] = np.isin(real[:, 1], (1, 3))
    assert utility(real, real, 2, KINDS, ONE) == pytest.approx([1])
    assert utility(real, real, 2, (True, True, False), ONE) == pytest.approx([1])


def test_a_number_has_the_share_of_its_variance():
    real, test = rows(400), rows(200, 1)
    for table in (real, test):
        table[:, 1] = 2 * table[:, 0]
    assert utility(real, test, 1, (True, True, False), ONE) > 0.98
    apart = shuffled(real, np.random.default_rng(0))
    lost = utility(apart, test, 1, (True, True, False), ONE)
    assert lost < 0.1


def test_three_levels_against_each_other():
    real = rows(600)
    real[:, 2] = np.floor(real[:, 0])
    assert utility(real, real, 2, KINDS, ONE) > 0.999
    # Without the third level, it can only be guessed, and is taken for the second: the
    # areas are 1, about (1 + ½) / 2, and ½.
    known = real[real[:, 2] < 2]
    assert utility(known, real, 2, KINDS, ONE) == pytest.approx([0.75], abs=0.02)


@pytest.mark.parametrize("number", [True, False])
def test_one_value_of_the_target_teaches_nothing(number):
    test = rows(200)
    train = test.copy()
    train[:, 2] = 1
    found = utility(train, test, 2, (True, False, number), ONE)[0]
    assert found < 0 if number else found == 0.5
    train[:, 2] = NAN
    assert utility(train, test, 2, (True, False, number), ONE) == (0 if number else 0.5)


def test_rare_levels_missing_values_and_levels_that_nobody_saw():
    real, test = rows(10_100), rows(300, 1)
    real[0, 2] = 2  # alone: early stopping could not split it
    real[::7, 0], real[::5, 1], real[::11, 2] = NAN, NAN, NAN
    test[:50, 1], test[50:60, 2] = 77, NAN
    assert utility(real, test, 2, KINDS, ONE) > 0.95


def test_many_levels_are_taken_as_numbers():
    draw = np.random.default_rng(0)
    many = draw.integers(0, 2000, 1500).astype(float)
    real = np.stack([many, draw.normal(size=1500), many > 1000], axis=1)
    assert utility(real, real, 2, (False, True, False), ONE) > 0.99


def test_a_target_of_one_value_is_refused():
    test = rows(50)
    test[:, 2] = 1
    with pytest.raises(ValueError, match="at least two values of the target"):
        utility(rows(50), test, 2, KINDS)
