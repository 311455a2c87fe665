"""Column shapes: how alike each column is by itself in two tables."""

from collections.abc import Sequence

import numpy as np

from kgan.metrics.base import Figure
from kgan.metrics.table_columns import (
    by_level,
    check_tables,
    differences,
    halves,
    similarity,
)
from kgan.metrics.table_metric import TableMetric


def column_shapes(
    real: np.ndarray, fake: np.ndarray, is_number: Sequence[bool]
) -> np.ndarray:
    """Computes the similarity of each column, `(columns,)` in [0, 1].

    Of categories 1 − ½ Σ |p − q| over levels, of which "missing" is one. Of numbers 1 −
    sup |F − F'|, the statistic of Kolmogorov and Smirnov, where a missing value lies
    above all others: by itself it costs the difference of the missing shares.

    Args:
        real: Measured rows of the reference, `(n, columns)`, NaN where missing.
        fake: The same of the other table, `(m, columns)`.
        is_number: By column, whether it holds numbers; else numbers of levels.

    Raises a `ValueError` if tables have other columns or none, or hold infinity.
    Example: `column_shapes(np.array([[0.0], [1.0]]), np.array([[1.0]]), [True])` is .5.
    """
    check_tables(is_number, real=real, fake=fake)
    return np.array(
        [
            _smirnov(by_level(a, b)) if number else similarity(by_level(a, b))
            for a, b, number in zip(real.T, fake.T, is_number, strict=True)
        ]
    )


def _smirnov(column):
    # Values ascend: the difference of the distribution functions is a running sum.
    return 1.0 - float(np.abs(np.cumsum(differences(column))).max())


class ColumnShapes(TableMetric):
    """Mean similarity of the columns of a table, each by itself; see `column_shapes`.

    Shuffled columns have 1, since it sees no column beside another: a high figure says
    little without `pair_trends`. Details have the worst column, two real halves
    ("halves") and, where there are any, held-out rows against the reference.
    """

    kind = "column_shapes"
    figures, best = ("column_shapes",), ("max",)

    def compute(self, collected, context):
        table, rows = self.table(context), self.rows(collected, context)
        numbers = table.measured_is_number
        found = column_shapes(rows["real"], rows["fake"], numbers)
        worst = int(found.argmin())
        details = {
            "worst_column": table.measured_names[worst],
            "worst": float(found[worst]),
            "shuffled": 1.0,
            "halves": float(column_shapes(*halves(rows["real"]), numbers).mean()),
        }
        if "held_out" in rows:
            held_out = column_shapes(rows["real"], rows["held_out"], numbers)
            details["held_out"] = float(held_out.mean())
        return {self.kind: Figure(float(found.mean()), details=details)}
