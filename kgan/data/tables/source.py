"""A source of the rows of a table."""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core import extras, table_blocks
from kgan.data import splits
from kgan.data.base import IndexedSource, on_host
from kgan.data.tables import reading
from kgan.data.tables.bundled import BUNDLED
from kgan.data.tables.sdv_metadata import is_sdv, kinds_of_sdv
from kgan.data.tables.table import Table

_logger = logging.getLogger(__name__)

_ROWS = 1000  # spread over all, which `identity` reads
_PACKAGES = ("pandas", "pyarrow")


class TableSource(IndexedSource):
    """Rows of a table: as a DataFrame, as numbers for metrics, coded for games.

    `read` returns `kgan.tabular.Table.measured`, float64 of shape
    `(n, len(table.measured_names))`. Batches of `kgan.data.load` are coded rows,
    float32 of shape `(batch_size, coded width)`. A row is held out by its number alone,
    and what is inferred about columns is inferred from the training rows.

    Args:
        data: Path of a CSV or Parquet file (`kgan.data.tables.reading`), a DataFrame, a
            pyarrow table, or a name in `BUNDLED`.
        table: A `kgan.tabular.Table` by which the rows are coded; None: one is inferred
            from the training rows.
        columns: Kinds of columns by name, which are not inferred, as in
            `Table.override`: a dictionary, its JSON, or the path of a JSON file; SDV's
            `metadata.json`; or what `Table.to_json` wrote, which is a whole table.
        missing: Words, or one with commas between them, that stand for missing values.
        constraints: What holds in each row, as in `Table.infer`.
        privacy: The same.
        min_count: The same.
        held_out: Share of the rows that is held out, in [0, 1).
        split: "train", "test" (what is held out) or "all".

    Attributes:
        table: The `Table`.
        frame: The DataFrame of the split's rows.
        notes: Lines about how a file was read, which stand in the log, too.

    Raises a `ValueError` if data cannot be read or modelled, or an argument is wrong.
    """

    # Read where another split of a named source is resolved.
    data_dir = None

    def __init__(
        self,
        data: Any,
        table: Table | None = None,
        columns: Any = None,
        missing: Sequence[str] | str = (),
        constraints: Sequence = (),
        privacy: bool = False,
        min_count: int = 10,
        held_out: float = 0.1,
        split: str = "train",
    ):
        self.held_out = splits.share("held_out", held_out)
        missing = missing.split(",") if isinstance(missing, str) else missing
        self.missing = tuple(map(str, missing))
        name, self._all, self.notes = _found(data, self.missing)
        for note in self.notes:
            _tell(note)
        kinds = read_columns(columns)
        if table is None and is_whole(kinds):
            table = Table.from_config(kinds)
        if table is None:
            rows = self._all.iloc[self._chosen("train")]
            kinds = _named_as(self._all.columns, kinds)
            inferred = {"constraints": constraints, "privacy": privacy}
            table = Table.infer(rows, kinds, min_count=min_count, **inferred)
        elif isinstance(data, (str, os.PathLike)):
            self._all = typed_as(table, self._all)
        self.table = table
        shape = (len(table.measured_names),)
        super().__init__(name, shape, "float64", len(self._all))
        self._select(split)

    def other_split(self, split: str) -> TableSource:
        """Returns another part of the same rows, of the same table."""
        found = copy.copy(self)
        found._select(split)
        return found

    def _select(self, split):
        self.split = split
        rows = self._chosen(split)
        self.frame = self._all.iloc[rows].reset_index(drop=True)
        self.num_examples = len(rows)
        self._measured = self._coded = None

    def _chosen(self, split):
        """Returns the numbers of the rows of a split."""
        splits.check(split)
        count = len(self._all)
        test = is_held_out(count, self.held_out)
        rows = np.flatnonzero((split == "all") | (test == (split == "test")))
        if not len(rows) and count:
            raise ValueError(
                "held_out must leave rows to both train and test (split='all' reads "
                f"all). Received: {self.held_out:g} with split={split!r}, which holds "
                f"out {test.sum()} of {count} rows"
            )
        return rows

    # === As a source ===

    def read(self, indices=None):
        if self._measured is None:
            self._measured = self.table.measured(self.frame)
        return self._measured[slice(None) if indices is None else indices]

    def reader(self, batch_size, with_labels):
        if self._coded is None:
            self._coded = on_host(self.table.encode(self.frame).astype(np.float32))
        coded = self._coded
        return lambda indices: tf.gather(coded, indices)

    @property
    def options(self):
        return {"table": self.table, "missing": self.missing, "held_out": self.held_out}

    def fingerprint(self):
        text = self.table.to_json() + _text(self.frame)
        return hashlib.sha256(text.encode()).hexdigest()

    def identity(self):
        places = np.linspace(0, len(self.frame) - 1, min(len(self.frame), _ROWS))
        rows = _text(self.frame.iloc[places.astype(np.int64)])
        return {
            "examples": self.num_examples,
            "columns": list(map(str, self.frame.columns)),
            "rows": hashlib.sha256(rows.encode()).hexdigest(),
        }


def is_data(data: Any) -> bool:
    """Returns whether `TableSource` reads something: a file, a name or a DataFrame."""
    if isinstance(data, (str, os.PathLike)):
        return data in BUNDLED or reading.is_table(data)
    package = type(data).__module__.partition(".")[0]
    return package in _PACKAGES and hasattr(data, "columns")


def is_held_out(count: int, share: float) -> np.ndarray:
    """Returns which of `count` rows are held out, bool of shape `(count,)`.

    A row is if the SplitMix64 of its number, as a fraction of its range, is below
    `share`: on every platform, whatever other rows there are, and for each larger
    share.
    """
    mixed = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)) * 2.0**-53 < share


def read_columns(columns: Any) -> dict:
    """Returns what the argument `columns` of a `TableSource` says, as a dictionary.

    Raises:
        ValueError: If it is no dictionary, no JSON of one, and no file of such JSON.
    """
    if columns is None or isinstance(columns, dict):
        return columns or {}
    text = str(columns)
    try:
        if not text.lstrip().startswith("{"):
            with open(os.path.expanduser(text), encoding="utf-8") as file:
                text = file.read()
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise ValueError(
            "`columns` must be a dictionary of kinds by column, or a file of such "
            f"JSON. Received: {str(columns)!r} ({error})"
        ) from None
    if not isinstance(found, dict):
        raise ValueError(
            "`columns` must be a dictionary of kinds by column. Received: "
            f"{type(found).__name__}"
        )
    return kinds_of_sdv(found) if is_sdv(found) else found


def is_whole(columns: dict) -> bool:
    """Returns whether columns are a whole table, as of `Table.to_json`."""
    return isinstance(columns.get("kinds"), list) and "reasons" in columns


def typed_as(table: Table, frame: Any) -> Any:
    """Returns a file's rows with the types of a table, where these hold all of them.

    A column without missing cells, or without decimals, has others when it is read.
    """
    frame = frame.copy(deep=False)
    width = table_blocks.coded_width(table.blocks)
    for name, wanted in table.decode(np.zeros((0, width))).dtypes.items():
        if name not in frame or frame[name].dtype == wanted:
            continue
        column = frame[name]
        whole = column.dtype.kind in "iub" and wanted.kind not in "Mm"
        if whole or column.isna().all():
            frame[name] = column.astype(wanted)
    return frame


@functools.lru_cache
def _tell(note):
    """Logs a note, once: a run reads its table more than once."""
    _logger.warning("%s", note)


def _found(data, missing):
    """Returns the name of data, their DataFrame, and notes about it."""
    pandas = extras.require("pandas", "tabular", "A table")
    if isinstance(data, (str, os.PathLike)):
        if data in BUNDLED:
            return data, BUNDLED[data](), []
        return os.fspath(data), *reading.read(data, missing)
    if not isinstance(data, pandas.DataFrame):
        data = reading.from_arrow(data, "the table")
    return "frame", reading.replace_words(data, missing), []


def _named_as(names, kinds):
    """Returns kinds by the names that columns have: JSON has texts alone."""
    known = {str(name): name for name in names}
    return {known.get(name, name): kind for name, kind in kinds.items()}


def _text(frame):
    return frame.to_csv(index=False)
