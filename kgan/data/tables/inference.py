"""Infers the kind of a column, and says why."""

import numpy as np

from kgan.data.tables.categories import Boolean, Category
from kgan.data.tables.column import Column
from kgan.data.tables.dates import Date
from kgan.data.tables.keys import Key
from kgan.data.tables.kinds import Constant, Kind
from kgan.data.tables.numbers import Integer, Real
from kgan.data.tables.storage import Categorical

# Integers of at most so many values, each in at least so many rows, are categories.
_FEW_INTEGERS, _ROWS_EACH = 20, 50
# Of so many rows that all differ, or fewer, nothing follows.
_FEW_ROWS = 20
# Text: so many words and letters in the mean cell, and more cells than half differ.
_WORDS, _LETTERS = 4, 25
_ID_DIGITS = 8


def infer(column: Column) -> tuple[Kind, str]:
    """Returns the kind of a column, not fitted, and the reason.

    Raises:
        ValueError: If the column is free text.
    """
    if not column.levels:
        return Constant(), "all cells are missing"
    if len(column.levels) == 1 and not column.num_missing:
        return Constant(), "one value"
    if isinstance(column.storage, Categorical):
        return Category(), "dtype category"
    return _INFER[column.storage.cells](column)


def _infer_strings(column):
    rows, distinct = len(column), len(column.levels)
    if _is_text(column):
        raise ValueError(
            f"Column {column.name!r} must not be free text, which cannot be modelled. "
            f"Received: {column.levels[0][:40]!r}, ...; drop it or make it a category "
            f"by kinds={{{column.name!r}: 'category'}}"
        )
    if _all_differ(column):
        return Key(), f"all {rows:,} strings differ"
    if distinct > 0.5 * rows and rows > _FEW_ROWS:
        return Category(), f"{distinct:,} strings in {rows:,} rows: perhaps a key"
    return Category(), f"{distinct:,} strings"


def _infer_integers(column):
    rows, distinct = len(column), len(column.levels)
    if distinct <= _FEW_INTEGERS and column.counts.min() >= _ROWS_EACH:
        return Category(), f"{distinct} integers, each in {_ROWS_EACH} rows or more"
    if _all_differ(column) and (sign := _sign_of_key(column)):
        return Key(), f"all {rows:,} integers differ, and {sign}"
    return Integer(), f"{distinct:,} integers"


def _infer_floats(column):
    distinct = len(column.levels)
    try:
        Integer().fit_grid(column)
    except ValueError:
        return Real(), f"{distinct:,} real numbers"
    return Integer(), f"{distinct:,} whole numbers"


def _infer_booleans(column):
    return Boolean(), "cells are true or false"


def _infer_dates(column):
    return Date(), f"dtype {column.storage.dtype}"


_INFER = {
    "str": _infer_strings,
    "int": _infer_integers,
    "float": _infer_floats,
    "bool": _infer_booleans,
    "date": _infer_dates,
}


def _all_differ(column):
    rows = len(column)
    return rows > _FEW_ROWS and len(column.levels) == rows


def _sign_of_key(column):
    """Returns what makes different integers keys rather than measurements, or ""."""
    values, rows = column.known, len(column)
    steps = np.diff(values)
    if (steps > 0).all() or (steps < 0).all():
        return "are in order"
    low, high = column.levels[0], column.levels[-1]
    # Of so many draws of so few numbers ten pairs are equal in the mean.
    if high - low + 1 < rows**2 / 20:
        return "are dense"
    if low > 0 and len(str(low)) == len(str(high)) >= _ID_DIGITS:
        return f"have {len(str(low))} digits each"
    return ""


def _is_text(column):
    some = column.levels[:1000]
    if len(column.levels) <= max(_FEW_ROWS, 0.5 * (len(column) - column.num_missing)):
        return False
    words = np.mean([len(cell.split()) for cell in some])
    return words >= _WORDS and np.mean([len(cell) for cell in some]) >= _LETTERS
