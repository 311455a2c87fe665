"""The parts of a row, and the columns that are looked up: fitted, and from configs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan.data.tables import constraints as all_constraints
from kgan.data.tables import dependencies
from kgan.data.tables.categories import Category
from kgan.data.tables.column import Column
from kgan.data.tables.combinations import Combination
from kgan.data.tables.constraints import (
    Constraint,
    FixedCombinations,
    Inequality,
    OneToOne,
)
from kgan.data.tables.dependencies import Lookup
from kgan.data.tables.differences import Difference, ceilings
from kgan.data.tables.grid import Grid
from kgan.data.tables.inference import infer
from kgan.data.tables.kinds import Kind, Rules
from kgan.data.tables.marginal import Marginal
from kgan.data.tables.parts import Part, Single


def fit_kinds(
    columns: dict[Any, Column],
    given: dict[Any, Kind],
    constraints: Sequence[Constraint],
    rules: Rules,
) -> tuple[dict[Any, Kind], dict[Any, str]]:
    """Returns fitted kinds by column, and the reasons.

    Args:
        columns: Columns by name.
        given: Kinds that a user has chosen.
        constraints: They may ask for other kinds than those that are inferred.
        rules: Of the table.

    Raises:
        ValueError: If a column is not of its kind, or keeps no constraint.
    """
    kinds, reasons = {}, {}
    for name, column in columns.items():
        kind, reason = (given[name], "given") if name in given else infer(column)
        for constraint in constraints:
            if name in constraint.columns:
                adjusted = constraint.adjusted(column, kind, name in given)
                if type(adjusted) is not type(kind):
                    reason = f"for {constraint!r}"
                kind = adjusted
        kinds[name], reasons[name] = kind.fit(column, rules), reason
    for constraint in constraints:
        constraint.check(columns, kinds)
    return kinds, reasons


def fit_lookups(
    columns: dict[Any, Column],
    kinds: dict[Any, Kind],
    constraints: Sequence[Constraint],
    rules: Rules,
) -> dict[Any, Lookup]:
    """Returns lookups of the columns that others determine, by name."""
    sources = {c.second: c.first for c in constraints if isinstance(c, OneToOne)}
    taken = {
        name
        for constraint in constraints
        if isinstance(constraint, (FixedCombinations, Inequality))
        for name in constraint.columns
    }
    free = {
        name: kind
        for name, kind in kinds.items()
        if kind.modelled and name not in taken and name not in sources
    }
    found = dependencies.find(columns, free, rules.min_count)
    for name, source in sources.items():
        counts = np.bincount(columns[source].codes + 1)
        if rules.privacy and counts[counts > 0].min() < rules.min_count:
            raise ValueError(
                f"Values of column {source!r} must have {rules.min_count} rows each to "
                f"be one to one with {name!r} in a table with privacy. Received: "
                f"{counts[counts > 0].min()} rows of one"
            )
        found[name] = found.get(source, source)
    return {
        name: Lookup.learn(kinds[name], kinds[found[name]], columns)
        for name in kinds
        if name in found
    }


def fit_parts(
    columns: dict[Any, Column],
    kinds: dict[Any, Kind],
    lookups: dict[Any, Lookup],
    constraints: Sequence[Constraint],
    rules: Rules,
) -> list[Part]:
    """Returns the parts of a row: none stands before one that it needs."""
    groups = [c for c in constraints if isinstance(c, FixedCombinations)]
    above = {c.high: c for c in constraints if isinstance(c, Inequality)}
    waiting = [n for n, k in kinds.items() if k.modelled and n not in lookups]
    parts: list[Part] = []
    while waiting:
        done = {name for part in parts for name in part.names}
        ready = (n for n in waiting if n not in above or above[n].low in done)
        name = next(ready)
        group = next((g for g in groups if name in g.columns), None)
        if group is not None:
            own = [kinds[column] for column in group.columns]
            parts.append(Combination.fit(own, columns, rules))
        elif name in above:
            low, high = kinds[above[name].low], kinds[name]
            strict = above[name].strict
            parts.append(Difference.fit(low, high, strict, columns, rules))
        else:
            parts.append(Single(kinds[name]))
        waiting = [n for n in waiting if n not in parts[-1].names]
    return parts


def leave_room(parts: Sequence[Part]) -> None:
    """Bounds numbers below others, so that these keep their own maxima."""
    limits = ceilings([part for part in parts if isinstance(part, Difference)])
    for part in parts:
        if not isinstance(part, Combination) and part.names[0] in limits:
            part.ceiling = limits[part.names[0]]


def parts_from_config(configs: list[dict], kinds: dict[Any, Kind]) -> list[Part]:
    """Returns parts from their configs, of fitted kinds."""
    return [_PARTS[config["part"]](config, kinds) for config in configs]


def _single(config, kinds):
    return Single(kinds[config["column"]])


def _combination(config, kinds):
    own: list[Category] = [kinds[name] for name in config["columns"]]
    state = ("combinations", "shares", "kept", "nearest")
    return Combination(own, *(config[name] for name in state))


def _difference(config, kinds):
    low, high = (kinds[name] for name in config["columns"])
    read = {"grid": Grid, "differences": Marginal, "alone": Marginal}
    state = [
        None if config[name] is None else kind.from_config(config[name])
        for name, kind in read.items()
    ]
    return Difference(low, high, config["strict"], config["shares"], *state)


_PARTS = {"single": _single, "combination": _combination, "difference": _difference}


def constraints_of(given: Sequence[Any], names: Sequence[Any]) -> tuple:
    """Returns constraints from themselves or configs, checked for their columns."""
    if isinstance(given, (Constraint, dict, str)):
        raise ValueError(f"`constraints` must be a list. Received: {given!r}")
    found = tuple(all_constraints.get(constraint) for constraint in given)
    all_constraints.check_columns(found, tuple(names))
    return found
