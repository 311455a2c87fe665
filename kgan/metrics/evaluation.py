"""Results of `measure`: figures with their provenance."""

import dataclasses
import json
import math


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One figure with its provenance.

    Attributes:
        metric: Its name, as in "frechet_mnist".
        value: The figure; `uncertainty` and `uncertainty_is` as in `Figure`.
        best: The better value: "min", "max", or the right one, "0" or "1".
        provenance: All that it depends on: counts, split, extractor and its hash,
            parameters, seed, averaged or raw weights, truncation, versions.
    """

    metric: str
    value: float
    uncertainty: float | None = None
    uncertainty_is: str | None = None
    best: str = "min"
    provenance: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """The figures of one model, a tuple `measurements` in the order of the metrics.

    Example: `kgan.metrics.measure(gan, "mnist")["frechet_mnist"]`
    """

    measurements: tuple

    def __getitem__(self, metric: str) -> float:
        """Returns the value of a metric; raises a KeyError if it was not measured."""
        return self.values()[metric]

    def values(self) -> dict[str, float]:
        """Returns the value of each metric by name."""
        return {m.metric: m.value for m in self.measurements}

    def to_json(self) -> str:
        """Returns a JSON array with an object for each measurement."""
        rows = [_finite(dataclasses.asdict(m)) for m in self.measurements]
        # ASCII alone: what is no UTF-8 in a path could not be written.
        return json.dumps(rows, indent=2, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Parses what `to_json` returned."""
        rows = json.loads(text)
        return cls(tuple(Measurement(**r | {"value": float(r["value"])}) for r in rows))

    def table(self) -> str:
        """Returns a table for the terminal, with what all rows share below it."""
        shared = self.shared()
        rows = [("metric", "value", "±", "real", "fake", "with")]
        for m in self.measurements:
            counts = [m.provenance.get(f"num_{side}") for side in ("real", "fake")]
            cells = ["" if count is None else f"{count:,}" for count in counts]
            spread = "" if m.uncertainty is None else f"{m.uncertainty:.2g}"
            own = {k: v for k, v in m.provenance.items() if k not in shared}
            rows.append((m.metric, f"{m.value:.5g}", spread, *cells, _details(own)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([*lines, "", *self._footnotes(shared)])

    def _footnotes(self, shared):
        extractors = [m.provenance.get("extractor") for m in self.measurements]
        for name, extractor in {e["name"]: e for e in extractors if e}.items():
            rest = {k: v for k, v in extractor.items() if k != "name"}
            yield f"Features {name}: {_details(rest)}"
        rest = {k: v for k, v in shared.items() if k not in _COLUMNS}
        yield f"All: {_details(rest)}"

    def shared(self) -> dict:
        """Returns the entries that are equal in the provenance of all measurements."""
        first, *rest = [m.provenance for m in self.measurements] or [{}]
        return {
            k: v for k, v in first.items() if all(k in p and p[k] == v for p in rest)
        }


# Entries with a column or a line of their own.
_COLUMNS = ("num_real", "num_fake", "extractor")


def _details(values):
    return ", ".join(
        f"{name} {_text(value)}"
        for name, value in values.items()
        if name not in _COLUMNS and isinstance(value, str | int | float)
    )


def _text(value):
    if isinstance(value, float):
        return f"{value:.5g}"
    text = str(value)
    # The beginning of a hash; the JSON has all of it.
    hexadecimal = len(text) == 64 and set(text) <= set("0123456789abcdef")
    return f"{text[:8]}…" if hexadecimal else text


def _finite(value):
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
