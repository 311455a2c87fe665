"""Curves of a training: small panels over the steps."""

import csv
import itertools
import os
import pathlib

import numpy as np

from kgan.losses import gradient_penalties
from kgan.report.drawing import drawing
from kgan.report.markup import element, figure

_SIZE = (4.4, 2.5)
# Neither the game nor the distribution.
_ASIDE = (
    *("epoch", "step", "kimg"),
    *("step_seconds", "images_per_second", "seconds_per_kimg"),
)
_RATES = ("d_learning_rate", "g_learning_rate")
_NORMS = ("d_gradient_norm", "g_gradient_norm")
_KNOWN = {"diversity": "Diversity: distance of samples ÷ of real examples"}


def read(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Reads the columns of a CSV file with a line for each epoch, as `metrics.csv`.

    They are float64 arrays of one length, NaN where a field is empty or no number.
    """
    with pathlib.Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in (rows[0] if rows else ()) if name is not None]
    return {name: np.array([_number(row[name]) for row in rows]) for name in names}


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return np.nan


def curves(columns: dict, probabilistic: bool = True, best: dict | None = None):
    """Draws the curves of a run, a panel for what belongs together.

    Args:
        columns: What `read` returns.
        probabilistic: Whether D gives probabilities, for which 1/2 is the equilibrium.
        best: "min" or "max" by the name of a metric: which value is better.

    Returns:
        The section's content, `Html`; None if there is nothing to draw.
    """
    finite = {k: v for k, v in columns.items() if np.isfinite(v).any()}
    steps = finite.get("step", finite.get("epoch"))
    if steps is None:
        return None
    plan = _plan(finite, probabilistic, best or {})
    panels = [_panel(steps, finite, *panel) for panel in plan]
    if not panels:
        return None
    return figure(element("div", *panels, class_="panels"), _caption(probabilistic))


def _caption(probabilistic):
    text = (
        "Losses of a GAN do not fall to zero: look for curves that level out, and for "
        "spikes and divergence. "
    )
    if probabilistic:
        text += (
            "At the equilibrium D gives 1/2 to real and generated examples alike; if "
            "both curves run to 1 and 0, D has won and G learns nothing more."
        )
    return text


def _plan(columns, probabilistic, best):
    """Returns for each panel: title, columns, a level to mark, whether logarithmic."""
    penalty = [name for name in gradient_penalties.names() if name in columns]
    middle = 0.5 if probabilistic else None
    told = "Mean of D(x), a probability" if probabilistic else "Mean score of D"
    plan = [
        ("Losses", ["d_loss", "g_loss"], None, False),
        (told, ["d_real", "d_fake"], middle, False),
        ("Pairs with D(real) > D(generated)", ["d_accuracy"], 0.5, False),
        ("Gradient norms", list(_NORMS), None, True),
        ("Penalties", penalty, None, True),
        ("Learning rates", [n for n in _RATES if _varies(columns, n)], None, True),
    ]
    taken = {*_ASIDE, *_RATES, *(name for panel in plan for name in panel[1])}
    others = [name for name in columns if name not in taken]
    plan += [(_title(name, best), [name], None, False) for name in others]
    shown = []
    for title, names, level, logarithmic in plan:
        if names := [name for name in names if name in columns]:
            shown.append((title, names, level, logarithmic))
    return shown


def _varies(columns, name):
    values = columns.get(name, np.zeros(0))
    return len(np.unique(values[np.isfinite(values)])) > 1


def _title(name, best):
    better = {"min": " (lower is better)", "max": " (higher is better)"}
    return _KNOWN.get(name, name) + better.get(best.get(name), "")


def _panel(steps, columns, title, names, level, logarithmic):
    def draw(axes, theme):
        colors = itertools.cycle((theme.real, theme.fake, theme.ink))
        styles = itertools.cycle(("-", "--", ":"))
        for name, color, style in zip(names, colors, styles, strict=False):
            known = np.isfinite(columns[name]) & np.isfinite(steps)
            x, y = steps[known], columns[name][known]
            # A single point makes no line.
            marker = "o" if len(x) < 20 else None
            axes.plot(x, y, style, color=color, label=name, marker=marker, ms=3)
        if level is not None:
            axes.axhline(level, color=theme.ink, lw=1, alpha=0.6)
            at_right = axes.get_yaxis_transform()
            beside = {"xytext": (3, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate("½", (1, level), xycoords=at_right, **beside)
        if logarithmic and _wide(np.concatenate([columns[name] for name in names])):
            axes.set_yscale("log")
        _label(axes, title, len(names) > 1)

    told = f"{title} over the steps: {', '.join(names)}"
    return drawing(_SIZE, draw, f"{told}. {_ends(columns, names)}")


def _wide(values):
    """Whether values are positive and of several orders of magnitude."""
    known = values[np.isfinite(values)]
    return known.min() > 0 and known.max() > 10 * known.min()


def _ends(columns, names):
    """Describes in words where curves begin and end."""
    told = []
    for name in names:
        known = columns[name][np.isfinite(columns[name])]
        told.append(f"{name} from {known[0]:.3g} to {known[-1]:.3g}")
    return "; ".join(told)


def _label(axes, title, several):
    from matplotlib import ticker

    # Names of columns may hold what matplotlib would take for a formula.
    axes.set_title(title, parse_math=False)
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(ticker.MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:,.0f}"))
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5), numticks=8))
        axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda v, _: f"{v:g}"))
        axes.yaxis.set_minor_formatter(ticker.NullFormatter())
    if several:
        axes.legend(loc="best", fontsize=9)
