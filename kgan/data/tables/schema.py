"""Checks of frames: what no table can be made of, and what a table does not fit."""

from typing import Any

from kgan.data.tables.column import Column
from kgan.data.tables.kinds import Kind
from kgan.data.tables.storage import Storage, pandas


def check_frame(frame: Any, least: int = 2) -> None:
    """Checks that a table can be made of a frame: `least` rows, names of columns.

    Raises:
        ValueError: If it is none, has fewer rows, or names do not fit.
    """
    check_names(frame)
    if len(frame) < least:
        raise ValueError(
            f"`df` must have at least {least} rows. Received: {len(frame)}"
        )


def check_modelled(kinds: dict[Any, Kind]) -> None:
    """Checks that a column is left to be modelled."""
    if not any(kind.modelled for kind in kinds.values()):
        what = ", ".join(f"{n!r} {type(k).__name__}" for n, k in kinds.items())
        raise ValueError(
            f"A table must have a column that is neither key nor constant. "
            f"Received: {what}"
        )


def check_names(frame: Any) -> None:
    """Checks that a frame's columns have names of their own, strings or integers."""
    if not isinstance(frame, pandas().DataFrame):
        raise ValueError(
            f"`df` must be a pandas.DataFrame. Received: {type(frame).__name__}"
        )
    if isinstance(frame.columns, pandas().MultiIndex):
        raise ValueError(
            "Columns must have names of one level. Received: a MultiIndex; "
            "df.columns = df.columns.map('_'.join) joins its levels"
        )
    if isinstance(frame.index, pandas().MultiIndex):
        raise ValueError(
            "Rows must have no MultiIndex, which a table does not keep. Received: "
            f"levels {list(frame.index.names)}; df.reset_index() makes them columns"
        )
    if not len(frame.columns):
        raise ValueError("`df` must have columns. Received: none")
    double = frame.columns[frame.columns.duplicated()]
    if len(double):
        raise ValueError(
            f"Names of columns must differ. Received: {double[0]!r} "
            f"{int((frame.columns == double[0]).sum())} times"
        )
    for name in frame.columns.tolist():
        if isinstance(name, bool) or not isinstance(name, (str, int)):
            raise ValueError(
                f"Names of columns must be strings or integers. Received: {name!r}"
            )


def columns_of(frame: Any) -> dict[Any, Column]:
    """Returns all columns of a frame by name."""
    names = frame.columns.tolist()
    return {name: Column(name, frame.iloc[:, i]) for i, name in enumerate(names)}


def matching_columns(frame: Any, storages: dict[Any, Storage]) -> dict[Any, Column]:
    """Returns a frame's columns by name, checked to be as a table knows them.

    Their order does not matter.

    Raises:
        ValueError: If columns are lacking, unknown or of another dtype; each is named.
    """
    check_names(frame)
    present = frame.columns.tolist()
    differences = [f"no column {name!r}" for name in storages if name not in present]
    differences += [f"a column {n!r} more" for n in present if n not in storages]
    columns = {}
    for name, storage in storages.items():
        if name not in present:
            continue
        series = frame.iloc[:, present.index(name)]
        columns[name] = Column(name, series)
        found = columns[name].storage
        both_empty = "empty" in (found.cells, storage.cells)
        same_cells = both_empty or found.cells == storage.cells
        if found.dtype != storage.dtype or not same_cells:
            differences.append(
                f"column {name!r} of {_described(found)} in place of "
                f"{_described(storage)}"
            )
    if differences:
        raise ValueError(
            f"`df` must have the columns of the table. Received: "
            f"{'; '.join(differences)}"
        )
    return columns


def _described(storage):
    cells = f" ({storage.cells})" if storage.dtype in ("object", "category") else ""
    return f"{storage.dtype}{cells}"
