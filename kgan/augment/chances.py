"""Random choice of transformations for each image, and products of their matrices."""

import typing
from collections.abc import Callable

import tensorflow as tf


class Transform(typing.NamedTuple):
    """A transformation, by its name in policies: the matrix of uniform numbers.

    `matrix` is a function of float32 uniforms `(batch, numbers)` and the image's
    `(height, width)` to float32 matrices `(batch, k, k)`. The transformation occurs
    `times` times, each with such a probability that none is applied with 1 − p.
    """

    name: str
    numbers: int
    matrix: Callable
    times: int = 1

    @property
    def columns(self):
        """Number of an image's random numbers; one more decides about its use."""
        return 1 + self.numbers


def product(a, b):
    """Multiplies small matrices `(batch, k, k)`, in full float32 on any device."""
    return tf.reduce_sum(a[:, :, :, None] * b[:, None, :, :], axis=2)


def chosen(uniform, probability, times=1):
    """Returns booleans, which images are transformed: `u < 1 − (1 − p)^(1/times)`."""
    once = probability if times == 1 else 1.0 - (1.0 - probability) ** (1.0 / times)
    return uniform < once


def compose(transforms, uniform, probability, shares, size, join):
    """Multiplies the matrices of the transformations that are drawn for each image.

    Args:
        transforms: Sequence of `Transform`, in the order of being applied.
        uniform: float32 in [0, 1) of shape `(batch, n)`, n the sum of all `columns`;
            the first of each transformation's decides whether it is applied.
        probability: float32 scalar p.
        shares: Shares s by name: a transformation is drawn with p s, one without never.
        size: `(height, width)` of the images.
        join: Function that combines the product so far and the next matrix.

    Returns:
        float32 `(batch, k, k)` or None, and booleans `(batch,)`: where any is applied.
    """
    matrices, touched, begin = None, tf.zeros_like(uniform[:, 0], tf.bool), 0
    for transform in transforms:
        end = begin + transform.columns
        gate, numbers = uniform[:, begin], uniform[:, begin + 1 : end]
        begin = end
        if transform.name not in shares:
            continue
        chance = probability * shares[transform.name]
        drawn = chosen(gate, chance, transform.times)
        matrix = transform.matrix(numbers, size)
        matrix = tf.where(drawn[:, None, None], matrix, tf.eye(matrix.shape[-1]))
        matrices = matrix if matrices is None else join(matrices, matrix)
        touched |= drawn
    return matrices, touched
