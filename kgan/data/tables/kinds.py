"""Kinds of columns: what all have in common, and the columns that are not modelled."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from kgan.core.config import argument_names
from kgan.core.registry import check_known
from kgan.core.table_blocks import Block
from kgan.data.tables import storage as storages
from kgan.data.tables.column import Column
from kgan.data.tables.grid import Grid
from kgan.data.tables.marginal import Marginal

KINDS: dict[str, type["Kind"]] = {}
_READ = {
    "storage": storages.from_config,
    "marginal": Marginal.from_config,
    "grid": Grid.from_config,
}
_TEXT = (
    "Free text cannot be modelled: drop the column, or make it a category. "
    "Received: 'text'"
)


class Rules(NamedTuple):
    """What holds for all columns of a table.

    Attributes:
        min_count: Rows from which on a value is frequent.
        privacy: Whether no value of fewer rows may be kept.
    """

    min_count: int = 10
    privacy: bool = False


class Kind:
    """A kind of column. An object made by a user holds options; `fit` returns another.

    A fitted one holds besides them what it needs to encode and decode a column, named
    in `state`, as values for JSON or objects with `get_config`. Base of all kinds.
    """

    modelled = True
    state: tuple[str, ...] = ()
    column: Any = None
    storage: storages.Storage | None = None

    def __init_subclass__(cls, base: bool = False, **kwargs):
        super().__init_subclass__(**kwargs)
        if not base:
            KINDS[cls.__name__.lower()] = cls

    def fit(self, column: Column, rules: Rules) -> Self:
        """Returns this kind, fitted to a column.

        Raises:
            ValueError: If the column is not of this kind.
        """
        fitted = type(self)(**self.options())
        fitted.column, fitted.storage = column.name, column.storage
        fitted.fit_state(column, rules)
        return fitted

    def fit_state(self, column: Column, rules: Rules) -> None:
        """Sets what `state` names."""
        raise NotImplementedError

    def block(self) -> Block:
        """Returns the column's block: [missing, if any is][levels]."""
        raise NotImplementedError

    def encode(self, column: Column) -> tuple[np.ndarray, np.ndarray]:
        """Returns levels, int64, and places, float64, of shape `(rows,)`."""
        raise NotImplementedError

    def decode(self, levels: np.ndarray, places: np.ndarray) -> Any:
        """Returns an array for pandas; the inverse of `encode`."""
        raise NotImplementedError

    def measured(self, column: Column) -> np.ndarray:
        """Returns numbers for metrics, float64 `(rows,)`, NaN where missing."""
        raise NotImplementedError

    def wanted(self, values: np.ndarray, asked: "Asked") -> np.ndarray:
        """Returns which plain values of the column are asked for, bool."""
        return asked.of(self, values)

    def mask(self, asked: "Asked") -> tuple[np.ndarray, bool]:
        """Returns which levels of the block can be what is asked for.

        Beside it stands whether each of these is always what is asked for.
        """
        raise NotImplementedError

    def plain(self, value: Any) -> Any:
        """Returns a user's value as plain ones are.

        Raises:
            ValueError: If it is of another type.
        """
        try:
            return self.storage.plain(value)
        except TypeError:
            cells = {"str": "a string", "bool": "a boolean", "date": "a date"}
            raise ValueError(
                f"A value of column {self.column!r} must be "
                f"{cells.get(self.storage.cells, 'a number')}. Received: {value!r}"
            ) from None

    def summary(self) -> str:
        """Returns in a few words what comes out, "" where its levels say it."""
        raise NotImplementedError

    def options(self) -> dict:
        """Returns the constructor's arguments."""
        names = argument_names(type(self), base=Kind)
        return {name: getattr(self, name) for name in names}

    def with_options(self, **changed: Any) -> "Kind":
        """Returns a kind that is not fitted, of the same options but for some."""
        return type(self)(**self.options() | changed)

    def get_config(self) -> dict:
        config = {"kind": type(self).__name__.lower(), **self.options()}
        if self.storage is not None:
            state = ("column", "storage", *self.state)
            config["fitted"] = {n: _config(getattr(self, n)) for n in state}
        return config

    def __repr__(self):
        given = {n: v for n, v in self.options().items() if v is not None}
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        return f"{type(self).__name__}({arguments})"


class Asked:
    """Values or a range of a column, as a user asks for them.

    Args:
        values: A list of values, in which None and NaN are the missing one.
        low: The smallest value, or None.
        high: The largest value, or None.
    """

    def __init__(self, values: Sequence | None = None, low: Any = None, high=None):
        isna = storages.pandas().isna
        given = [] if values is None else list(values)
        self.missing = any(isna(value) for value in given)
        self.values = [value for value in given if not isna(value)]
        self.low, self.high = low, high
        self.is_range = values is None

    def plain_values(self, kind: Kind) -> list:
        """Returns the values as plain ones are."""
        return [kind.plain(value) for value in self.values]

    def plain_range(self, kind: Kind) -> tuple[Any, Any]:
        """Returns the ends of the range as plain ones are, None where it is open."""
        ends = (self.low, self.high)
        low, high = (None if end is None else kind.plain(end) for end in ends)
        if None not in (low, high) and low > high:
            raise ValueError(
                f"`low` of column {kind.column!r} must be at most `high`. Received: "
                f"low={self.low!r}, high={self.high!r}"
            )
        return low, high

    def of(self, kind: Kind, values: np.ndarray) -> np.ndarray:
        """Returns which plain values are asked for, bool."""
        if not self.is_range:
            return np.isin(values, np.asarray(self.plain_values(kind), values.dtype))
        if values.dtype.kind not in "if":
            raise ValueError(
                f"A range must be asked of a column of numbers or dates. Received: "
                f"column {kind.column!r} of {kind.storage.dtype}"
            )
        low, high = self.plain_range(kind)
        wanted = np.ones(len(values), bool)
        wanted &= True if low is None else values >= low
        return wanted & (True if high is None else values <= high)


class Constant(Kind):
    """A column of one value, or of missing cells alone: it comes out as it was."""

    modelled = False
    state = ("value",)

    def fit_state(self, column, rules):
        if len(column.levels) > 1 or (column.levels and column.num_missing):
            raise ValueError(
                f"Column {column.name!r} must have one value to be constant. Received: "
                f"{len(column.levels)} values, {column.num_missing} missing rows"
            )
        self.value = column.levels[0] if column.levels else None
        if isinstance(self.storage, storages.Categorical) and rules.privacy:
            self.storage = storages.only(self.storage, column.levels)

    def check(self, column: Column) -> None:
        """Checks that a column has the value alone."""
        other = column.missing if self.value is not None else ~column.missing
        if self.value is not None:
            other = other | (column.values != self.value)
        if other.any():
            raise ValueError(
                f"Column {self.column!r} must hold {self.summary()} in all rows. "
                f"Received: {column.first(other)!r} ({int(other.sum())} rows)"
            )

    def repeated(self, count: int) -> Any:
        """Returns an array for pandas of `count` cells."""
        value = {"str": "", "date": 0}.get(self.storage.cells, 0)
        value = value if self.value is None else self.value
        missing = np.full(1, self.value is None)
        return self.storage.restore([value], missing).take(np.zeros(count, np.int64))

    def summary(self):
        if self.value is None:
            return "missing"
        return repr(self.storage.public([self.value])[0])


def get(identifier: Any) -> Kind:
    """Returns a kind from itself, its name, or its config.

    Raises:
        ValueError: If the name or an argument is unknown.
    """
    if isinstance(identifier, Kind):
        return identifier
    config = dict(identifier) if isinstance(identifier, dict) else {"kind": identifier}
    name = config.pop("kind", None)
    if name == "text":
        raise ValueError(_TEXT)
    check_known("A kind of column must be one of", name, KINDS)
    fitted = config.pop("fitted", None)
    known = argument_names(KINDS[name], base=Kind)
    for argument in config:
        check_known(f"An argument of {name!r} must be one of", argument, known)
    kind = KINDS[name](**config)
    for attribute, value in (fitted or {}).items():
        read = _READ.get(attribute, lambda value: value)
        setattr(kind, attribute, None if value is None else read(value))
    return kind


def _config(value):
    return value.get_config() if hasattr(value, "get_config") else value
