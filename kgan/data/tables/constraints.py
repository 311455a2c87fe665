"""What must hold in each row: of one column, or between several."""

from typing import Any

import numpy as np

from kgan.core.config import argument_names
from kgan.core.registry import check_known, unknown
from kgan.data.tables.categories import Category
from kgan.data.tables.column import Column
from kgan.data.tables.dates import Date
from kgan.data.tables.differences import Axis
from kgan.data.tables.kinds import Kind
from kgan.data.tables.numbers import Integer, Number, Real, json_value

CONSTRAINTS: dict[str, type["Constraint"]] = {}


class Constraint:
    """Base of constraints: arguments are attributes are config.

    Attributes:
        columns: Names of the columns that it is about.
    """

    columns: tuple = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        CONSTRAINTS[cls.__name__.lower()] = cls

    def adjusted(self, column: Column, kind: Kind, given: bool) -> Kind:
        """Returns the kind that a column must have, not fitted.

        Args:
            column: The column.
            kind: Its kind until now.
            given: Whether a user has chosen it.
        """
        return kind

    def check(self, columns: dict[Any, Column], kinds: dict[Any, Kind]) -> None:
        """Checks that the data keep it.

        Raises:
            ValueError: If some rows do not; their number and one of them are named.
        """

    def get_config(self) -> dict:
        own = {name: getattr(self, name) for name in argument_names(type(self))}
        return {"constraint": type(self).__name__.lower(), **own}

    def __eq__(self, other):
        return type(self) is type(other) and self.get_config() == other.get_config()

    __hash__ = None

    def __repr__(self):
        own = [getattr(self, name) for name in argument_names(type(self))]
        own = own if own else [*self.columns]
        while own and (own[-1] is None or own[-1] is False):
            own.pop()
        return f"{type(self).__name__}({', '.join(map(repr, own))})"


class Inequality(Constraint):
    """`low` ≤ `high` in each row in which neither is missing.

    The difference is modelled in place of `high`, and is never negative.

    Args:
        low: A column of numbers or dates.
        high: Another one.
        strict: Whether they must differ.

    Example: `kgan.tabular.Inequality("start", "end")`
    """

    def __init__(self, low: Any, high: Any, strict: bool = False):
        self.low, self.high, self.strict = low, high, strict
        self.columns = (low, high)
        if low == high:
            raise ValueError(f"`low` and `high` must differ. Received: {low!r} twice")

    def adjusted(self, column, kind, given):
        return _as_number(kind, column, given)

    def check(self, columns, kinds):
        kinds = [kinds[name] for name in self.columns]
        if kinds[0].called != kinds[1].called:
            raise ValueError(
                f"Columns of an Inequality must be both numbers or both dates. "
                f"Received: {self.low!r} of {kinds[0].called}, {self.high!r} of "
                f"{kinds[1].called}"
            )
        low, high = (columns[name] for name in self.columns)
        axis = Axis(*kinds)
        difference = axis.of(kinds[1], high.values) - axis.of(kinds[0], low.values)
        wrong = (difference <= 0) if self.strict else (difference < 0)
        wrong &= ~low.missing & ~high.missing
        if wrong.any():
            sign = "<" if self.strict else "<="
            raise ValueError(
                f"Columns must keep {self.low!r} {sign} {self.high!r}. Received: "
                f"{low.first(wrong)} and {high.first(wrong)} ({int(wrong.sum())} rows "
                f"do not)"
            )


class FixedCombinations(Constraint):
    """Values of some columns stand together only as they do in the data.

    Args:
        *columns: At least two columns of few values.

    Example: `kgan.tabular.FixedCombinations("country", "city")`
    """

    def __init__(self, *columns: Any):
        self.columns = columns
        if len(columns) < 2 or len(set(columns)) < len(columns):
            raise ValueError(
                f"`columns` must be two or more different ones. Received: {columns!r}"
            )

    def adjusted(self, column, kind, given):
        return _as_category(kind, column, given)

    def get_config(self):
        return {"constraint": "fixedcombinations", "columns": list(self.columns)}


class OneToOne(Constraint):
    """Each value of one column stands with one value of another, and the reverse.

    The second column is not modelled, but looked up.

    Args:
        first: A column of few values.
        second: Another one.

    Example: `kgan.tabular.OneToOne("education", "education-num")`
    """

    def __init__(self, first: Any, second: Any):
        self.first, self.second = first, second
        self.columns = (first, second)
        if first == second:
            raise ValueError(f"Both columns must differ. Received: {first!r} twice")

    def adjusted(self, column, kind, given):
        if column.name == self.second and isinstance(kind, Number):
            return kind
        return _as_category(kind, column, given)

    def check(self, columns, kinds):
        pair = [columns[name] for name in self.columns]
        codes = [column.codes + 1 for column in pair]
        joint = np.unique(np.stack(codes), axis=1)
        for name, own in zip(self.columns, joint, strict=True):
            values, counts = np.unique(own, return_counts=True)
            if (counts > 1).any():
                column = columns[name]
                example = values[counts > 1][0]
                cell = column.first(column.codes + 1 == example)
                raise ValueError(
                    f"Columns {self.first!r} and {self.second!r} must be one to one. "
                    f"Received: {int((counts > 1).sum())} values of {name!r} with "
                    f"several of the other, as {cell!r}"
                )


class Bounds(Constraint):
    """A column of numbers or dates keeps bounds, which the data must keep too.

    Args:
        column: The column.
        minimum: The smallest value, or None.
        maximum: The largest value, or None.

    Example: `kgan.tabular.Bounds("age", minimum=0)`
    """

    def __init__(self, column: Any, minimum: Any = None, maximum: Any = None):
        self.column = column
        self.minimum, self.maximum = json_value(minimum), json_value(maximum)
        self.columns = (column,)

    def adjusted(self, column, kind, given):
        kind = _as_number(kind, column, given)
        bounds = {"minimum": self.minimum, "maximum": self.maximum}
        chosen = {n: value for n, value in bounds.items() if value is not None}
        return kind.with_options(**chosen)


class Step(Constraint):
    """Values of a column lie whole steps apart, and so do the data's.

    Args:
        column: A column of numbers or dates.
        step: The distance of neighbours, of dates a duration as "7D".
        offset: One of the values.

    Example: `kgan.tabular.Step("price", 0.05)`
    """

    def __init__(self, column: Any, step: Any, offset: Any = None):
        self.column = column
        self.step, self.offset = json_value(step), json_value(offset)
        self.columns = (column,)

    def adjusted(self, column, kind, given):
        kind = _as_number(kind, column, given)
        return kind.with_options(step=self.step, offset=self.offset)


def get(identifier: Any) -> Constraint:
    """Returns a constraint as it is, or from its config.

    Raises:
        ValueError: If the name or an argument is unknown.
    """
    if isinstance(identifier, Constraint):
        return identifier
    config = dict(identifier) if isinstance(identifier, dict) else {}
    name = config.pop("constraint", identifier)
    check_known("A constraint must be one of", name, CONSTRAINTS)
    if name == "fixedcombinations":
        return FixedCombinations(*config["columns"])
    for argument in config:
        names = argument_names(CONSTRAINTS[name])
        check_known(f"An argument of {name!r} must be one of", argument, names)
    return CONSTRAINTS[name](**config)


def check_columns(constraints: tuple[Constraint, ...], names: tuple) -> None:
    """Checks that constraints are of known columns, and that they get along.

    Raises:
        ValueError: If a column is not known, or has several parts to play.
    """
    roles: dict[Any, Constraint] = {}
    for constraint in constraints:
        for name in constraint.columns:
            if name not in names:
                what = f"{constraint!r} must name columns of"
                raise ValueError(unknown(what, name, map(str, names)))
            if isinstance(constraint, (Bounds, Step)):
                continue
            other = roles.setdefault(name, constraint)
            chained = isinstance(other, Inequality) and isinstance(
                constraint, Inequality
            )
            if other is not constraint and not chained:
                raise ValueError(
                    f"Column {name!r} must stand in one constraint at most. "
                    f"Received: {other!r} and {constraint!r}"
                )
    below = {c.high: c.low for c in constraints if isinstance(c, Inequality)}
    for name in below:
        chain = [name]
        while chain[-1] in below and chain.count(chain[-1]) == 1:
            chain.append(below[chain[-1]])
        if chain.count(chain[-1]) > 1:
            raise ValueError(
                f"Inequalities must not form a circle. Received: "
                f"{' >= '.join(map(repr, chain))}"
            )
    highs = [c.high for c in constraints if isinstance(c, Inequality)]
    double = [name for name in highs if highs.count(name) > 1]
    if double:
        raise ValueError(
            f"Column {double[0]!r} must be above one other column at most. "
            f"Received: {highs.count(double[0])} inequalities above which it stands"
        )


def _as_category(kind, column, given):
    if isinstance(kind, Category):
        return kind
    if given:
        raise ValueError(
            f"Column {column.name!r} must be a category or boolean for its constraint. "
            f"Received: {kind!r}"
        )
    return Category()


def _as_number(kind, column, given):
    if isinstance(kind, Number):
        return kind
    found = {"int": Integer, "float": Real, "date": Date}.get(column.storage.cells)
    if given or found is None:
        raise ValueError(
            f"Column {column.name!r} must be of numbers or dates for its constraint. "
            f"Received: {kind!r}, dtype {column.storage.dtype}"
        )
    return found()
