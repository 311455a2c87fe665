import bz2
import gzip
import lzma
import zipfile

import numpy as np
import pandas
import pytest

from kgan.core.extras import MissingPackage
from kgan.data.tables import reading

TEXT = "name,age,start\nAda,36,2020-01-31\nBob,?,2021-02-28\n"
ODD = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def write(path, data=TEXT):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def zipped(path, **files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "."), text)
    return path


def check(path):
    assert reading.is_table(path)
    frame, notes = reading.read(path, ["?"])
    assert list(frame["name"]) == ["Ada", "Bob"]
    assert str(frame["age"].dtype) == "Int64"
    assert frame["age"].isna().tolist() == [False, True]
    assert frame["start"][1] == pandas.Timestamp("2021-02-28")
    assert notes == []


@pytest.mark.parametrize("name", ["people.csv", "people.data", "people"])
def test_a_table_is_known_by_its_content(tmp_path, name):
    check(write(tmp_path / name))


@pytest.mark.parametrize("suffix", ODD)
@pytest.mark.parametrize("name", ["people.csv{}", "people"])
def test_compressed_text(tmp_path, suffix, name):
    data = ODD[suffix](TEXT.encode())
    check(write(tmp_path / name.format(suffix), data))


def test_a_zip_with_a_table_in_it(tmp_path):
    check(zipped(tmp_path / "people.zip", people_csv=TEXT, __MACOSX="x"))


def test_what_is_no_table(tmp_path):
    prose = "Once upon a time, there was\na king, a queen, and a cat.\nThe end.\n"
    assert not reading.is_table(write(tmp_path / "a.txt", prose))
    assert not reading.is_table(write(tmp_path / "b.png", b"\x89PNG\r\n\0\0"))
    assert not reading.is_table(write(tmp_path / "c", ""))
    assert not reading.is_table(write(tmp_path / "d", b"\x1f\x8bno gzip"))
    assert not reading.is_table(zipped(tmp_path / "e.zip", a_png="x", b_png="y"))
    assert not reading.is_table(tmp_path)
    assert not reading.is_table(tmp_path / "nothing.csv")


def test_a_file_with_a_tables_ending_is_one(tmp_path):
    assert reading.is_table(write(tmp_path / "a.csv", b"\0"))
    assert reading.has_suffix("a.CSV.gz")
    assert not reading.has_suffix("a.zip")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "people.csv must be a table. Received: an empty file"),
        (b" \n\n", "people.csv must be a table. Received: an empty file"),
        (b"a,b\n1,\0\n", "must be text without NUL bytes. Received: one in line 2"),
        (
            "a,b\n1,é\n".encode("latin-1"),
            "must be text in UTF-8. Received: the byte 0xe9 in line 2 (byte 6); save "
            "it again as UTF-8",
        ),
        (
            "a,b\n1,é\n".encode("utf-16"),
            "must be text in UTF-8. Received: UTF-16; save",
        ),
        (b"\x1f\x8bno gzip", "cannot be decompressed: "),
        (gzip.compress(TEXT.encode() * 99)[:60], "cannot be decompressed: "),
        (b"PAR1 and no more", "people.csv cannot be read as Parquet: "),
        (b"a,b\n1\n", "must have as many cells in each row"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, data, expected):
    with pytest.raises(ValueError, match=r"people\.csv") as error:
        reading.read(write(tmp_path / "people.csv", data))
    assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file_and_many_files(tmp_path):
    with pytest.raises(ValueError, match=r"must be a file at .*nothing there"):
        reading.read(tmp_path / "a.csv")
    with pytest.raises(ValueError, match="Received: a folder"):
        reading.read(tmp_path)
    with pytest.raises(ValueError, match=r"one file in it, a table\. Received: 2"):
        reading.read(zipped(tmp_path / "e.zip", a_csv=TEXT, b_csv=TEXT))


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    frame, _ = reading.read(write(tmp_path / "a.csv", TEXT.encode("utf-8-sig")))
    assert list(frame.columns) == ["name", "age", "start"]


def test_separators_and_decimal_commas_are_told(tmp_path):
    path = write(tmp_path / "a.csv", "price;what\n1,5;x\n2,25;y\n")
    frame, notes = reading.read(path)
    assert frame["price"].tolist() == [1.5, 2.25]
    assert [note.partition(" is read with ")[2][:9] for note in notes] == [
        *("semicolon", "a decimal"),
    ]


def test_parquet_keeps_its_types(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {
            "whole": pandas.array([1, None, 2**60 + 1], "Int64"),
            "small": np.asarray([1, 2, 3], np.int8),
            "yes": pandas.array([True, None, False], "boolean"),
            "word": ["?", "b", "c"],
            "kind": pandas.Categorical(["u", "v", "u"], ["v", "u"], ordered=True),
            "day": np.asarray(["2020-01-01", "NaT", "2021-01-01"], "datetime64[ms]"),
        }
    )
    path = tmp_path / "people"
    frame.to_parquet(path)
    assert reading.is_table(path)
    found, notes = reading.read(path)
    pandas.testing.assert_frame_equal(found, frame)
    assert notes == []
    assert reading.read(path, ["?"])[0]["word"].isna().tolist() == [True, False, False]


def test_tables_of_pyarrow():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"a": [2**60 + 1, None], "b": [None, False]})
    frame = reading.from_arrow(table, "t")
    assert list(map(str, frame.dtypes)) == ["Int64", "boolean"]
    assert frame["a"][0] == 2**60 + 1
    nested = pyarrow.table({"a": [1], "tags": [["x", "y"]]})
    with pytest.raises(
        ValueError, match=r"'tags' of t must hold one value a cell\. Rec"
    ):
        reading.from_arrow(nested, "t")
    twice = pyarrow.Table.from_arrays([pyarrow.array([1])] * 2, names=["a", "a"])
    with pytest.raises(ValueError, match="t must name each column once"):
        reading.from_arrow(twice, "t")


def test_without_pandas_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(MissingPackage, match=r'A table needs .*"kgan\[tabular\]"'):
        reading.read(write(tmp_path / "a.csv"))
