"""Each column by itself."""

import numpy as np
import pytest
from measured_stand_ins import StandInTable, computed
from scipy import stats

from kgan.metrics.column_shapes import ColumnShapes, column_shapes

NAN = np.nan


def column(*values):
    return np.array(values, float)[:, None]


@pytest.mark.parametrize(
    ("real", "fake", "number", "expected"),
    [
        (column(0, 0, 1, 2), column(0, 1, 1, 3), False, 0.5),
        (column(0, 1), column(2, 3), False, 0.0),
        (column(0, NAN), column(0, 0), False, 0.5),
        (column(1, 2, 3, 4), column(2, 3, 4, 5), True, 0.75),
        (column(1, 2), column(3, 4), True, 0.0),
        # By itself a missing share costs what it differs by.
        (column(1, 2, 3, 4), column(1, 2, 3, NAN), True, 0.75),
        (column(NAN, NAN), column(NAN), True, 1.0),
    ],
)
def test_by_hand(real, fake, number, expected):
    assert column_shapes(real, fake, [number]) == pytest.approx([expected])


def test_numbers_have_the_statistic_of_smirnov():
    draw = np.random.default_rng(0)
    real, fake = draw.normal(size=(500, 1)), draw.normal(0.3, 1.2, size=(300, 1))
    expected = 1 - stats.ks_2samp(real[:, 0], fake[:, 0]).statistic
    assert column_shapes(real, fake, [True]) == pytest.approx([expected])


def test_the_figure_with_its_controls():
    real = np.stack([np.arange(40) % 4, np.arange(40) % 2], axis=1).astype(float)
    fake, held_out = real.copy(), real[:20].copy()
    fake[:, 1] = 0
    table = StandInTable((True, False))
    found = computed(ColumnShapes(), table, real=real, fake=fake, held_out=held_out)
    figure = found["column_shapes"]
    assert figure.value == pytest.approx(0.75)
    assert figure.details == {
        "worst_column": "b",
        "worst": 0.5,
        "shuffled": 1.0,
        "halves": 1.0,
        "held_out": 1.0,
    }
    without = computed(ColumnShapes(), table, real=real, fake=fake)
    assert "held_out" not in without["column_shapes"].details


def test_few_rows_are_refused():
    rows = np.zeros((5, 1))
    with pytest.raises(ValueError, match="column_shapes needs at least 20 real and 20"):
        computed(ColumnShapes(), StandInTable([True]), False, real=rows, fake=rows)
