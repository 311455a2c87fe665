"""What is collected of a set of examples, batch by batch."""

import abc
import typing

import numpy as np


class Outputs(typing.NamedTuple):
    """What an extractor gives for a batch.

    Attributes:
        features: float32 of shape `(n, d)`.
        logits: float32 of shape `(n, classes)`; None where it is no classifier.
        images: The uint8 images `(n, height, width, channels)` or float32 points that
            it was given.
    """

    features: np.ndarray
    logits: np.ndarray | None
    images: np.ndarray


class Statistic(abc.ABC):
    """Grows with each batch; in the end a metric reads it.

    Examples come in an order that is random already: reals by a seeded permutation,
    fakes because their latents are. So the first n of them are a random sample.

    Attributes:
        count: How many examples have come.
    """

    count: int = 0

    def parameters(self) -> dict:
        """Says what else than the examples its state depends on, for the cache."""
        return {}

    @property
    def key(self) -> tuple:
        """What two statistics share that collect the same."""
        return (type(self).__name__, *sorted(self.parameters().items()))

    @abc.abstractmethod
    def update(self, outputs: Outputs, labels: np.ndarray | None) -> None:
        """Adds a batch, with the integer labels of its examples or None."""

    @abc.abstractmethod
    def state(self) -> dict[str, np.ndarray]:
        """Gives all it holds as arrays, to be written to a file."""

    @abc.abstractmethod
    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes what `state` gave."""
