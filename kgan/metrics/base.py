"""What a metric is: what it reads of each set of examples, and the figures it gives."""

import abc
import dataclasses
import typing
from collections.abc import Mapping

import numpy as np

from kgan.metrics.sweep import Statistic


class Few(ValueError):
    """Too few examples for a figure that means anything."""


def check_counts(subject: str, least: int, counts: Mapping[str, int]) -> None:
    """Raises `Few` if a set has fewer examples than a figure needs.

    Args:
        subject: Subject and verb of the message: "20 bins need".
        least: Smallest number of examples.
        counts: Number of examples by the set's name: "real", "generated".
    """
    if min(counts.values()) < least:
        needed = " and ".join(f"{least} {name}" for name in counts)
        received = " and ".join(map(str, counts.values()))
        raise Few(f"{subject} at least {needed} examples. Received: {received}")


class Figure(typing.NamedTuple):
    """One number that a metric gives.

    Attributes:
        value: The number.
        uncertainty: Its standard error or deviation, where there is one.
        uncertainty_is: What that is, in a few words: "standard error of 100 subsets".
        details: What else belongs to it: parameters that it depends on ("k", "ddof",
            "num_splits"), side results. Plain numbers, texts, lists of them.
    """

    value: float
    uncertainty: float | None = None
    uncertainty_is: str | None = None
    details: Mapping = {}

    @classmethod
    def mean(cls, values: np.ndarray, meaning: str, details: Mapping) -> "Figure":
        """Returns the mean of values with its standard error, None for a single one.

        Args:
            values: Numbers of shape `(n,)`.
            meaning: `uncertainty_is`, as in "standard error of 100 subsets".
            details: As above.
        """
        mean, count = float(np.mean(values)), len(values)
        if count == 1:
            return cls(mean, details=details)
        error = float(np.std(values, ddof=1) / np.sqrt(count))
        return cls(mean, error, meaning, details)


@dataclasses.dataclass(frozen=True)
class Context:
    """What a metric may know beside the examples.

    Attributes:
        seed: Integer that every random choice of the metric follows from.
        source: The `kgan.data.Source` of the real examples; densities have `density`
            and `centers`. None where the real examples came as a data set.
        num_classes: Number of classes of a conditional generator, or None.
        averaged: Whether the fakes are of the averaged generator.
        allow_few: Whether the user asked for figures of too few examples.
    """

    seed: int = 0
    source: object = None
    num_classes: int | None = None
    averaged: bool | None = None
    allow_few: bool = False


class Metric(abc.ABC):
    """A figure of a distribution, or several that are found together.

    A subclass says what it collects of each set of examples and computes figures from
    that. It is a value: it holds parameters, no data.

    Attributes:
        kind: What it is called on the command line, as in "frechet".
        figures: Names of the figures that it gives, as in ("precision", "recall").
        best: For each figure which value is better: "min", "max", or where one value
            is right "0" or "1".
        on_features: Whether it compares features, whose extractor is then a part of
            the names: "frechet" on the features of "mnist" is "frechet_mnist".
        standard_name: The name of its figure on the standard Inception network, where
            that has one of its own: "fid".
        features: Name of an extractor or an extractor; None leaves the choice to
            whoever measures.
    """

    kind: str
    figures: tuple
    best: tuple
    on_features: bool = True
    standard_name: str | None = None

    def __init__(self, features=None):
        self.features = features

    @abc.abstractmethod
    def statistics(self) -> dict[str, Statistic]:
        """Says what it collects, newly made and empty.

        Returns:
            A `Statistic` by role: "real" (the reference, as a rule the training
            split), "fake" (generated examples), "held_out" (real examples that the
            generator was not trained on). A role that is not named is not read.
        """

    @abc.abstractmethod
    def compute(
        self, collected: Mapping[str, Statistic], context: Context
    ) -> dict[str, Figure]:
        """Computes the figures.

        Args:
            collected: The full statistics, by role as `statistics` named them.
            context: What else is known.

        Returns:
            A `Figure` for each name in `figures`.

        Raises:
            Few: If there are fewer examples than the figure needs.
        """

    def figures_of(self, values, details: Mapping) -> dict[str, Figure]:
        """Returns a `Figure` of each value, in the order of `figures`."""
        pairs = zip(self.figures, values, strict=True)
        return {name: Figure(value, details=details) for name, value in pairs}
