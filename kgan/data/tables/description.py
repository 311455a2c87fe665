"""A table as text, a line for each column."""

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from kgan.data.tables.dependencies import Lookup
from kgan.data.tables.kinds import Kind
from kgan.data.tables.parts import Part

_WIDTH = 80
_LONGEST_NAME = 20


def described(
    kinds: dict[Any, Kind],
    reasons: dict[Any, str],
    parts: Sequence[Part],
    lookups: dict[Any, Lookup],
) -> str:
    """Returns a list of columns: their kinds, what is missing, widths, and why.

    No line is longer than 80 characters.

    Args:
        kinds: Fitted kinds by column.
        reasons: Why each column has its kind.
        parts: Parts of a row: the width of several columns stands at the first.
        lookups: Columns that are looked up.
    """
    owners = {name: part for part in parts for name in part.names}
    lines = [("column", "kind", "missing", "width", "why")]
    for name, kind in kinds.items():
        part, width = owners.get(name), "-"
        why = "; ".join(text for text in (reasons[name], kind.summary()) if text)
        if name in lookups:
            why += f"; looked up by {lookups[name].source.column!r}, not modelled"
        elif part is not None and part.names[0] != name:
            why += f"; in one block with {part.names[0]!r}"
        elif part is not None:
            width = f"{part.block().width}"
        missing = _percent(getattr(kind, "missing_share", 0.0))
        lines.append((_cut(str(name)), type(kind).__name__, missing, width, why))
    return "\n".join(_aligned(lines))


def size_of(count: float) -> str:
    """Returns a number of bytes with a unit: "12 MB"."""
    for unit in ("B", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _percent(share):
    if not share:
        return "-"
    return "<0.1%" if share < 0.001 else f"{share:.1%}"


def _cut(text):
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 3] + "..."


def _aligned(lines: list[tuple[str, ...]]) -> Iterable[str]:
    """Yields lines whose columns are as wide as they must be, the last one wrapped."""
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)][:-1]
    first = sum(wide) + 2 * len(wide)
    for name, kind, missing, width, why in lines:
        cells = [
            name.ljust(wide[0]),
            kind.ljust(wide[1]),
            missing.rjust(wide[2]),
            width.rjust(wide[3]),
        ]
        wrapped = textwrap.wrap(why, _WIDTH - first) or [""]
        yield "  ".join([*cells, wrapped[0]]).rstrip()
        yield from (" " * first + line for line in wrapped[1:])
