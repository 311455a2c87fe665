import numpy as np
import pytest

from kgan.data.tables import FixedCombinations, Inequality, OneToOne, schema, structure
from kgan.data.tables.kinds import Rules
from kgan.data.tables.parts import Single

pd = pytest.importorskip("pandas")

ROWS = 300


def _columns():
    rows = np.arange(ROWS)
    frame = pd.DataFrame({"top": rows % 50 + rows % 7, "a": rows % 4, "low": rows % 50})
    frame["b"] = (rows % 4) % 2
    frame["c"] = (rows // 5) % 3
    frame["d"] = frame.a
    return schema.columns_of(frame)


def _fitted(constraints, given=None):
    columns, rules = _columns(), Rules()
    constraints = structure.constraints_of(constraints, tuple(columns))
    kinds, reasons = structure.fit_kinds(columns, given or {}, constraints, rules)
    lookups = structure.fit_lookups(columns, kinds, constraints, rules)
    parts = structure.fit_parts(columns, kinds, lookups, constraints, rules)
    return kinds, reasons, lookups, parts


def test_a_part_stands_after_those_that_it_needs():
    constraints = [Inequality("low", "top"), FixedCombinations("c", "a")]
    kinds, _, lookups, parts = _fitted(constraints)
    names = [part.names for part in parts]
    assert names.index(("low",)) < names.index(("top",))
    assert ("c", "a") in names
    # Columns of a constraint look nothing up, and nothing is looked up by them.
    assert {n: lookup.source.column for n, lookup in lookups.items()} == {"b": "d"}
    again = structure.parts_from_config([p.get_config() for p in parts], kinds)
    assert [p.block() for p in again] == [p.block() for p in parts]
    assert [type(p) for p in again] == [type(p) for p in parts]


def test_what_a_user_says_is_one_to_one_is_looked_up():
    _, _, lookups, parts = _fitted([OneToOne("d", "a")])
    found = {name: lookup.source.column for name, lookup in lookups.items()}
    assert found == {"a": "d", "b": "d"}
    assert all(isinstance(part, Single) for part in parts)


def test_reasons_tell_of_constraints():
    _, reasons, _, _ = _fitted([FixedCombinations("low", "top")])
    assert reasons["low"] == "for FixedCombinations('low', 'top')"
    assert reasons["c"] == "3 integers, each in 50 rows or more"
