"""The scores of SDMetrics 0.32, for those who compare tables with published ones.

Written after its definitions; nothing of it is needed. Both differ from the measures of
`column_shapes` and `pair_trends`: missing values are dropped, each table is binned by
its own range, so that a lost maximum moves all bins, and by default only pairs count
that are associated in the reference.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from kgan.metrics.column_shapes import column_shapes
from kgan.metrics.table_columns import Coded, check_tables, coded
from kgan.metrics.table_pairs import correlations, joint_similarities

_BINS = 10


def sdmetrics_column_shapes(
    real: np.ndarray, fake: np.ndarray, is_number: Sequence[bool]
) -> np.ndarray:
    """Computes "Column Shapes" of each column that has a value in both tables.

    Arguments are those of `kgan.metrics.column_shapes.column_shapes`. The score is the
    mean of what is returned, `(columns or less,)`.
    """
    check_tables(is_number, real=real, fake=fake)
    found = []
    for first, second, number in zip(real.T, fake.T, is_number, strict=True):
        known = [values[~np.isnan(values)][:, None] for values in (first, second)]
        if all(len(values) for values in known):
            found.extend(column_shapes(*known, [number]))
    return np.array(found)


def sdmetrics_pair_trends(
    real: np.ndarray,
    fake: np.ndarray,
    is_number: Sequence[bool],
    least_correlation: float = 0.5,
    least_association: float = 0.3,
) -> tuple[np.ndarray, np.ndarray]:
    """Computes "Column Pair Trends" of each pair.

    Args:
        real: As of `kgan.metrics.pair_trends.pair_trends`, and so are the next two.
        fake: The same.
        is_number: The same.
        least_correlation: Pairs of numbers count whose |ρ| in `real` is larger; 0
            counts all that vary.
        least_association: Other pairs count whose Cramér's V in `real` is larger; 0
            counts all.

    Returns:
        The scores of all pairs, `(pairs,)`, in the order of `np.triu_indices`, and
        whether each of them counts, bool of the same shape. The score is the mean of
        those that count.
    """
    check_tables(is_number, real=real, fake=fake)
    number = np.asarray(is_number, bool)
    columns = coded(real, fake, is_number, _own_bins)
    values = joint_similarities(columns, number)
    chosen = np.ones(values.shape, bool)
    if least_association > 0:
        chosen = associations(columns) > least_association
    first, second = correlations(real[:, number]), correlations(fake[:, number])
    numbers = np.ix_(number, number)
    values[numbers] = 1.0 - np.abs(first - second) / 2
    varies = _varies(real[:, number]) & _varies(fake[:, number])
    chosen[numbers] = varies[:, None] & varies
    if least_correlation > 0:
        chosen[numbers] &= np.abs(first) > least_correlation
    above = np.triu_indices(len(values), 1)
    return values[above], chosen[above]


def associations(columns: Sequence[Coded]) -> np.ndarray:
    """Computes Cramér's V of each pair in the reference, `(columns, columns)`.

    √(χ² / (n (min(r, c) − 1))) of the table of the r and c levels that occur; 0 where
    one column has a single one. The diagonal is 0.
    """
    found = np.zeros((len(columns), len(columns)))
    real = [np.unique(column.real, return_inverse=True)[1] for column in columns]
    for i, j in itertools.combinations(range(len(columns)), 2):
        found[i, j] = found[j, i] = _cramer(real[i], real[j])
    return found


def _cramer(first, second):
    rows, columns, count = first.max() + 1, second.max() + 1, len(first)
    if min(rows, columns) < 2:
        return 0.0
    cells, seen = np.unique(first * columns + second, return_counts=True)
    row, column = np.bincount(first), np.bincount(second)
    # Σ (o − e)² / e over all cells is Σ o² / e − n, to which empty ones add nothing.
    expected = row[cells // columns] * column[cells % columns] / count
    chi_square = (seen**2 / expected).sum() - count
    return float(np.sqrt(max(chi_square, 0.0) / count / (min(rows, columns) - 1)))


def _own_bins(real, fake):
    """Returns the bins of each table's own range; what is missing is in the last."""

    def numbers(values):
        known = values[~np.isnan(values)]
        return np.digitize(values, np.histogram_bin_edges(known, _BINS))

    return Coded(numbers(real), numbers(fake), _BINS + 2)


def _varies(rows):
    """Returns which columns have two different values at least."""
    return np.array([len(np.unique(c[~np.isnan(c)])) > 1 for c in rows.T], bool)
