"""Columns of texts as numbers, dates and booleans, where all cells are such."""

import datetime
import re
from typing import Any

import numpy as np

from kgan.core import extras, naming

_BOOLEAN = re.compile("True|False")
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d*)")
_REAL = re.compile(
    r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.(\d{1,9}))?)?)?(Z|[+-]\d\d:?\d\d)?"
)
_POINT = re.compile(r"[+-]?\d+\.\d+")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_LEADING_ZERO = re.compile(r"0\d+")

_NAMED = 3
_WORDS = 5  # so many different ones among numbers are worth a note


def typed(frame: Any, name: str, decimal_comma: bool = False) -> tuple[Any, list[str]]:
    """Returns a DataFrame of texts with the types that its cells have, and notes.

    A column becomes bool, int64, float64 or datetime64 if all its cells that are not
    missing are written so: True and False, numbers without leading zeros, dates as in
    2024-01-31 or 2024-01-31 10:30:00. With missing cells booleans and integers become
    pandas' `boolean` and `Int64`. All others remain texts.

    Args:
        frame: Its columns hold texts and missing values.
        name: The file, for messages.
        decimal_comma: Whether 1,5 may be a number; if there is one, 1.5 may not.

    Raises:
        ValueError: If both are found, or dates of a column are none or have several
            time zones.
    """
    pandas = extras.require("pandas", "tabular", "A table")
    found = {key: pandas.factorize(frame[key]) for key in frame.columns}
    levels = {key: np.asarray(values, object) for key, (_, values) in found.items()}
    notes = []
    if decimal_comma and _has_commas(levels, name):
        notes.append(f"{name} is read with a decimal comma: 1,5 is 1.5")
        levels = {key: _with_points(values) for key, values in levels.items()}
    columns = {}
    for key, (codes, _) in found.items():
        columns[key] = _column(pandas, frame[key], codes, levels[key], f"{key!r}")
        notes.extend(_remarks(name, key, codes, levels[key]))
    return pandas.DataFrame(columns), notes


def _has_commas(levels, name):
    commas, points = [], []
    for key, values in levels.items():
        for pattern, keys in ((_COMMA, commas), (_POINT, points)):
            numbers = [value for value in values if not _INTEGER.fullmatch(value)]
            if numbers and all(map(pattern.fullmatch, numbers)):
                keys.append(str(key))
    if commas and points:
        raise ValueError(
            f"{name} must have one decimal sign. Received: a comma in {commas[0]!r} "
            f"and a point in {points[0]!r}"
        )
    return bool(commas)


def _with_points(values):
    numbers = all(_INTEGER.fullmatch(v) or _COMMA.fullmatch(v) for v in values)
    replaced = [value.replace(",", ".") for value in values] if numbers else values
    return np.asarray(replaced, object)


def _column(pandas, column, codes, levels, what):
    absent = codes < 0
    if not len(levels):
        return pandas.Series(np.full(len(codes), np.nan))
    if all(map(_BOOLEAN.fullmatch, levels)):
        return _masked(pandas.arrays.BooleanArray, levels == "True", codes, absent)
    if all(map(_INTEGER.fullmatch, levels)):
        numbers = [int(level) for level in levels]
        if min(numbers) >= -(2**63) and max(numbers) < 2**63:
            whole = np.asarray(numbers, np.int64)
            return _masked(pandas.arrays.IntegerArray, whole, codes, absent)
    elif all(map(_REAL.fullmatch, levels)):
        numbers = levels.astype(np.float64)
        return pandas.Series(np.where(absent, np.nan, numbers[codes]))
    elif all(map(_DATE.fullmatch, levels)):
        return _dates(pandas, levels, codes, absent, what)
    return column


def _masked(kind, values, codes, absent):
    """Returns a column of a NumPy type, or of pandas' own if a cell is missing."""
    pandas = extras.require("pandas", "tabular", "A table")
    values = values[codes]
    return pandas.Series(kind(values, absent) if absent.any() else values)


def _dates(pandas, levels, codes, absent, what):
    parts = [_DATE.fullmatch(level).groups() for level in levels]
    zones = {zone for *_, zone in parts}
    if len(zones) > 1:
        named = naming.listed(sorted(zone or "none" for zone in zones), _NAMED)
        raise ValueError(f"{what} must have one time zone. Received: {named}")
    digits = max(len(fraction or "") for *_, fraction, _ in parts)
    unit = "s" if not digits else "us" if digits <= 6 else "ns"
    zone = zones.pop()
    values = np.empty(len(levels), f"datetime64[{unit}]")
    for place, level in enumerate(levels):
        try:
            values[place] = np.datetime64(level.removesuffix(zone or ""), unit)
        except ValueError:
            raise ValueError(f"{what} must hold dates. Received: {level!r}") from None
    column = pandas.Series(np.where(absent, np.datetime64("NaT", unit), values[codes]))
    return column if zone is None else column.dt.tz_localize(_zone(zone))


def _zone(text):
    if text == "Z":
        return datetime.UTC
    sign = -1 if text[0] == "-" else 1
    minutes = 60 * int(text[1:3]) + int(text[-2:])
    return datetime.timezone(sign * datetime.timedelta(minutes=minutes))


def _remarks(name, key, codes, levels):
    """Yields a line for texts that might have been meant as numbers."""
    texts = [level for level in levels if not _REAL.fullmatch(level)]
    zeros = [level for level in texts if _LEADING_ZERO.fullmatch(level)]
    if zeros and all(map(str.isdigit, levels)):
        yield (
            f"{key!r} of {name} is read as text: {zeros[0]!r} would lose its leading "
            "zero as a number"
        )
    elif 0 < len(texts) <= _WORDS:
        words = np.isin(levels, texts)
        share = np.mean(~words[codes[codes >= 0]])
        if share > 0.5:
            named = naming.listed(sorted(texts), _NAMED)
            yield (
                f"{key!r} of {name} is read as text, since not all of its cells are "
                f"numbers ({named}): --missing={named.partition(', ')[0]} reads such a "
                "word as a missing value"
            )
