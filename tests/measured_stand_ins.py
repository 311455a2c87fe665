"""What metrics of tables ask of a table, its source and a game: stand-ins of each."""

import numpy as np

import kgan
from kgan.data.base import IndexedSource
from kgan.metrics.base import Context
from kgan.metrics.examples import Examples
from kgan.tabular import privacy


class StandInTable:
    """Columns of measured rows. `levels` are counts by name, of categories."""

    def __init__(self, is_number, names=None, levels=(), dependencies=()):
        self.measured_is_number = tuple(is_number)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.measured_names = tuple(names or letters[: len(self.measured_is_number)])
        self.dependencies = dict(dependencies)
        self._levels = dict(levels)

    def levels(self, name):
        return list(range(self._levels.get(name, 1000)))


class StandInSource(IndexedSource):
    """Measured rows with their table."""

    def __init__(self, rows, table, name="a table"):
        super().__init__(name, (rows.shape[1],), "float64", len(rows))
        self.array, self.table = rows, table


class Made(Examples):
    """Rows that a game makes."""

    name = "made rows"

    def __init__(self, rows):
        self._rows, self.count, self.shape = rows, len(rows), rows.shape[1:]

    def batches(self, batch_size):
        for first in range(0, self.count, batch_size):
            yield self._rows[first : first + batch_size], None


class StandInGame(kgan.Game):
    """A game whose examples are rows of its own, of its table.

    Those that it samples are the first of a frame.
    """

    def __init__(self, table, rows, frame=None):
        super().__init__()
        self._given = table, rows, frame
        self.notice = privacy.notice(table)

    def moves(self):
        return ()

    @property
    def reads(self):
        return {"table": self._given[0]}

    def examples(self, count, seed=0, dataset=None, averaged=True):
        rows = self._given[1]
        order = np.random.default_rng(seed).permutation(len(rows))
        return Made(rows[order[:count]])

    def sample(self, count, seed=0, averaged=True):
        return self._given[2][:count]


def computed(metric, table, allow_few=True, target=None, **rows):
    """Computes a metric's figures of tables by their roles."""
    collected = {}
    for role, table_rows in rows.items():
        collected[role] = metric.statistics()[role]
        collected[role].update(metric.seen(role, None)(table_rows), None)
    source = StandInSource(rows["real"], table)
    context = Context(source=source, allow_few=allow_few, target=target)
    return metric.compute(collected, context)
