"""The kind of columns that name rows: new names in the form of the old ones."""

from typing import Any

import numpy as np

from kgan.data.tables import storage as storages
from kgan.data.tables import templates
from kgan.data.tables.kinds import Kind


class Key(Kind):
    """A column that names each row, as an identifier does: it is not modelled.

    Decoded ones are new, unique, and of the same form. Integers, and strings with a
    number in them, count on after the largest; strings of a large space, as UUIDs, are
    drawn from the seed and the number of the row. No key of the data is kept, but the
    largest number is; with privacy it is rounded up.
    """

    modelled = False
    state = ("start", "template")

    def fit_state(self, column, rules):
        self._check(column)
        self.start, self.template = None, None
        if self.storage.cells == "int":
            self.start = templates.after(column.levels[-1], rules.privacy)
            return
        learnt = templates.learn(column.levels, rules.privacy, rules.min_count)
        self.template = learnt.get_config()

    def _check(self, column):
        usable = not isinstance(self.storage, storages.Categorical)
        if self.storage.cells not in ("int", "str") or not usable:
            raise ValueError(
                f"Column {self.column!r} must hold strings or integers to be a key. "
                f"Received: cells of dtype {self.storage.dtype}"
            )
        if column.num_missing:
            raise ValueError(
                f"Column {self.column!r} must have no missing cells to be a key. "
                f"Received: {column.num_missing} rows"
            )
        if len(column.levels) < len(column):
            double = column.counts > 1
            example = column.levels[int(np.flatnonzero(double)[0])]
            raise ValueError(
                f"Column {self.column!r} must differ in all rows to be a key. "
                f"Received: {int(double.sum())} values in several rows, as {example!r}"
            )

    def make(self, index: np.ndarray, seed: int) -> Any:
        """Returns an array for pandas of new keys.

        Args:
            index: Numbers of rows, int64: equal ones have equal keys.
            seed: A seed.

        Raises:
            ValueError: If the dtype holds no such integers.
        """
        index = np.asarray(index, np.int64)
        if self.start is not None:
            self._check_room(index)
            made = index + self.start
        else:
            made = templates.from_config(self.template).make(index, seed)
        return self.storage.restore(made, np.zeros(len(index), bool))

    def _check_room(self, index):
        name = self.storage.dtype.partition("[")[0].lower()
        name = "int64" if name == "object" else name
        last = int(index.max(initial=0)) + self.start
        if last > np.iinfo(name).max:
            raise ValueError(
                f"Keys of column {self.column!r} must fit dtype {name}. "
                f"Received: row {int(index.max())}, whose key is {last}"
            )

    def summary(self):
        if self.start is not None:
            return f"new: {self.start}, ..."
        return f"new: {templates.from_config(self.template).example()}"
