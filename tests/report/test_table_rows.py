"""What is compared on a page about tables."""

import numpy as np
from measured_stand_ins import StandInTable

from kgan.report import table_rows
from kgan.report.table_rows import Rows


def rows(count=3):
    draw = np.random.default_rng(0)
    real = draw.integers(0, 3, (40, count)).astype(float)
    fake = real.copy()
    fake[:30, 1] = 7
    return Rows(StandInTable([False] * count, range(count)), real, fake)


def test_names_are_texts_and_counts_are_told():
    assert rows().names == ["0", "1", "2"]
    assert rows().counted == "40 generated and 40 real rows"
    np.testing.assert_allclose(rows().shapes[[0, 2]], 1)
    assert rows().shapes[1] < 0.3


def test_of_many_columns_the_worst_are_shown(monkeypatch):
    assert rows().shown == [0, 1, 2]
    monkeypatch.setattr(table_rows, "_MOST", 2)
    assert rows().shown == [0, 1]
