"""The metrics as a table, and all that each figure was measured from."""

import math
from collections.abc import Mapping

from kgan.report.markup import Html, element, join, table, terms, without_folders

_BETTER = {
    "min": "↓\N{NO-BREAK SPACE}lower",
    "max": "↑\N{NO-BREAK SPACE}higher",
    "0": "near\N{NO-BREAK SPACE}0",
    "1": "near\N{NO-BREAK SPACE}1",
}
_COUNTS = ("num_real", "num_fake")


def measurements(evaluation) -> Html | None:
    """Writes the figures of an `Evaluation` with their provenance; None without any."""
    if evaluation is None or not evaluation.measurements:
        return None
    found = evaluation.measurements
    header = ["metric", "value", "±", "better", "real", "generated"]
    own = [
        element(
            "details",
            element("summary", "Provenance of ", element("code", m.metric)),
            terms(_pairs(_figure(m) | m.provenance)),
        )
        for m in found
    ]
    rows = [_row(m) for m in found]
    parts = [table(header, rows, "Generated against real examples.")]
    shared = _pairs(evaluation.shared())
    if shared and len(found) > 1:
        parts += [element("h3", "All of them share"), terms(shared)]
    return join(*parts, *own)


def _row(m):
    counts = (m.provenance.get(name) for name in _COUNTS)
    return [
        element("code", m.metric),
        element("strong", _number(m.value)),
        "" if m.uncertainty is None else _spread(m),
        _BETTER.get(m.best, m.best),
        *("" if count is None else f"{count:,}" for count in counts),
    ]


def _spread(m):
    told = f" {m.uncertainty_is}" if m.uncertainty_is else ""
    return join(f"{m.uncertainty:.2g}", element("span", told, class_="note"))


def _figure(m):
    spread = {"uncertainty": m.uncertainty, "which is": m.uncertainty_is}
    return {"value": m.value} | ({} if m.uncertainty is None else spread)


def _pairs(provenance, prefix=""):
    pairs = []
    for name, value in provenance.items():
        told = prefix + name.replace("_", " ")
        if isinstance(value, Mapping):
            pairs += _pairs(value, f"{told} ")
        elif value is not None:
            pairs.append((told, _text(value)))
    return pairs


def _text(value):
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(map(_text, value)) + ")"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace("-", "−")
    return without_folders(str(value))


def _number(value):
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "not a number")
    return f"{value:.5g}".replace("-", "−")
