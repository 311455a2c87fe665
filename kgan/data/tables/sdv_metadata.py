"""Kinds of columns from the metadata that users of SDV and CTGAN have."""

from collections.abc import Mapping
from typing import Any

from kgan.core.registry import unknown

_KINDS = {"categorical": "category", "boolean": "boolean", "id": "key"}
_VERSION = "METADATA_SPEC_VERSION"


def is_sdv(found: Mapping[str, Any]) -> bool:
    """Returns whether JSON is SDV's metadata, of one table or of several."""
    return _VERSION in found and ("columns" in found or "tables" in found)


def kinds_of_sdv(found: Mapping[str, Any], table: str | None = None) -> dict[str, Any]:
    """Returns the kinds of columns that SDV's metadata name, as `Table.override` has.

    Categories, booleans, ids and dates with a format are taken over, and numbers whose
    computer representation says whether they are whole. The others are inferred: a kind
    that SDV only invents for each row, as a name, is a category or a key of the data.

    Args:
        found: The JSON of `metadata.json`, specification SINGLE_TABLE_V1 or V1.
        table: Name of one of several tables.

    Raises:
        ValueError: If there are several tables and none is named.

    Example: `Table.infer(df, kinds=kgan.tabular.kinds_of_sdv(metadata))`
    """
    if "tables" in found:
        tables = found["tables"]
        if table is None and len(tables) == 1:
            (table,) = tables
        if table not in tables:
            raise ValueError(
                unknown("SDV's metadata have several tables, one of", table, tables)
            )
        found = tables[table]
    kinds = {name: _kind(column) for name, column in found["columns"].items()}
    return {name: kind for name, kind in kinds.items() if kind is not None}


def _kind(column):
    kind, stored = column.get("sdtype"), column.get("computer_representation", "")
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "datetime" and "datetime_format" in column:
        return {"kind": "date", "format": column["datetime_format"]}
    if kind == "numerical" and "Int" in stored:
        return "integer"
    return "real" if kind == "numerical" and stored.startswith("Float") else None
