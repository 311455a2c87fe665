"""Files of tables: CSV and its kin, compressed or not, and Parquet."""

import bz2
import contextlib
import gzip
import io
import lzma
import os
import pathlib
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any, BinaryIO

from kgan.core import extras, naming
from kgan.data.tables import delimited, text_columns

# Endings by which a file is a table, whatever is in it; others are by their content.
SUFFIXES = (".csv", ".tsv", ".tab", ".parquet", ".pq")
_COMPRESSED = (".gz", ".bz2", ".xz", ".zip")

_PARQUET = b"PAR1"
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\0": lzma.open}
_ZIP = b"PK\x03\x04"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BROKEN = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)

_HEAD = 2**16  # bytes by which a text is known as a table
_SUITED = 0.9  # share of its first rows that have as many cells


def is_table(path: str | os.PathLike) -> bool:
    """Returns whether a path leads to a file that is a table.

    It is one if it begins as Parquet, or if it is text, compressed or not, whose rows
    have two cells or more, as many in each; or if its name ends in `SUFFIXES`, so that
    `read` names what is wrong with it.
    """
    path = _expanded(path)
    if not path.is_file():
        return False
    if has_suffix(path):
        return True
    try:
        if _begin(path).startswith(_PARQUET):
            return True
        with _opened(path) as file:
            head = file.read(_HEAD)
    except (*_BROKEN, ValueError):
        return False
    if not head or b"\0" in head:
        return False
    lines = head.decode("utf-8", "replace").splitlines()
    # The last one may have been cut.
    text = "\n".join(lines[:-1] if len(head) == _HEAD else lines)
    return len(lines) > 1 and delimited.sniff(text)[1] >= _SUITED


def has_suffix(path: str | os.PathLike) -> bool:
    """Returns whether a name ends as one of a table: .csv, .csv.gz, .parquet, ..."""
    name = os.fspath(path).lower()
    for suffix in _COMPRESSED:
        name = name.removesuffix(suffix)
    return name.endswith(SUFFIXES)


def read(path: str | os.PathLike, missing: Sequence[str] = ()) -> tuple[Any, list[str]]:
    """Returns the DataFrame of a file, and notes about how it was read.

    Text has a row a line, with commas, semicolons, tabs or bars between its cells and
    the names of the columns in its first row; it may be compressed by gzip, bz2, xz or
    ZIP. Types are those of `text_columns.typed`. Parquet has its own.

    Args:
        path: The file; what is in it says of which kind it is.
        missing: Words that stand for missing values, besides empty cells and those that
            pandas knows.

    Raises:
        ValueError: If there is no such file, or it is no table that can be read: one
            sentence that names it.
        MissingPackage: Without pandas, or without pyarrow for Parquet.

    Example:
        ```python
        frame, notes = read("adult.csv.gz", missing=["?"])
        ```
    """
    path = _expanded(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing there"
        raise ValueError(f"A table must be a file at {path}. Received: {found}")
    extras.require("pandas", "tabular", "A table")
    if _begin(path).startswith(_PARQUET):
        return replace_words(_parquet(path), missing), []
    text = _text(path)
    frame, notes = delimited.parse(text, path.name, tuple(missing))
    separator = delimited.sniff(text)[0]
    frame, more = text_columns.typed(frame, path.name, separator not in (None, ","))
    return frame, notes + more


def replace_words(frame: Any, missing: Sequence[str]) -> Any:
    """Returns a DataFrame with missing values in place of words in columns of texts."""
    if not missing:
        return frame
    frame = frame.copy(deep=False)
    for key, column in frame.items():
        if column.dtype.kind not in "biufmMc":
            frame[key] = column.mask(column.isin(list(missing)))
    return frame


def _expanded(path):
    return pathlib.Path(os.path.expanduser(path))


def _begin(path):
    with path.open("rb") as file:
        return file.read(8)


@contextlib.contextmanager
def _opened(path):
    """Opens a file for reading its bytes, decompressed.

    Raises:
        ValueError: If a ZIP has not one file in it.
    """
    begin = _begin(path)
    opener = next((o for magic, o in _OPENERS.items() if begin.startswith(magic)), None)
    with contextlib.ExitStack() as stack:
        file: BinaryIO
        if begin.startswith(_ZIP):
            archive = stack.enter_context(zipfile.ZipFile(path))
            file = stack.enter_context(archive.open(_only(archive, path)))
        else:
            file = stack.enter_context((opener or io.FileIO)(path))
        yield file


def _only(archive, path):
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    names = [name for name in names if not name.startswith(("__MACOSX", "."))]
    if len(names) != 1:
        raise ValueError(
            f"{path} must have one file in it, a table. Received: {len(names)}"
        )
    return names[0]


def _text(path):
    try:
        with _opened(path) as file:
            data = file.read()
    except _BROKEN as error:
        raise ValueError(f"{path} cannot be decompressed: {error}") from None
    name = path.name
    if data.startswith(_UTF_16):
        raise ValueError(f"{name} must be text in UTF-8. Received: UTF-16; {_ADVICE}")
    if b"\0" in data:
        line = _line(data, data.index(b"\0"))
        raise ValueError(
            f"{name} must be text without NUL bytes. Received: one in line {line}"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte, line = data[error.start], _line(data, error.start)
        raise ValueError(
            f"{name} must be text in UTF-8. Received: the byte 0x{byte:02x} in line "
            f"{line} (byte {error.start}); {_ADVICE}"
        ) from None
    if not text.strip():
        raise ValueError(f"{name} must be a table. Received: an empty file")
    return text


_ADVICE = "save it again as UTF-8"


def _line(data, place):
    return data.count(b"\n", 0, place) + 1


def _parquet(path):
    extras.require("pyarrow", "tabular", "A Parquet file")
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{path.name} cannot be read as Parquet: {reason}") from None
    return from_arrow(table, path.name)


def from_arrow(table: Any, name: str) -> Any:
    """Returns the DataFrame of a pyarrow table, each column in its own type.

    Integers and booleans that are missing somewhere are in pandas' types for it.

    Raises:
        ValueError: If a column has nested cells, or two have one name.
    """
    pandas = extras.require("pandas", "tabular", "A table")
    pyarrow = extras.require("pyarrow", "tabular", "A table of pyarrow")
    names = table.schema.names
    twice = sorted({key for key in names if names.count(key) > 1})
    if twice:
        raise ValueError(
            f"{name} must name each column once. Received: "
            f"{naming.listed(twice, 3)} more than once"
        )
    for field in table.schema:
        if pyarrow.types.is_nested(field.type):
            raise ValueError(
                f"{field.name!r} of {name} must hold one value a cell. Received: "
                f"nested cells of type {field.type}"
            )
    frame = table.to_pandas()
    for field in table.schema:
        kind = _nullable(pyarrow, field.type)
        # Else they would be floats and objects, of which large ones are not exact.
        if kind and field.name in frame and frame[field.name].dtype.kind in "fO":
            frame[field.name] = pandas.array([], kind).dtype.__from_arrow__(
                table[field.name]
            )
    return frame.reset_index(drop=all(name is None for name in frame.index.names))


def _nullable(pyarrow, kind):
    """Returns pandas' type for integers or booleans that may be missing."""
    if pyarrow.types.is_boolean(kind):
        return "boolean"
    if pyarrow.types.is_integer(kind):
        signed = "Int" if pyarrow.types.is_signed_integer(kind) else "UInt"
        return f"{signed}{kind.bit_width}"
    return None
