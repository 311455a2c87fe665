"""Train on synthetic, test on real: whether a table serves to learn from."""

import numpy as np

from kgan.core import registry
from kgan.metrics.base import Figure
from kgan.metrics.boosting import SEEDS, utility
from kgan.metrics.table_columns import shuffled
from kgan.metrics.table_metric import TableMetric


class TSTR(TableMetric):
    """How well a column of held-out rows is predicted after training on fakes.

    `tstr` is what gradient boosting reaches on held-out rows that learnt from generated
    ones, `trtr` the same after as many rows of the reference; see
    `kgan.metrics.boosting.utility`: area under the ROC curve, or R² of a number. The
    detail "shuffled" is that of reference rows with shuffled columns, about what no
    knowledge reaches. Held-out rows with levels that no training row has are counted
    ("unseen_levels"); those whose target is such a level are left out.

    Args:
        target: Name of the column. None: that of the `Evaluator`.
        seeds: Trainings of which the mean is taken, a positive integer.

    Raises:
        ValueError: If there is no such column, or held-out rows have one value of it;
            when it is computed.

    Example: `TSTR("income")`
    """

    kind = "tstr"
    figures, best = ("tstr", "trtr"), ("max", "max")
    if_there = frozenset()

    def __init__(self, target: str | None = None, seeds: int = SEEDS):
        super().__init__()
        self.target = target
        self.seeds = seeds

    def compute(self, collected, context):
        table, rows = self.table(context), self.rows(collected, context)
        name = context.target if self.target is None else self.target
        target = _column(table, name)
        numbers = table.measured_is_number
        test, unseen = rows["held_out"], _unseen(table, rows["held_out"])
        test = test[~unseen[:, target]]
        _check(test[:, target], name)
        count = min(len(rows["real"]), len(rows["fake"]))
        real, fake = rows["real"][:count], rows["fake"][:count]
        seeds = range(context.seed, context.seed + self.seeds)
        chance = shuffled(real, np.random.default_rng(context.seed))
        details = {
            "target": name,
            "score": "R²" if numbers[target] else "area under the ROC curve",
            "num_training": count,
            "num_tested": len(test),
            "unseen_levels": int(unseen.any(axis=1).sum()),
            "shuffled": float(utility(chance, test, target, numbers, seeds[:1])[0]),
        }
        meaning = f"standard error of {self.seeds} trainings"
        return {
            figure: Figure.mean(
                utility(train, test, target, numbers, seeds), meaning, details
            )
            for figure, train in zip(self.figures, (fake, real), strict=True)
        }


def _column(table, name):
    """Returns the number of the target among the measured columns."""
    names = table.measured_names
    if name not in names:
        expected = "`target` must name a column for tstr, one of"
        raise ValueError(registry.unknown(expected, name, map(str, names)))
    return names.index(name)


def _unseen(table, rows):
    """Returns which cells hold a level that the table does not know."""
    most = [
        np.inf if number else len(table.levels(name)) - 1
        for name, number in zip(
            table.measured_names, table.measured_is_number, strict=True
        )
    ]
    return rows > np.array(most)


def _check(values, name):
    found = len(np.unique(values[~np.isnan(values)]))
    if found < 2:
        raise ValueError(
            f"tstr needs held-out rows of at least two values of {name!r}. "
            f"Received: {found}"
        )
