"""Tables: a kind for each column, and rows as networks see them."""

import json
from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np

from kgan.core import table_blocks
from kgan.core.arguments import boolean, integer
from kgan.core.registry import unknown
from kgan.data.tables import description, schema, size, structure
from kgan.data.tables import kinds as all_kinds
from kgan.data.tables.categories import Category
from kgan.data.tables.column import Column
from kgan.data.tables.constraints import Constraint
from kgan.data.tables.dependencies import Lookup
from kgan.data.tables.keys import Key
from kgan.data.tables.kinds import Asked, Constant, Kind, Rules
from kgan.data.tables.parts import Part, Rows
from kgan.data.tables.storage import pandas

_RULES = Rules()


@keras.saving.register_keras_serializable(package="kgan")
class Table:
    """Columns of a frame, each of a kind, and how their rows are coded.

    It is made by `infer`; it holds what decoding needs, and no row.

    Attributes:
        kinds: The kind of each column, fitted, by name.
        reasons: Why each column has its kind.

    Example:
        ```python
        table = kgan.tabular.Table.infer(df)
        print(table)
        table = table.override({"zip": "category"})
        coded = table.encode(df)  # (rows, coded width)
        table.decode(coded)  # df again
        ```
    """

    def __init__(
        self,
        kinds: dict[Any, Kind],
        reasons: dict[Any, str],
        parts: Sequence[Part],
        lookups: dict[Any, Lookup],
        constraints: Sequence[Constraint] = (),
        rules: Rules = _RULES,
        num_rows: int = 0,
    ):
        self.kinds, self.reasons = kinds, reasons
        self.parts, self.lookups = tuple(parts), lookups
        self.constraints, self.rules = tuple(constraints), rules
        self.num_rows = num_rows
        self.blocks = tuple(part.block() for part in self.parts)
        structure.leave_room(self.parts)
        self._frame = None

    @classmethod
    def infer(
        cls,
        df: Any,
        kinds: dict[Any, Any] | None = None,
        constraints: Sequence = (),
        privacy: bool = False,
        min_count: int = 10,
    ) -> Self:
        """Returns the table of a frame.

        Args:
            df: A `pandas.DataFrame`.
            kinds: Kinds of columns that are not to be inferred, by name: kinds or
                their names, as in `override`.
            constraints: What must hold in each row, as `Inequality`.
            privacy: Whether no value of fewer than `min_count` rows may be kept.
            min_count: Rows from which on a value is frequent.

        Raises:
            ValueError: If `df` cannot be modelled, for one reason that it names.
        """
        rules = Rules(integer("`min_count`", min_count, 1), boolean("privacy", privacy))
        schema.check_frame(df, max(2, min_count if privacy else 2))
        columns = schema.columns_of(df)
        constraints = structure.constraints_of(constraints, tuple(columns))
        given = _chosen(columns, kinds or {})
        fitted, reasons = structure.fit_kinds(columns, given, constraints, rules)
        schema.check_modelled(fitted)
        lookups = structure.fit_lookups(columns, fitted, constraints, rules)
        parts = structure.fit_parts(columns, fitted, lookups, constraints, rules)
        table = cls(fitted, reasons, parts, lookups, constraints, rules, len(df))
        size.check(table.blocks)
        table._frame = df
        return table

    @property
    def names(self) -> tuple:
        """Names of all columns, in the frame's order."""
        return tuple(self.kinds)

    @property
    def privacy(self) -> bool:
        """Whether no value of fewer than `min_count` rows is kept."""
        return self.rules.privacy

    def override(self, kinds: dict[Any, Any], df: Any = None) -> Self:
        """Returns another table, in which some columns have other kinds.

        Args:
            kinds: Kinds or their names by column.
            df: The frame; None: the one of `infer`, as long as it is in memory.

        Raises:
            ValueError: If there is no frame, or a column is not of its kind.
        """
        frame = self._frame if df is None else df
        if frame is None:
            raise ValueError(
                "`df` must be given to a table that was loaded. Received: None"
            )
        kept = {name: kind.with_options() for name, kind in self.kinds.items()}
        given = _chosen(self.kinds, kinds)
        table = type(self).infer(
            frame, kept | given, self.constraints, *reversed(self.rules)
        )
        table.reasons |= {n: r for n, r in self.reasons.items() if n not in given}
        return table

    @property
    def dependencies(self) -> dict:
        """Columns that are looked up, each with the one that determines it."""
        return {name: lookup.source.column for name, lookup in self.lookups.items()}

    def check(self, df: Any) -> None:
        """Checks that a frame has the columns and dtypes of the table's own."""
        self._columns(df)

    def _columns(self, df):
        storages = {name: kind.storage for name, kind in self.kinds.items()}
        return schema.matching_columns(df, storages)

    def encode(self, df: Any) -> np.ndarray:
        """Returns coded rows, float64 of shape `(rows, coded width)`.

        Raises:
            ValueError: If columns differ, or a level is not known.
        """
        columns = self._columns(df)
        for name, kind in self.kinds.items():
            if isinstance(kind, Constant):
                kind.check(columns[name])
        for lookup in self.lookups.values():
            lookup.check(columns)
        coded = np.zeros((len(df), table_blocks.coded_width(self.blocks)))
        for part, (block, place) in self._places():
            levels, places = part.encode(columns)
            coded[:, place] = levels
            if block.has_place:
                coded[:, place + 1] = places
        return coded

    def _places(self):
        return zip(self.parts, table_blocks.coded_places(self.blocks), strict=True)

    def decode(
        self,
        coded: np.ndarray,
        seed: int = 0,
        start: int = 0,
        index: np.ndarray | None = None,
    ) -> Any:
        """Returns the frame of coded rows: columns, order and dtypes as they came.

        Args:
            coded: Of shape `(rows, coded width)`.
            seed: Seed of new keys.
            start: Number of the first row, for its keys.
            index: Numbers of all rows in place of `start`, int64.
        """
        coded = self._checked(coded)
        if index is None:
            index = start + np.arange(len(coded))
        rows = Rows()
        for part, (block, place) in self._places():
            places = coded[:, place + 1] if block.has_place else np.zeros(len(coded))
            part.decode(coded[:, place].astype(np.int64), places, rows)
        for name, kind in self.kinds.items():
            if name in self.lookups:
                lookup = self.lookups[name]
                rows.cells[name] = lookup.cells_of(rows.codes[lookup.source.column])
            elif isinstance(kind, Constant):
                rows.cells[name] = kind.repeated(len(coded))
            elif isinstance(kind, Key):
                rows.cells[name] = kind.make(index, seed)
        # Without its dtype an array of objects would be read as strings.
        cells = {
            name: pandas().Series(rows.cells[name], dtype=rows.cells[name].dtype)
            for name in self.names
        }
        return pandas().DataFrame(cells, copy=False)

    def _checked(self, coded):
        coded = np.asarray(coded, np.float64)
        width = table_blocks.coded_width(self.blocks)
        if coded.ndim != 2 or coded.shape[1] != width:
            raise ValueError(
                f"`coded` must have shape (rows, {width}). Received: {coded.shape}"
            )
        if not np.isfinite(coded).all():
            raise ValueError("`coded` must be finite. Received: NaN or infinity")
        for block, place in table_blocks.coded_places(self.blocks):
            low, high = coded[:, place].min(initial=0), coded[:, place].max(initial=0)
            if low < 0 or high >= block.levels:
                raise ValueError(
                    f"`coded` must hold levels of column {block.name!r} from 0 to "
                    f"{block.levels - 1}. Received: {low if low < 0 else high}"
                )
        return coded

    @property
    def measured_names(self) -> tuple:
        """Names of the columns that metrics see: all but keys and constants."""
        return tuple(name for name, kind in self.kinds.items() if kind.modelled)

    @property
    def measured_is_number(self) -> tuple[bool, ...]:
        """Whether each of `measured_names` is a number or a date, and no category."""
        kinds = (self.kinds[name] for name in self.measured_names)
        return tuple(not isinstance(kind, Category) for kind in kinds)

    def measured(self, df: Any) -> np.ndarray:
        """Returns numbers for metrics, float64 of shape `(rows, measured columns)`.

        Numbers and dates are themselves, categories numbers of `levels`; a level that
        is none of them is their number K, and what is missing is NaN.
        """
        columns = self._columns(df)
        names = self.measured_names
        numbers = [self.kinds[name].measured(columns[name]) for name in names]
        return np.stack(numbers, axis=1).astype(np.float64)

    def levels(self, name: Any) -> list:
        """Returns the levels of a category, in the order of their numbers."""
        kind = self.kind(name)
        if not isinstance(kind, Category):
            raise ValueError(
                f"Column {name!r} must be a category to have levels. Received: "
                f"{type(kind).__name__}"
            )
        return kind.storage.public(kind.levels)

    def kind(self, name: Any) -> Kind:
        """Returns the kind of a column, or raises a `ValueError` with near names."""
        if name not in self.kinds:
            raise ValueError(
                unknown("A column must be one of", name, map(str, self.names))
            )
        return self.kinds[name]

    def mask(
        self,
        name: Any,
        values: Sequence | None = None,
        low: Any = None,
        high: Any = None,
    ) -> tuple[int, np.ndarray, bool]:
        """Returns the number of a block, which of its levels can be what is asked for.

        Last stands whether each of these always is; else a drawn row must be looked at.

        Args:
            name: A column, which is no key.
            values: Values that are asked for, in which None is the missing one; None:
                a range is.
            low: The smallest value, None: any.
            high: The largest value.

        Raises:
            ValueError: If the column, or a level of it, is not known.
        """
        self.kind(name)
        asked = Asked(values, low, high)
        lookup = self.lookups.get(name)
        column = name if lookup is None else lookup.source.column
        for number, part in enumerate(self.parts):
            if column in part.names:
                found = part.mask(name, asked) if lookup is None else lookup.mask(asked)
                return (number, *found)
        raise ValueError(
            f"A condition must be on a column that is modelled: leave {name!r} out of "
            f"the conditions. Received: a {type(self.kinds[name]).__name__}"
        )

    def holds(self, name: Any, cells: Any, **asked: Any) -> np.ndarray:
        """Returns which cells of a column are what is asked for, bool `(rows,)`.

        Args:
            name: Its name.
            cells: A `pandas.Series` of the column's own dtype.
            **asked: `values`, or `low` and `high`, as of `mask`.
        """
        kind, asked = self.kind(name), Asked(**asked)
        column = Column(name, cells, kind.storage)
        found = np.full(len(cells), asked.missing)
        found[~column.missing] = kind.wanted(column.known, asked)
        return found

    @property
    def width(self) -> int:
        """Numbers of a row as networks see it."""
        return table_blocks.width(self.blocks)

    def memory(self, rows: int) -> int:
        """Returns about how many bytes training on so many rows takes."""
        return size.memory(self.blocks, rows)

    def get_config(self) -> dict:
        return {
            "kinds": [kind.get_config() for kind in self.kinds.values()],
            "reasons": list(self.reasons.values()),
            "parts": [part.get_config() for part in self.parts],
            "lookups": [lookup.get_config() for lookup in self.lookups.values()],
            "constraints": [c.get_config() for c in self.constraints],
            "min_count": self.rules.min_count,
            "privacy": self.rules.privacy,
            "num_rows": self.num_rows,
        }

    @classmethod
    def from_config(cls, config: dict) -> Self:
        kinds = {kind.column: kind for kind in map(all_kinds.get, config["kinds"])}
        lookups = [Lookup.from_config(c, kinds) for c in config["lookups"]]
        return cls(
            kinds,
            dict(zip(kinds, config["reasons"], strict=True)),
            structure.parts_from_config(config["parts"], kinds),
            {lookup.kind.column: lookup for lookup in lookups},
            structure.constraints_of(config["constraints"], tuple(kinds)),
            Rules(config["min_count"], config["privacy"]),
            config["num_rows"],
        )

    def to_json(self) -> str:
        """Returns the table as JSON."""
        return json.dumps(self.get_config())

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Returns the table of `to_json`'s text."""
        return cls.from_config(json.loads(text))

    def __str__(self):
        columns = description.described(
            self.kinds, self.reasons, self.parts, self.lookups
        )
        memory = description.size_of(self.memory(self.num_rows))
        return (
            f"{columns}\n\nA row is {self.width} numbers wide for the networks; "
            f"training on {self.num_rows:,} rows takes\nabout {memory}. Another kind: "
            f"table.override({{'column': 'kind'}})."
        )

    def __repr__(self):
        return f"<Table of {len(self.kinds)} columns, {len(self.parts)} blocks>"

    def __getstate__(self):
        return vars(self) | {"_frame": None}


def _chosen(columns, kinds):
    """Returns kinds by name, checked to be of known columns."""
    for name in kinds:
        if name not in columns:
            what = "`kinds` must name columns of"
            raise ValueError(unknown(what, name, map(str, columns)))
    return {name: all_kinds.get(kind) for name, kind in kinds.items()}
