"""Rows of a table that a model draws, as a CSV or Parquet file."""

import json
import os
import pathlib
from typing import Any

from kgan.cli import flags
from kgan.core import extras, registry
from kgan.core.atomic_files import write_atomically
from kgan.data.tables import Category, reading
from kgan.data.tables.source import typed_as
from kgan.recipes.flag_types import Kind
from kgan.tabular.conditions import Between

# Flags of tables alone, and those that they have no use for.
OWN = ("num_rows", "conditions")
_IMAGES = (
    *("num_images", "seeds", "labels", "truncation", "truncation_cutoff"),
    *("by_class", "interpolate", "directions", "rows", "columns"),
)
_ROWS = 1000
_OUTPUT = "generated.csv"
# The same rows are the same bytes: gzip would write the time.
_GZIP = {"method": "gzip", "mtime": 0}
_WRITERS = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".csv.gz": lambda frame, path: frame.to_csv(path, index=False, compression=_GZIP),
    ".parquet": lambda frame, path: frame.to_parquet(path, index=False),
}


class Conditions(Kind):
    """Conditions by column: a dictionary, or the path of a table of known columns."""

    expects = 'conditions in JSON, as in {"sex": "Female"}, or a CSV or Parquet file'

    def parse(self, text):
        return json.loads(text) if text.lstrip().startswith("{") else text

    def accepts(self, value):
        return isinstance(value, (dict, str))


def check_flags(values: Any, is_table: bool) -> None:
    """Checks that no flag was given that a model has no use for.

    Raises:
        UsageError: If one was.
    """
    for name in _IMAGES if is_table else OWN:
        if values[name].present:
            use = "--num_rows and --conditions" if is_table else "--num_images"
            what = "of a table" if is_table else "without a table"
            raise flags.UsageError(
                f"--{name} has no meaning for a model {what}, which takes {use}"
            )


def find_writer(path: pathlib.Path):
    """Returns the function of a DataFrame and a path that writes such a file.

    Raises:
        ValueError: If the name says no kind of file.
    """
    name = path.name.lower()
    suffix = next((s for s in _WRITERS if name.endswith(s)), None)
    if suffix is None or path.is_dir():
        raise ValueError(
            registry.unknown("`output` must end, for a table, in", str(path), _WRITERS)
        )
    if suffix == ".parquet":
        extras.require("pyarrow", "tabular", "A Parquet file")
    return _WRITERS[suffix]


def write(game: Any, values: Any) -> str:
    """Draws rows of a `kgan.tabular.TabularGAN`; returns a line about their file."""
    check_flags(values, is_table=True)
    path = pathlib.Path(values.output if values["output"].present else _OUTPUT)
    writer = find_writer(path)
    conditions = conditions_of(values.conditions, game.table)
    count = values.num_rows
    if count is None:
        count = len(conditions) if hasattr(conditions, "columns") else _ROWS
    chosen = flags.chosen(values, "seed", "start", "averaged")
    frame = game.sample(count, conditions, **chosen)
    rate = frame.attrs.pop("acceptance", 1.0)
    write_atomically(path, lambda name: writer(frame, name))
    line = f"{count:,} rows of {len(frame.columns)} columns in {path}"
    if conditions is not None:
        line += f"; {rate:.2g} of the drawn rows fulfil the conditions"
    return line


def conditions_of(given: Any, table: Any) -> Any:
    """Returns the conditions of `TabularGAN.sample` from those of the flag.

    JSON knows neither ranges nor levels that are no texts: `{"low": 30, "high": 39}` is
    a `Between`, and names of wanted shares are those of levels.

    Args:
        given: A dictionary, the path of a file, or None.
        table: The `kgan.tabular.Table`.

    Raises:
        ValueError: If a file cannot be read, or has none of the table's columns.
    """
    if given is None:
        return None
    if isinstance(given, (str, os.PathLike)):
        frame, _ = reading.read(given)
        return typed_as(table, frame)
    known = {str(name): name for name in table.names}
    return {
        known.get(name, name): _condition(table, known.get(name, name), value)
        for name, value in given.items()
    }


def _condition(table, name, value):
    if not isinstance(value, dict):
        return value
    is_category = isinstance(table.kinds.get(name), Category)
    if value and value.keys() <= {"low", "high"} and not is_category:
        return Between(**value)
    levels = {json.dumps(level, default=str): level for level in _levels(table, name)}
    levels |= {str(level): level for level in levels.values()}
    return {levels.get(text, text): share for text, share in value.items()}


def _levels(table, name):
    try:
        return table.levels(name)
    except ValueError:  # a column of numbers, or none: `sample` says so
        return []
