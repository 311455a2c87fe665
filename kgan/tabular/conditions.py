"""Conditions of sampled rows: levels, wanted shares, ranges, known columns."""

import dataclasses
import numbers
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core import counter_draws
from kgan.tabular.sampling import Wanted

# Tries from here on are none of a row: they draw which of the wanted levels it has.
_OTHER_DRAWS = 2**31


@dataclasses.dataclass(frozen=True)
class Between:
    """A range of a column of numbers or dates, both ends included.

    Args:
        low: The lowest value; None: any.
        high: The highest one; None: any.

    Raises:
        ValueError: If both are None, or one is missing.

    Example: `gan.sample(100, conditions={"age": kgan.tabular.Between(30, 39)})`
    """

    low: Any = None
    high: Any = None

    def __post_init__(self):
        if self.low is None and self.high is None:
            raise ValueError("`low` or `high` must be given. Received: None for both")
        for end in (self.low, self.high):
            if end is not None and _is_missing(end):
                raise ValueError(f"`low` and `high` must be values. Received: {end!r}")

    def asked(self) -> dict:
        """Returns what `Table.mask` takes."""
        ends = {"low": self.low, "high": self.high}
        return {name: end for name, end in ends.items() if end is not None}


@dataclasses.dataclass(frozen=True)
class OneOf:
    """Some values of a column; None stands for a missing one."""

    values: tuple

    def asked(self) -> dict:
        """Returns what `Table.mask` takes."""
        return {"values": list(self.values)}


class _Column:
    """The conditions of one column: a list of them, and which one each row has."""

    def __init__(self, name, conditions, kind=None):
        self.name, self.conditions, self.kind = name, conditions, kind

    def masks(self, table):
        """Returns the block, masks of its levels, and whether these say all."""
        found = [table.mask(self.name, **c.asked()) for c in self.conditions]
        masks = np.stack([mask for _, mask, _ in found])
        exact = all(certain for _, _, certain in found)
        for condition, mask in zip(self.conditions, masks, strict=True):
            if not mask.any():
                raise ValueError(
                    f"`conditions` must be possible. Received: {self.name!r} as "
                    f"{condition}, which no row of the training data has"
                )
        return found[0][0], masks, exact

    def holds(self, table, frame, rows):
        """Returns which rows of a frame, places among all, fulfil their condition."""
        column = frame[self.name]
        kinds = np.zeros(len(frame), int) if self.kind is None else self.kind[rows]
        good = np.zeros(len(frame), bool)
        for kind in np.unique(kinds):
            own, asked = kinds == kind, self.conditions[kind].asked()
            good[own] = table.holds(self.name, column[own], **asked)
        return good


def wanted(
    table: Any,
    conditions: Any,
    count: int,
    seed: int,
    start: int = 0,
    reject: Callable | None = None,
) -> Wanted | None:
    """Returns what rows must be, or None where they may be anything.

    Args:
        table: The `kgan.tabular.Table`.
        conditions: Of `TabularGAN.sample`, and so are all others.
        count: The same.
        seed: The same.
        start: The same.
        reject: The same.

    Raises:
        ValueError: If a column or a level is unknown, or a condition is impossible.
    """
    columns = list(_columns(conditions, count, seed, start))
    levels, checked = {}, []
    for column in columns:
        number, masks, exact = column.masks(table)
        levels[number] = _both(levels.get(number), masks, column.kind)
        if not exact:
            checked.append(column)
    for masks, kind in levels.values():
        possible = masks.any(1) if kind is None else masks.any(1)[kind]
        if not possible.all():
            raise ValueError(
                "`conditions` must be possible together. Received: some that no row of "
                f"the training data has: {_names(columns)}"
            )
    accepts = None
    if checked or reject is not None:
        accepts = _Check(table, checked, reject, seed, start)
    if not levels and accepts is None:
        return None
    meaning = "`conditions`" if columns else "`reject`"
    if columns and reject is not None:
        meaning = "`conditions` and `reject`"
    return Wanted(levels, accepts, meaning)


def _names(columns: Any) -> str:
    """Returns the names of conditioned columns, as in "'age', 'sex'"."""
    return ", ".join(repr(column.name) for column in columns)


def _columns(conditions, count, seed, start):
    """Yields a `_Column` for each column that is named."""
    if conditions is None:
        return
    if hasattr(conditions, "columns"):
        yield from _known(conditions, count)
        return
    if not isinstance(conditions, Mapping):
        raise ValueError(
            "`conditions` must be a dictionary by column, or a DataFrame of known "
            f"columns. Received: {type(conditions).__name__}"
        )
    for place, (name, value) in enumerate(conditions.items()):
        if isinstance(value, Between):
            yield _Column(name, [value])
        elif isinstance(value, Mapping):
            levels, shares = list(value), _shares(name, value)
            draws = _uniform(seed, start, count, place)
            kind = np.searchsorted(np.cumsum(shares)[:-1], draws, side="right")
            yield _Column(name, [OneOf((level,)) for level in levels], kind)
        elif isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
            if not len(value):
                raise ValueError(
                    f"`conditions` must name levels of {name!r}. Received: none"
                )
            yield _Column(name, [OneOf(tuple(value))])
        else:
            yield _Column(name, [OneOf((value,))])


def _known(frame, count):
    if len(frame) != count:
        raise ValueError(
            "`conditions` as a DataFrame must have a row for each of the rows that are "
            f"asked for, {count}. Received: {len(frame)}"
        )
    if frame.columns.has_duplicates:
        raise ValueError(
            "`conditions` must name each column once. Received: "
            f"{frame.columns[frame.columns.duplicated()][0]!r} more than once"
        )
    for name in frame.columns:
        codes, levels = frame[name].factorize(use_na_sentinel=False)
        values = [None if _is_missing(level) else level for level in levels]
        yield _Column(name, [OneOf((value,)) for value in values], codes)


def _shares(name, wanted):
    shares = np.asarray(list(wanted.values()), object)
    real = all(isinstance(s, numbers.Real) and s >= 0 for s in shares)
    if not len(shares) or not real or abs(float(shares.sum()) - 1.0) > 1e-6:
        raise ValueError(
            f"`conditions` of {name!r} must be wanted shares that sum to 1. "
            f"Received: {dict(wanted)!r}"
        )
    return shares.astype(np.float64)


def _uniform(seed, start, count, place):
    rows = tf.range(start, start + count, dtype=tf.int64)
    tries = tf.fill((count,), tf.constant(_OTHER_DRAWS + place, tf.int64))
    drawn = counter_draws.uniform(tf.constant(seed, tf.int64), rows, tries, 4)
    return drawn.numpy()[:, 0].astype(np.float64)


def _both(before, masks, kind):
    """Returns masks and kinds that hold two conditions on one block."""
    if before is None:
        return masks, kind
    old, old_kind = before
    if kind is None and old_kind is None:
        return old & masks, None
    zero = np.zeros(1, int)
    first, second = (zero if k is None else k for k in (old_kind, kind))
    # Those pairs alone that some row has.
    pairs, both = np.unique(first * len(masks) + second, return_inverse=True)
    return old[pairs // len(masks)] & masks[pairs % len(masks)], both.reshape(-1)


class _Check:
    """Decodes drawn rows, and looks at what their levels do not tell."""

    def __init__(self, table, columns, reject, seed, start):
        self._table, self._columns, self._reject = table, columns, reject
        self._seed, self._start = seed, start

    def __call__(self, coded, rows):
        index = self._start + np.asarray(rows, np.int64)
        frame = self._table.decode(coded, self._seed, index=index)
        holds = [c.holds(self._table, frame, rows) for c in self._columns]
        good = np.logical_and.reduce(holds) if holds else np.ones(len(frame), bool)
        if self._reject is not None:
            good &= ~_rejected(self._reject, frame)
        return good


def _rejected(reject, frame):
    found = np.asarray(reject(frame))
    if found.shape != (len(frame),) or found.dtype != bool:
        raise ValueError(
            f"`reject` must return a boolean for each of {len(frame)} rows. Received: "
            f"{found.dtype} of shape {found.shape}"
        )
    return found


def _is_missing(value):
    # pandas' NA has no truth value that could be asked for.
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real) and bool(value != value)
