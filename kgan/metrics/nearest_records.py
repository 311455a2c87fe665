"""Whether generated rows lie nearer to the training rows than new rows do."""

from collections.abc import Sequence

import numpy as np

from kgan.core import arguments
from kgan.metrics.base import Figure
from kgan.metrics.memorisation import copying_z
from kgan.metrics.table_columns import check_tables, halves
from kgan.metrics.table_metric import TableMetric

_CELLS = 2**23  # distances that are in memory at a time, in float32
_FAR = 2.0**24  # where missing values lie, further than any other


def nearest_distances(
    rows: np.ndarray, among: np.ndarray, is_number: Sequence[bool]
) -> np.ndarray:
    """Computes the distance of each row to the nearest of others, `(n,)` in [0, 1].

    It is Gower's, the mean over columns: of numbers |x − y| divided by the range in
    `among`, at most 1; of categories 0 if they are equal, else 1. Two missing values
    are equal, one alone is 1 away. So each column weighs as much as any other.

    Args:
        rows: Measured rows, `(n, columns)`.
        among: The same, `(m, columns)`, among which the nearest are sought.
        is_number: By column, whether it holds numbers; else numbers of levels.

    Raises a `ValueError` if tables have other columns or none, or hold infinity.
    Source: Gower, "A General Coefficient of Similarity and Some of Its Properties"
    (1971).
    """
    check_tables(is_number, rows=rows, among=among)
    first, second = _scaled(rows, among, is_number)
    found = np.empty(len(rows))
    step = max(1, _CELLS // len(among))
    for begin in range(0, len(rows), step):
        block = first[:, begin : begin + step]
        total = np.zeros((block.shape[1], len(among)), np.float32)
        for a, b in zip(block, second, strict=True):
            total += np.minimum(np.abs(a[:, None] - b), 1.0)
        found[begin : begin + step] = total.min(axis=1)
    return found / len(is_number)


def _scaled(rows, among, is_number):
    """Returns columns of which two values are their distance apart, or more than 1."""
    both = np.concatenate([rows, among])
    columns = np.full(both.shape[::-1], _FAR, np.float32)
    for number, column in enumerate(both.T):
        there = ~np.isnan(column)
        known = column[len(rows) :][there[len(rows) :]]
        span = np.ptp(known) if is_number[number] and len(known) else 0.0
        # Levels, and numbers beside a single one, differ or they do not.
        values = (
            (column[there] - known.min()) / span
            if span
            else np.unique(column[there], return_inverse=True)[1]
        )
        columns[number, there] = np.clip(values, -_FAR / 2, _FAR / 2)
    return columns[:, : len(rows)], columns[:, len(rows) :]


class NearestRecords(TableMetric):
    """Distances to the nearest training rows, of generated beside held-out rows.

    The figure is z of `kgan.metrics.memorisation.copying_z`: about standard normal if
    generated rows are as far from the reference, the training rows, as held-out ones,
    far below 0 where they are nearer. Distances are those of `nearest_distances`. Where
    there are no held-out rows, both are compared with one half of the reference, and
    the other half is in their place. Details have the medians and numbers of rows.

    Args:
        queries: Most rows whose distance is computed, a positive integer; they are a
            random sample.
        limit: Most rows of the reference, a positive integer.

    Example: `NearestRecords(queries=5_000)`
    """

    kind = "nearest_records"
    figures, best = ("nearest_records_z",), ("0",)

    def __init__(self, queries: int = 1_000, limit: int = 50_000):
        super().__init__()
        self.queries = arguments.positive_integer("queries", queries)
        self.limit = arguments.positive_integer("limit", limit)

    def compute(self, collected, context):
        table, rows = self.table(context), self.rows(collected, context)
        real, new = rows["real"], rows.get("held_out")
        if new is None:
            real, new = halves(real)
        among = real[: self.limit]
        fake, new = (
            nearest_distances(x[: self.queries], among, table.measured_is_number)
            for x in (rows["fake"], new)
        )
        details = {
            "new": "held-out rows" if "held_out" in rows else "half of the reference",
            "median_fake": float(np.median(fake)),
            "median_new": float(np.median(new)),
            "num_compared": len(fake),
            "num_new": len(new),
            "num_training": len(among),
        }
        return {self.figures[0]: Figure(copying_z(fake, new), details=details)}
