"""Base class of metrics, and the figures that they compute."""

import abc
import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

import numpy as np

from kgan.metrics.sweep import Statistic


class Few(ValueError):
    """Too few examples for a meaningful figure."""


def check_counts(subject: str, least: int, counts: Mapping[str, int]) -> None:
    """Raises `Few` if one of `counts`, by the set's name, is below `least`.

    `subject` is that of the message, with its verb: "20 bins need".
    """
    if min(counts.values()) < least:
        needed = " and ".join(f"{least} {name}" for name in counts)
        received = " and ".join(map(str, counts.values()))
        raise Few(f"{subject} at least {needed} examples. Received: {received}")


def check_finite(**arrays: np.ndarray) -> None:
    """Raises a `ValueError` if one of `arrays`, by the argument's name, is not finite.

    A comparison with NaN is false and `max(0.0, nan)` is 0.0: formulas that compare or
    clip would return a good figure of what is no number.
    """
    for name, array in arrays.items():
        array = np.asarray(array)
        if not array.size or array.dtype.kind in "biu":
            continue
        # Both are NaN if any value is; `isfinite` of all would need as much memory.
        if not np.isfinite([array.min(), array.max()]).all():
            raise ValueError(f"`{name}` must be finite. Received: NaN or infinity")


class Figure(typing.NamedTuple):
    """One number that a metric computes.

    Attributes:
        value: The number.
        uncertainty: Its standard error or deviation, where there is one.
        uncertainty_is: Description of that: "standard error of 100 subsets".
        details: Parameters that it depends on ("k", "ddof") and side results: plain
            numbers, texts, lists of them.
    """

    value: float
    uncertainty: float | None = None
    uncertainty_is: str | None = None
    details: Mapping = {}

    @classmethod
    def mean(cls, values: np.ndarray, meaning: str, details: Mapping) -> "Figure":
        """Returns the mean of `values` `(n,)`, if n > 1 with their standard error."""
        mean, count = float(np.mean(values)), len(values)
        if count == 1:
            return cls(mean, details=details)
        error = float(np.std(values, ddof=1) / np.sqrt(count))
        return cls(mean, error, meaning, details)


@dataclasses.dataclass(frozen=True)
class Context:
    """What a metric may read besides the examples.

    Attributes:
        seed: Integer seed of every random choice of the metric.
        source: `kgan.data.Source` of the real examples (for a density with `density`
            and `centers`), or None.
        num_classes: Number of classes of a conditional generator, or None.
        averaged: Whether the fakes are of the averaged generator.
        allow_few: Whether figures of too few examples are computed.
        target: Name of the column of a table that is predicted, or None.
    """

    seed: int = 0
    source: object = None
    num_classes: int | None = None
    averaged: bool | None = None
    allow_few: bool = False
    target: str | None = None

    def check_counts(self, subject: str, least: int, **rows: np.ndarray) -> None:
        """As `check_counts` of arrays by the set's name, unless few are allowed."""
        if not self.allow_few:
            check_counts(subject, least, {name: len(x) for name, x in rows.items()})


class Metric(abc.ABC):
    """One figure of a distribution, or several that are computed together.

    A subclass names the statistics that it needs of each set of examples and computes
    figures from them. It holds parameters, no data; one outside the range in its
    description raises a `ValueError`.

    Args:
        features: Extractor or its name; None leaves the choice to `measure`.

    Attributes:
        kind: Name on the command line, as in "frechet".
        figures: Names of its figures, as in ("precision", "recall").
        best: The better value of each: "min", "max", or the right one, "0" or "1".
        on_features: Whether it compares features, whose extractor is then part of the
            figure's name: "frechet" on "mnist" is "frechet_mnist".
        standard_name: Name of its figure on the standard Inception network: "fid".
        made: By role, what a game makes for this metric alone: the name of its method
            (`paths`, `pairs`, `cycles`, `annotated`: see `kgan.engine.interface`) and
            its options.
        reads_held_out: Whether that is made of the held-out examples, and not of the
            reference.
        of_tables: Whether it compares the rows of tables, and nothing else.
        if_there: Roles that are read where there are such examples, and not needed.
    """

    kind: str
    figures: tuple
    best: tuple
    on_features: bool = True
    standard_name: str | None = None
    made: Mapping[str, tuple] = {}
    reads_held_out: bool = False
    of_tables: bool = False
    if_there: frozenset = frozenset()

    def __init__(self, features: Any = None):
        self.features = features

    @abc.abstractmethod
    def statistics(self) -> dict[str, Statistic]:
        """Returns new, empty statistics by role; a set without a role is not read.

        Roles are "real" (the reference, usually the training split), "fake"
        (generated), "held_out" (real examples that the generator was not trained on)
        and those of `made`.
        """

    def seen(self, role: str, extractor: Any) -> Any:
        """Returns the extractor through which the examples of a role are seen."""
        return extractor

    @abc.abstractmethod
    def compute(
        self, collected: Mapping[str, Statistic], context: Context
    ) -> dict[str, Figure]:
        """Computes a `Figure` for each name in `figures`, from the filled statistics.

        Raises `Few` if there are fewer examples than the figures need, a `ValueError`
        if the data or the model do not fit the metric.
        """

    def figures_of(self, values: Any, details: Mapping) -> dict[str, Figure]:
        """Returns a `Figure` of each value, in the order of `figures`."""
        pairs = zip(self.figures, values, strict=True)
        return {name: Figure(value, details=details) for name, value in pairs}
