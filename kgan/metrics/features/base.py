"""What an extractor is: from images to the features by which they are compared."""

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


class Extractor(abc.ABC):
    """Turns images into features.

    It is built on first use and never becomes part of a saved model.

    Attributes:
        name: The last part of the names of what is measured on it: "mnist" makes
            "frechet_mnist".
        standard: Whether it is the Inception network of the published figures, and a
            Fréchet distance on it may be called FID.
        num_classes: Number of classes that its logits tell apart, or None.
    """

    name: str
    standard: bool = False
    num_classes: int | None = None

    @abc.abstractmethod
    def __call__(self, images: np.ndarray) -> Outputs:
        """Extracts features.

        Args:
            images: uint8 of shape `(n, height, width, channels)`, or float32 points of
                shape `(n, d)`.

        Returns:
            `Outputs`.

        Raises:
            ValueError: If it takes no such images; the message names what it takes.
        """

    @abc.abstractmethod
    def describe(self) -> dict:
        """Says all that its features depend on, as plain values, for people and for
        the cache's key: its name, SHA-256 of its weights, resizer, size, version."""
