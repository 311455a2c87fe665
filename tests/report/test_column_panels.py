"""The panel of one column."""

import numpy as np
import pytest
from measured_stand_ins import StandInTable

from kgan.report import column_panels
from kgan.report.table_rows import Rows

NAN = np.nan


class Kind:
    stored_unit = "D"


class Table(StandInTable):
    kinds = dict.fromkeys("abcdef")

    def levels(self, name):
        return [f"level {number}" for number in range(12)]


def panel(real, fake, is_number, kinds=None):
    table = Table([is_number])
    table.kinds = kinds or table.kinds
    columns = (np.array(values, float)[:, None] for values in (real, fake))
    return column_panels.panel(Rows(table, *columns), 0)


@pytest.mark.parametrize("is_number", [True, False])
def test_another_distribution_is_another_picture(is_number, opened):
    draw = np.random.default_rng(0)
    real, fake = draw.integers(0, 12, 200), draw.integers(0, 3, 200)
    same, other = (opened(panel(real, x, is_number)) for x in (real, fake))
    assert any((a != b).any() for a, b in zip(same, other, strict=True))


@pytest.mark.parametrize(
    ("real", "fake", "is_number"),
    [
        ([1.5], [2.5, NAN], True),
        ([NAN, NAN], [1, 2], True),
        ([3, 3, 3], [NAN], True),
        ([NAN], [12, 0], False),
        ([0, NAN], [NAN], False),
    ],
)
def test_few_values_and_none(real, fake, is_number):
    assert "Distribution of a" in panel(real, fake, is_number)


def test_shares_of_missing_values():
    found = column_panels._missing(np.array([NAN, 1, 1, 1]), np.array([1.0, NAN]))
    assert found == "missing: 25.0 %, generated 50.0 %"
    assert column_panels._missing(np.zeros(2), np.zeros(3)) == ""


def test_bars_of_whole_numbers_lie_between_them():
    edges = column_panels._edges(np.arange(0.0, 101))
    assert set(np.diff(edges)) == {4.0}
    assert edges[0] == -0.5
    assert edges[-1] > 100
    assert len(column_panels._edges(np.linspace(0, 1, 50))) == 31


def test_dates_are_written_as_such():
    write = column_panels._dates(Kind())
    assert write(18_262.4) == "2020-01-01"
    assert column_panels._dates(object()) is None
    days = np.arange(18_000, 19_000)
    assert "Distribution" in panel(days, days, True, {"a": Kind()})
