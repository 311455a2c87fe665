"""A column of a frame, read once."""

import functools
from typing import Any

import numpy as np

from kgan.data.tables.cells import storage_of
from kgan.data.tables.storage import Categorical, Storage, pandas


class Column:
    """A column with plain values, and which rows are missing.

    Args:
        name: Its name, a string or an integer.
        series: A `pandas.Series`.
        storage: How it is stored; None: it is found out.

    Raises:
        ValueError: If a table cannot hold it.
    """

    def __init__(self, name: Any, series: Any, storage: Storage | None = None):
        self.name = name
        self.series = series
        self.storage = storage or storage_of(name, series)

    def __len__(self):
        return len(self.series)

    @functools.cached_property
    def _read(self):
        return self.storage.read(self.series)

    @property
    def values(self) -> np.ndarray:
        """Plain values, see `Storage`."""
        return self._read[0]

    @property
    def missing(self) -> np.ndarray:
        """Whether each row is missing, bool of shape `(rows,)`."""
        return self._read[1]

    @property
    def known(self) -> np.ndarray:
        """Plain values of the rows that are not missing."""
        return self.values[~self.missing]

    @functools.cached_property
    def _factorized(self):
        if isinstance(self.storage, Categorical):
            return self._used_categories()
        codes = np.full(len(self), -1, np.int64)
        codes[~self.missing], levels = pandas().factorize(self.known, sort=True)
        return codes, levels.tolist()

    def _used_categories(self):
        """Codes and levels in the order of the categories, those in use."""
        codes = self.series.cat.codes.to_numpy().astype(np.int64)
        used = np.unique(codes[codes >= 0])
        number = np.full(len(self.storage.categories) + 1, -1)
        number[used] = np.arange(len(used))
        return number[codes], [self.storage.categories[code] for code in used]

    @property
    def codes(self) -> np.ndarray:
        """Number of each row's value in `levels`, -1 where it is missing."""
        return self._factorized[0]

    @property
    def levels(self) -> list:
        """Distinct plain values, rising, without the missing one."""
        return self._factorized[1]

    @functools.cached_property
    def counts(self) -> np.ndarray:
        """Rows of each level, int64."""
        return np.bincount(self.codes[~self.missing], minlength=len(self.levels))

    @property
    def num_missing(self) -> int:
        """How many rows are missing."""
        return int(self.missing.sum())

    def first(self, wanted: np.ndarray) -> Any:
        """Returns the cell of the first row of a mask."""
        cell = self.series.iloc[int(np.flatnonzero(wanted)[0])]
        return cell.item() if isinstance(cell, np.generic) else cell
