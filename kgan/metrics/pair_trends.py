"""Pair trends: how alike each pair of columns is in two tables."""

from collections.abc import Sequence

import numpy as np

from kgan.metrics.base import Figure
from kgan.metrics.sdmetrics_scores import sdmetrics_pair_trends
from kgan.metrics.table_columns import check_tables, coded, halves, shuffled
from kgan.metrics.table_metric import TableMetric
from kgan.metrics.table_pairs import (
    correlations,
    joint_similarities,
    of_pairs,
    worst_pairs,
)


def pair_trends(
    real: np.ndarray, fake: np.ndarray, is_number: Sequence[bool]
) -> np.ndarray:
    """Computes the similarity of each pair, `(columns, columns)` in [0, 1].

    Of two categories, and of a category and a number in ten equally wide bins, 1 − ½ Σ
    |p − q| over the cells of their joint distribution, where "missing" is a level. Both
    tables have the bins of the reference. Of two numbers 1 − ½ |ρ − ρ'| of Pearson's
    correlations of rows that have both, times 1 − ½ Σ |p − q| over which of the two are
    missing; a column that does not vary has ρ = 0.

    Args:
        real: Measured rows of the reference, `(n, columns)`, NaN where missing.
        fake: The same of the other table, `(m, columns)`.
        is_number: By column, whether it holds numbers; else numbers of levels.

    Returns:
        A symmetric matrix with ones in its diagonal; `of_pairs` has each pair once.

    Raises a `ValueError` if tables have other columns or none, or hold infinity.
    Source: the pairs' measures are those of SDMetrics, which bins each table by its own
    range; see `kgan.metrics.sdmetrics_scores`.
    """
    check_tables(is_number, real=real, fake=fake)
    number = np.asarray(is_number, bool)
    found = joint_similarities(coded(real, fake, is_number), number)
    first, second = real[:, number], fake[:, number]
    correlated = 1.0 - np.abs(correlations(first) - correlations(second)) / 2
    found[np.ix_(number, number)] = correlated * _patterns(first, second)
    np.fill_diagonal(found, 1.0)
    return found


def _patterns(real, fake):
    """Returns for each pair 1 − TV of which of the two values are missing."""

    def cells(rows):
        there = (~np.isnan(rows)).astype(np.float64)
        both = there.T @ there / len(rows)
        one = there.mean(axis=0)
        first, second = one[:, None] - both, one[None] - both
        return np.stack([both, first, second, 1.0 - both - first - second])

    return 1.0 - 0.5 * np.abs(cells(real) - cells(fake)).sum(axis=0)


class PairTrends(TableMetric):
    """Mean similarity of all pairs of columns, and the worst pair; see `pair_trends`.

    Beside them, as details: columns that are shuffled ("shuffled"), which no figure
    should be quoted without; two real halves ("halves"), and held-out rows against the
    reference, where there are any; the mean without the pairs that a dependency of the
    table makes exact ("without_dependencies"); and the mean that SDMetrics 0.32 shows,
    of some pairs, with those of the controls ("sdmetrics", "sdmetrics_shuffled",
    "sdmetrics_halves").
    """

    kind = "pair_trends"
    figures, best = ("pair_trends", "pair_trends_worst"), ("max", "max")

    def compute(self, collected, context):
        table, rows = self.table(context), self.rows(collected, context)
        numbers, names = table.measured_is_number, table.measured_names
        if len(names) < 2:
            raise ValueError(
                f"{self.kind} needs a table of at least two columns. "
                f"Received: {', '.join(names) or 'none'}"
            )
        real, rng = rows["real"], np.random.default_rng(context.seed)
        matrix = pair_trends(real, rows["fake"], numbers)
        (i, j), *_ = worst_pairs(matrix, 1)
        others = {"shuffled": (real, shuffled(real, rng)), "halves": halves(real)}
        if "held_out" in rows:
            others["held_out"] = real, rows["held_out"]
        details = {"pairs": len(of_pairs(matrix))} | {
            name: float(of_pairs(pair_trends(*two, numbers)).mean())
            for name, two in others.items()
        }
        exact = dependent_pairs(table)
        if exact and len(of_pairs(matrix, exact)):
            apart = of_pairs(matrix, exact).mean()
            details["without_dependencies"] = float(apart)
        details |= _like_sdmetrics({"": (real, rows["fake"])} | others, numbers)
        worst = {"worst_pair": f"{names[i]}, {names[j]}"}
        mean = float(of_pairs(matrix).mean())
        return {
            "pair_trends": Figure(mean, details=details | worst),
            "pair_trends_worst": Figure(float(matrix[i, j]), details=worst),
        }


def dependent_pairs(table) -> list[tuple]:
    """Returns the pairs of measured columns of which one determines the other."""
    place = {name: number for number, name in enumerate(table.measured_names)}
    return [
        (place[first], place[second])
        for first, second in table.dependencies.items()
        if first in place and second in place
    ]


def _like_sdmetrics(tables, is_number):
    """Returns what SDMetrics shows of tables by name; nothing without a pair."""
    found = {}
    for name, two in tables.items():
        values, chosen = sdmetrics_pair_trends(*two, is_number)
        if chosen.any():
            key = "_".join(filter(None, ("sdmetrics", name)))
            found[key] = float(values[chosen].mean())
            found.setdefault("sdmetrics_pairs", int(chosen.sum()))
    return found
