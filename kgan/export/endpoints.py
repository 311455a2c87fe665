"""What a served function takes and gives: what card and warm-up requests tell."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of a served function.

    Args:
        spec: Its name, dtype and shape. Of any number of axes: a number of a request,
            or a vector with one for each.
        values: Which values it may have, in words.
        example: A value that is as good as any.
        default: What is meant where it is left out, or None.
    """

    spec: tf.TensorSpec
    values: str
    example: float
    default: float | None = None

    @property
    def is_of_rows(self):
        """Whether it has a row for each example, and is no number of a request."""
        return self.spec.shape.rank is not None

    def examples(self, rows):
        """Gives an example for each of the rows or requests, as a tensor."""
        return self._filled(rows, self.example)

    def default_value(self):
        """Gives the default as a tensor, with an axis as joined requests have."""
        return self._filled(1, self.default)

    def _filled(self, rows, value):
        shape = (rows, *(self.spec.shape[1:] if self.is_of_rows else ()))
        return tf.fill(shape, tf.constant(value, self.spec.dtype))


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A function that is served.

    Args:
        function: Of tensors, its arguments named as the inputs; gives a dictionary.
        inputs: Its `Input`s, in order.
        outputs: What it gives, dtype, shape and values in words, by name.
    """

    function: Callable
    inputs: tuple
    outputs: dict

    @property
    def specs(self):
        """The specs of all inputs, in order."""
        return [given.spec for given in self.inputs]
