"""Pairs of columns of measured tables."""

import itertools
from collections.abc import Sequence

import numpy as np

from kgan.metrics.table_columns import check_tables, joint, similarity

_ROUNDING = 1e-12  # variance of a constant, of a column whose variance is 1


def joint_similarities(columns: Sequence, is_number: np.ndarray) -> np.ndarray:
    """Computes 1 − TV of the joint of each pair but those of numbers, which have 1.

    `columns` are `kgan.metrics.table_columns.Coded`.
    """
    found = np.eye(len(columns)) + np.outer(is_number, is_number)
    for i, j in itertools.combinations(range(len(columns)), 2):
        if not (is_number[i] and is_number[j]):
            found[i, j] = found[j, i] = similarity(joint(columns[i], columns[j]))
    return np.minimum(found, 1.0)


def correlations(rows: np.ndarray) -> np.ndarray:
    """Computes Pearson's correlation of each pair of columns, `(columns, columns)`.

    Each is of the rows that have both values; 0 where one of them does not vary.
    `rows` are measured numbers, NaN where missing.
    """
    check_tables((True,) * rows.shape[1], rows=rows)
    there = (~np.isnan(rows)).astype(np.float64)
    # From each column's least value on: a constant is exactly zero, and dates in
    # nanoseconds lose nothing in the squares.
    low = np.min(rows, axis=0, where=there > 0, initial=np.inf)
    values = np.where(there > 0, rows - np.where(np.isfinite(low), low, 0.0), 0.0)
    count = np.maximum(there.sum(axis=0), 1.0)
    values = (values - values.sum(axis=0) / count) * there
    deviation = np.sqrt((values**2).sum(axis=0) / count)
    values = values / np.where(deviation > 0, deviation, 1.0)
    # By pair, over the rows that have both.
    both = np.maximum(there.T @ there, 1.0)
    mean = values.T @ there / both
    square = (values**2).T @ there / both - mean**2
    covariance = values.T @ values / both - mean * mean.T
    varies = np.minimum(square, square.T) > _ROUNDING
    product = np.sqrt(np.where(varies, square * square.T, 1.0))
    return np.clip(np.where(varies, covariance / product, 0.0), -1.0, 1.0)


def of_pairs(matrix: np.ndarray, without: Sequence[tuple] = ()) -> np.ndarray:
    """Returns the entries of a symmetric matrix above its diagonal, `(pairs,)`.

    `without` are pairs of column numbers, in any order, that are left out.
    """
    chosen = np.triu(np.ones(matrix.shape, bool), 1)
    for i, j in without:
        chosen[i, j] = chosen[j, i] = False
    return matrix[chosen]


def worst_pairs(matrix: np.ndarray, count: int = 10) -> list[tuple]:
    """Returns the pairs of columns with the least entries, as `(i, j)`, worst first."""
    rows, columns = np.triu_indices(len(matrix), 1)
    order = np.argsort(matrix[rows, columns], kind="stable")[:count]
    return [(int(rows[k]), int(columns[k])) for k in order]
