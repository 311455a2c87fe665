"""Kinds from SDV's metadata."""

import pandas as pd
import pytest

from kgan.data.tables import Table, sdv_metadata

COLUMNS = {
    "id": {"sdtype": "id", "regex_format": "[0-9]{4}"},
    "age": {"sdtype": "numerical", "computer_representation": "Int64"},
    "wage": {"sdtype": "numerical", "computer_representation": "Float"},
    "code": {"sdtype": "numerical"},
    "job": {"sdtype": "categorical"},
    "works": {"sdtype": "boolean"},
    "begin": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"},
    "seen": {"sdtype": "datetime"},
    "name": {"sdtype": "first_name", "pii": True},
}
SINGLE = {
    "METADATA_SPEC_VERSION": "SINGLE_TABLE_V1",
    "primary_key": "id",
    "columns": COLUMNS,
}
KINDS = {
    "id": "key",
    "age": "integer",
    "wage": "real",
    "job": "category",
    "works": "boolean",
    "begin": {"kind": "date", "format": "%d.%m.%Y"},
}


def test_single_table():
    assert sdv_metadata.is_sdv(SINGLE)
    assert sdv_metadata.kinds_of_sdv(SINGLE) == KINDS
    assert not sdv_metadata.is_sdv({"age": "integer"})


def test_several_tables():
    several = {
        "METADATA_SPEC_VERSION": "V1",
        "tables": {"people": {"columns": COLUMNS}},
    }
    assert sdv_metadata.is_sdv(several)
    assert sdv_metadata.kinds_of_sdv(several) == KINDS
    several["tables"]["towns"] = {"columns": {}}
    assert sdv_metadata.kinds_of_sdv(several, "people") == KINDS
    with pytest.raises(ValueError, match="several tables"):
        sdv_metadata.kinds_of_sdv(several)
    with pytest.raises(ValueError, match="Did you mean 'people'"):
        sdv_metadata.kinds_of_sdv(several, "peple")


def test_a_table_of_these_kinds():
    df = pd.DataFrame(
        {
            "id": [f"{number:04}" for number in range(60)],
            "age": [20, 30, 40] * 20,
            "begin": ["01.02.2020", "03.04.2021"] * 30,
        }
    )
    kinds = {n: k for n, k in sdv_metadata.kinds_of_sdv(SINGLE).items() if n in df}
    table = Table.infer(df, kinds=kinds)
    found = {name: type(kind).__name__ for name, kind in table.kinds.items()}
    assert found == {"id": "Key", "age": "Integer", "begin": "Date"}
    pd.testing.assert_frame_equal(
        table.decode(table.encode(df)).iloc[:, 1:], df.iloc[:, 1:]
    )
