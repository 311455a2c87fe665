"""The distribution of one column, real and generated, in a small panel."""

import math

import numpy as np

from kgan.report.drawing import drawing
from kgan.report.heat_map import short
from kgan.report.markup import Html

_SIZE = (3.0, 2.1)
_BINS = 30
_TAILS = (0.005, 0.995)  # quantiles of the data beyond which bars hold all
_LEVELS = 7
_NAME, _LEVEL = 26, 16


def panel(rows, number: int) -> Html:
    """Draws a column of `kgan.report.table_rows.Rows` by its number."""
    real, fake = rows.real[:, number], rows.fake[:, number]
    name = rows.names[number]
    title = f"{short(name, _NAME)}  {rows.shapes[number]:.3f}"
    draw = _number if rows.is_number[number] else _levels
    finish = draw(rows, number, *(x[~np.isnan(x)] for x in (real, fake)))
    missing = _missing(real, fake)

    def whole(axes, theme):
        finish(axes, theme)
        axes.set_title(title, size=9.5)
        axes.tick_params(labelsize=7.5, length=0)
        axes.set_xlabel(missing, size=8)

    return drawing(_SIZE, whole, f"Distribution of {name}, real and generated")


def _missing(real, fake):
    shares = [100 * np.isnan(values).mean() for values in (real, fake)]
    if not any(shares):
        return ""
    return "missing: {:.1f} %, generated {:.1f} %".format(*shares)


def _number(rows, number, real, fake):
    edges = _edges(real)

    def heights(values):
        inside = np.clip(values, edges[0], np.nextafter(edges[-1], edges[0]))
        return np.histogram(inside, edges)[0] / max(1, len(values))

    shares = heights(real), heights(fake)
    as_text = _dates(rows.table.kinds[rows.table.measured_names[number]])

    def draw(axes, theme):
        axes.stairs(shares[1], edges, fill=True, color=theme.fake, alpha=0.6)
        axes.stairs(shares[0], edges, color=theme.real, lw=1.4)
        axes.set_yticks([])
        axes.set_xlim(edges[0], edges[-1])
        axes.grid(visible=False)
        axes.locator_params(axis="x", nbins=4)
        if as_text is not None:
            axes.locator_params(axis="x", nbins=2)
            axes.xaxis.set_major_formatter(lambda value, _: as_text(value))

    return draw


def _edges(real):
    """Returns the borders of bars: of whole numbers between these."""
    if not len(real):
        return np.array([0.0, 1.0])
    low, high = np.quantile(real, _TAILS)
    if (real == np.round(real)).all():
        low, high = np.floor(low), np.ceil(high)
        width = max(1.0, np.ceil((high - low + 1) / _BINS))
        return low - 0.5 + width * np.arange(math.ceil((high - low + 1) / width) + 1)
    span = high - low or max(abs(high), 1.0)
    return np.linspace(low, low + span, _BINS + 1)


def _dates(kind):
    """Returns the function that writes a date; None of what is a number."""
    unit = getattr(kind, "stored_unit", None)
    if unit is None:
        return None
    return lambda value: str(np.datetime64(int(value), unit).astype("datetime64[D]"))


def _levels(rows, number, real, fake):
    known = list(map(str, rows.table.levels(rows.table.measured_names[number])))
    both = [np.bincount(v.astype(int), minlength=len(known) + 1) for v in (real, fake)]
    shares = [counts / max(1, counts.sum()) for counts in both]
    # Those that are frequent anywhere.
    order = np.argsort(-np.maximum(*shares), kind="stable")
    order = [k for k in order if shares[0][k] or shares[1][k]]
    first, rest = order[:_LEVELS], order[_LEVELS:]
    labels = [short([*known, "unknown"][k], _LEVEL) for k in first]
    real, fake = ([*s[first], *([s[rest].sum()] if rest else [])] for s in shares)
    labels += [f"{len(rest)} others"] if rest else []

    def draw(axes, theme):
        places = np.arange(len(labels))
        axes.barh(places, fake, color=theme.fake, alpha=0.6, height=0.7)
        marks = {"lw": 0, "marker": "|", "markersize": 9, "markeredgewidth": 2}
        axes.plot(real, places, color=theme.real, **marks)
        axes.set_yticks(places, labels)
        axes.set_xlim(left=0)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.invert_yaxis()

    return draw
