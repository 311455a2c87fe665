"""Copies: how many generated rows are training rows."""

import numpy as np

from kgan.metrics.base import Figure
from kgan.metrics.table_columns import check_tables, halves
from kgan.metrics.table_metric import TableMetric

NEAR_KEY = 0.5


def is_copy(rows: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Returns which rows equal one of others in every column, bool `(n,)`.

    Two missing values are equal.

    Args:
        rows: A measured table, `(n, columns)`.
        among: Another, `(m, columns)`, among whose rows they are sought.

    Raises a `ValueError` if tables have other columns or none, or hold infinity.
    """
    check_tables((True,) * rows.shape[1], rows=rows, among=among)
    return np.isin(*_numbers(rows, among))


def _numbers(*tables):
    """Returns a number of each row of tables; equal numbers are equal rows."""
    together = np.concatenate(tables)
    found = np.zeros(len(together), np.int64)
    # Rows so far, and values of the next column, are numbered by turns: numbers stay
    # below the square of the number of rows.
    for column in together.T:
        values = np.unique(column, return_inverse=True)[1]
        found = found * (values.max() + 1) + values
        found = np.unique(found, return_inverse=True)[1]
    return np.split(found, np.cumsum([len(rows) for rows in tables])[:-1])


def near_keys(rows: np.ndarray, share: float = NEAR_KEY) -> np.ndarray:
    """Returns which columns tell most rows apart by themselves, bool `(columns,)`.

    They have more different values than `share` of the rows; `rows` is a measured
    table. A column with a value of its own for nearly each row hides every copy that
    differs in nothing else.
    """
    check_tables((True,) * rows.shape[1], rows=rows)
    return np.array([len(np.unique(c)) > share * len(rows) for c in rows.T], bool)


class RowCopies(TableMetric):
    """Share of generated rows that equal a row of the reference, the training rows.

    Near-keys are left out: columns with more different values than half of the rows. If
    all are, all are compared. Equal rows are no fault as such: real rows are often
    equal. So beside it, as details, stand the share of held-out rows that are in the
    reference ("held_out"), where there are any, which generated rows should not exceed
    by more than chance; and against one half of the reference the shares of generated
    rows ("in_half") and of the other half ("halves"). "exact" is the number of
    generated rows that are in the reference with near-keys.

    A share of 0 proves nothing: a row may be near a person's and not equal.
    """

    kind = "row_copies"
    figures, best = ("row_copies",), ("min",)

    def compute(self, collected, context):
        table, rows = self.table(context), self.rows(collected, context)
        apart = near_keys(rows["real"])
        left = ~apart if not apart.all() else apart
        compared, whole = (
            dict(zip(rows, _numbers(*tables), strict=True))
            for tables in ([x[:, left] for x in rows.values()], [*rows.values()])
        )
        real, fake = compared["real"], compared["fake"]
        first, second = halves(real)
        near = zip(table.measured_names, ~left, strict=True)
        details = {
            "near_keys": ", ".join(str(name) for name, is_near in near if is_near)
            or "none",
            "in_half": _share(fake, first),
            "halves": _share(second, first),
            "exact": int(np.isin(whole["fake"], whole["real"]).sum()),
        }
        if "held_out" in compared:
            details["held_out"] = _share(compared["held_out"], real)
        return {self.kind: Figure(_share(fake, real), details=details)}


def _share(numbers, among):
    return float(np.isin(numbers, among).mean())
