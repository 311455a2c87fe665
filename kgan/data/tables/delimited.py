"""Text with a row a line and a separator between cells, as CSV and TSV files have."""

import collections
import csv
import io
import itertools
from typing import Any

from kgan.core import extras, naming

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_FIRST = 1000  # rows that are looked at to find the header
_SNIFFED = 50  # and the separator
_NAMED = 3


def sniff(text: str) -> tuple[str | None, float]:
    """Returns the separator of a text, and the share of its first rows that it suits.

    A row is suited if it has as many cells as most rows have, two at least. The
    separator is None, and the share 0, where there is none.
    """
    found = [(*_suited(text, each), each) for each in SEPARATORS]
    share, _, separator = max(found, key=lambda one: one[:2])
    return (separator, share) if share else (None, 0.0)


def _suited(text, separator):
    """Returns the share of rows that a separator suits, and their cells; 0 of none."""
    try:
        rows = list(itertools.islice(_rows(text, separator), _SNIFFED))
    except csv.Error:
        return 0.0, 0
    widths = collections.Counter(len(row) for _, row in rows)
    if not rows or len(rows[0][1]) < 2:  # the header has none
        return 0.0, 0
    width, count = max(widths.items(), key=lambda item: item[::-1])
    return (count / len(rows), width) if width > 1 else (0.0, 0)


def parse(text: str, name: str, missing: tuple[str, ...] = ()) -> tuple[Any, list[str]]:
    """Returns a DataFrame of the cells, all of them texts, and notes about the file.

    The first row has the names of the columns. Blanks after a separator are no part of
    a cell, and empty cells, those words that pandas knows (NA, NaN, null, ...) and the
    further ones in `missing` are missing values.

    Raises:
        ValueError: If rows have different lengths, the first row holds no names or one
            twice, or there are no rows below it; `name` is the file for the message.
    """
    pandas = extras.require("pandas", "tabular", "A table")
    text = text.lstrip("\r\n")
    separator, _ = sniff(text)
    notes = []
    if separator not in (None, ","):
        notes.append(f"{name} is read with {SEPARATORS[separator]} between its cells")
    separator = separator or ","
    header = _header(text, separator, name)
    frame = pandas.read_csv(
        io.StringIO(text, newline=""),
        sep=separator,
        skipinitialspace=True,
        header=0,
        names=range(len(header)),
        index_col=False,
        dtype=str,
        na_values=list(missing),
        skip_blank_lines=len(header) > 1,
    )
    frame, header, unnamed = _without_unnamed(frame, header, name)
    frame.columns = header
    return frame, notes + unnamed


def _rows(text, separator):
    """Yields the number of a row's last line, and its cells; empty lines are none."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True
    )
    for row in reader:
        if row:
            yield reader.line_num, row


def _header(text, separator, name):
    """Returns the names of all columns, "" where there is none; checks all rows."""
    rows = _rows(text, separator)
    try:
        header = [cell.strip() for cell in next(rows)[1]]
        first = list(itertools.islice(rows, _FIRST))
        if not first:
            raise ValueError(
                f"{name} must have rows below its header. Received: one row alone, "
                f"{naming.listed(header, _NAMED)}"
            )
        _match(header, first[0][1])
        for line, row in itertools.chain(first, rows):
            if len(row) != len(header):
                raise ValueError(
                    f"{name} must have as many cells in each row as names in its "
                    f"header, {len(header)}. Received: {len(row)} in line {line}"
                )
    except csv.Error as error:
        raise ValueError(f"{name} must be a table of text: {error}") from None
    _check_header(header, [row for _, row in first], name)
    return header


def _match(header, row):
    """Adds or takes names of trailing blank columns that only some rows have."""
    while len(row) > len(header) and not any(map(str.strip, row[len(header) :])):
        header.append("")
    while len(row) < len(header) and not header[-1]:
        header.pop()


def _check_header(header, rows, name):
    named = [cell for cell in header if cell]
    twice = [cell for cell, count in collections.Counter(named).items() if count > 1]
    below = [{row[place].strip() for row in rows} for place in range(len(header))]
    pairs = [(cell, cells) for cell, cells in zip(header, below, strict=True) if cell]
    if _is_data(pairs):
        raise ValueError(
            f"{name} must have the names of its columns in its first row. Received: "
            f"what looks like a row of data ({naming.listed(named, _NAMED)})"
        )
    if twice:
        raise ValueError(
            f"{name} must name each column once. Received: "
            f"{naming.listed(twice, _NAMED)} more than once"
        )


def _is_data(pairs):
    """Returns whether a first row is one of data; `pairs` are its cells, those below.

    Years are names, as in country,2019,2020.
    """
    numbers = [cell for cell, _ in pairs if _is_number(cell)]
    recurring = [cell in cells for cell, cells in pairs]
    if not numbers:
        return bool(recurring) and all(recurring)
    no_names = any(not number.isdigit() for number in numbers)
    return no_names or len(numbers) == len(pairs) or any(recurring)


def _is_number(text):
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _without_unnamed(frame, header, name):
    """Returns a table without columns that have no name; notes tell about them."""
    blank = [p for p, cell in enumerate(header) if not cell and frame[p].isna().all()]
    notes = []
    if blank:
        counted = "a blank column" if len(blank) == 1 else f"{len(blank)} blank columns"
        notes.append(f"{name} is read without {counted}")
    if 0 not in blank and not header[0] and _counts_rows(frame[0]):
        blank.append(0)
        notes.append(f"{name} is read without its row numbers, a column of no name")
    frame = frame.drop(columns=blank)
    kept = [cell for place, cell in enumerate(header) if place not in blank]
    if "" in kept:
        raise ValueError(
            f"{name} must have a name for each column in its first row. Received: none "
            f"for column {header.index('') + 1}"
        )
    if not kept:
        raise ValueError(f"{name} must have columns with values. Received: none")
    return frame, kept, notes


def _counts_rows(column):
    return column.tolist() == [str(number) for number in range(len(column))]
