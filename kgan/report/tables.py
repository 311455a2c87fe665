"""Generated rows beside real ones: what the page shows of a model of tables."""

from kgan.metrics.pair_trends import pair_trends
from kgan.metrics.table_columns import halves
from kgan.metrics.table_pairs import worst_pairs
from kgan.report import column_panels, heat_map
from kgan.report.markup import (
    Html,
    element,
    figure,
    join,
    table,
    terms,
    without_folders,
)
from kgan.report.table_rows import Rows

_COUNT = 10_000  # rows of either kind that are compared
_SHOWN = 8
_WORST = 10
_WORTH = (
    "Real rows are held-out ones against the reference, or, where none are held out, "
    "one half of the reference against the other. No generator need be better. "
    "Shuffled columns belong to no row together: what they reach is worth nothing."
)


def is_game(game) -> bool:
    """Returns whether a game makes rows of a table."""
    return "table" in getattr(game, "reads", ())


def check(game, source) -> None:
    """Raises a `ValueError` if a source is no table that the game's table reads."""
    if not hasattr(source, "frame"):
        raise ValueError(
            "`source` must be a table, as `kgan.data.source` makes it of a DataFrame. "
            f"Received: {source.name}"
        )
    game.reads["table"].check(source.frame)


def compared(game, source, seed: int = 0, averaged: bool = True) -> Rows:
    """Returns real and generated rows, as many of each, for all parts of the page."""
    count = min(_COUNT, len(source.frame))
    return Rows.draw(game.reads["table"], source.frame, game, count, seed, averaged)


def facts(game, source, seed: int) -> Html:
    """Writes the list of what the model and its data are."""
    known = game.reads["table"]
    return terms(
        [
            ("data", without_folders(source.name)),
            ("rows", f"{source.num_examples:,}"),
            ("columns", len(known.names)),
            ("compared", f"{len(known.measured_names)} columns"),
            ("training", f"{game.step:,} steps"),
            ("seed", seed),
        ]
    )


def controls(evaluation) -> Html | None:
    """Writes figures beside those of real rows and of columns that are shuffled.

    Returns None where an `Evaluation` has none of tables.
    """
    measured = evaluation.measurements if evaluation else ()
    found = {m.metric: m for m in measured}
    lines = [
        [name, *("" if value is None else f"{value:.4f}" for value in values)]
        for metric, write in _LINES.items()
        if metric in found
        for name, *values in write(found, found[metric].value, found[metric].provenance)
    ]
    if not lines:
        return None
    header = ["", "generated", "real rows", "columns shuffled"]
    return join(
        table(header, lines, "Figures beside what they are worth."),
        element("p", _WORTH),
    )


def _real(told, name=""):
    """Returns the figure of real rows: held-out ones, or else a half of the others."""
    return told.get(f"{name}held_out", told.get(f"{name}halves"))


def _shapes(found, value, told):
    yield "columns, each by itself", value, _real(told), told["shuffled"]


def _pairs(found, value, told):
    name = f"all {told['pairs']} pairs of columns"
    yield name, value, _real(told), told["shuffled"]
    if "without_dependencies" in told:
        name = "pairs of which neither determines the other"
        yield name, told["without_dependencies"], None, None
    if "sdmetrics" in told:
        name = f"{told['sdmetrics_pairs']} pairs, as SDMetrics 0.32 has them"
        others = _real(told, "sdmetrics_"), told.get("sdmetrics_shuffled")
        yield name, told["sdmetrics"], *others


def _worst(found, value, told):
    yield f"the worst pair: {told['worst_pair']}", value, None, None


def _copies(found, value, told):
    if "held_out" in told:
        yield "share of rows that are in the reference", value, told["held_out"], None
    else:
        name = "share of rows that are in one half of the reference"
        yield name, told["in_half"], told["halves"], None


def _learnt(found, value, told):
    name = f"{told['target']} as learnt from such rows, {told['score']}"
    real = found["trtr"].value if "trtr" in found else None
    yield name, value, real, told["shuffled"]


_LINES = {
    "column_shapes": _shapes,
    "pair_trends": _pairs,
    "pair_trends_worst": _worst,
    "row_copies": _copies,
    "tstr": _learnt,
}


def pairs(rows: Rows) -> Html | None:
    """Shows the similarity of all pairs, and the worst of them; None without a pair."""
    if len(rows.names) < 2:
        return None
    matrix = pair_trends(rows.real, rows.fake, rows.is_number)
    best = pair_trends(*halves(rows.real), rows.is_number)
    lines = [
        [
            f"{rows.names[i]}, {rows.names[j]}",
            f"{matrix[i, j]:.3f}",
            f"{best[i, j]:.3f}",
        ]
        for i, j in worst_pairs(matrix, _WORST)
    ]
    return join(
        figure(
            heat_map.heat_map(matrix, rows.names),
            f"Similarity of each pair of columns in {rows.counted}: 1, without colour, "
            "where their joint distribution is that of the data. A column that is "
            "coloured as a whole is not right by itself; a single cell is a bond that "
            "the generator missed. Columns of many levels never reach 1: compare with "
            "two real halves.",
        ),
        table(
            ["pair", "similarity", "two real halves"],
            lines,
            f"The {len(lines)} worst pairs.",
        ),
    )


def columns(rows: Rows) -> Html:
    """Shows the distribution of each column, real and generated."""
    panels = [column_panels.panel(rows, number) for number in rows.shown]
    left = len(rows.names) - len(panels)
    return figure(
        element("div", *panels, class_="multiples"),
        "Filled: generated. Lines: real. The number is the similarity of the column by "
        "itself. The outermost bars of a number hold all that lies beyond them."
        + (f" The {left} columns that are most alike are left out." if left else ""),
    )


def sampled(game, seed: int = 0, averaged: bool = True) -> Html:
    """Writes some generated rows as a table, and what they do not promise."""
    frame = game.sample(_SHOWN, seed=seed, averaged=averaged)
    lines = [
        [number, *(_cell(value) for value in row)]
        for number, row in enumerate(zip(*_columns(frame), strict=True))
    ]
    header = ["row", *map(str, frame.columns)]
    return join(
        table(header, lines, f"The first rows of seed {seed}.", "cells"),
        element("p", game.notice),
    )


def _columns(frame):
    for number in range(frame.shape[1]):
        column = frame.iloc[:, number]
        yield column.astype(object).where(column.notna(), None)


def _cell(value):
    if value is None:
        return element("span", "missing", class_="note")
    return str(value).removesuffix(" 00:00:00")
