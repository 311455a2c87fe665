import numpy as np
import pytest

from kgan.data.tables import FixedCombinations, Table, description

pd = pytest.importorskip("pandas")

EXPECTED = """\
column                kind      missing  width  why
id                    Key             -      -  all 300 strings differ; new:
                                                k-300
age                   Integer         -     11  60 integers; 0 to 59
a long name of a ...  Real        10.0%     12  270 real numbers; 0.00333333 to
                                                0.996667
town                  Category        -      3  3 strings
land                  Category        -      -  3 strings; looked up by 'town',
                                                not modelled
flag                  Boolean         -      6  cells are true or false
day                   Category        -      -  3 strings; in one block with
                                                'flag'
source                Constant        -      -  one value; 'web'

A row is 32 numbers wide for the networks; training on 300 rows takes
about 748 KB. Another kind: table.override({'column': 'kind'})."""


def test_a_table_is_a_readable_list():
    rows = np.arange(300)
    frame = pd.DataFrame({"id": [f"k-{i:03d}" for i in rows], "age": rows % 60})
    frame["a long name of a column"] = np.where(rows % 10, rows / 300, np.nan)
    frame["town"] = np.asarray(["Oslo", "Rome", "Sarh"])[rows % 3]
    frame["land"] = np.asarray(["no", "it", "td"])[rows % 3]
    frame["flag"] = rows % 5 > 2
    frame["day"] = np.asarray(["Mon", "Tue", "Sun"])[rows * 7 // 4 % 3]
    frame["source"] = "web"
    table = Table.infer(frame, constraints=[FixedCombinations("flag", "day")])
    assert str(table) == EXPECTED
    assert max(map(len, str(table).splitlines())) <= 80
    assert repr(table) == "<Table of 8 columns, 4 blocks>"


def test_sizes_have_units():
    assert [description.size_of(n) for n in (7, 1234, 5.6e6, 7.89e9)] == [
        *("7 B", "1 KB", "6 MB", "7.9 GB"),
    ]
