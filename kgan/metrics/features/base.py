"""Base class of extractors, from images to the features by which they are compared."""

import abc
import typing

import numpy as np


class Outputs(typing.NamedTuple):
    """What an extractor returns for a batch.

    Attributes:
        features: float32 of shape `(n, d)`.
        logits: float32 of shape `(n, classes)`; None if it is no classifier.
        images: The uint8 images `(n, height, width, channels)` or float32 values.
    """

    features: np.ndarray
    logits: np.ndarray | None
    images: np.ndarray


class Extractor(abc.ABC):
    """Computes features of images; built on first use, never part of a saved model.

    Attributes:
        name: Last part of the names of figures on it: "mnist" for "frechet_mnist".
        standard: Whether it is the Inception network of the published figures, whose
            Fréchet distance is called FID.
        num_classes: Number of classes of its logits, or None.
    """

    name: str
    standard: bool = False
    num_classes: int | None = None

    @abc.abstractmethod
    def __call__(self, images: np.ndarray) -> Outputs:
        """Returns the `Outputs` of uint8 images or float32 values, shaped as there.

        Raises a `ValueError` with what it accepts if it does not accept such images.
        """

    def exact(self, images: np.ndarray) -> np.ndarray:
        """Returns the features of images that are not rounded, for small differences.

        They are float32 in [0, 255]; other values are as in a call.

        Raises a `ValueError` if it reads uint8 images alone.
        """
        raise ValueError(
            f"The features {self.name!r} must have a method `exact`, for images that "
            f"are not rounded. Received: {type(self).__name__} without one"
        )

    @abc.abstractmethod
    def describe(self) -> dict:
        """Returns all that its features depend on, as plain values: the cache's key."""
