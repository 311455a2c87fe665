"""Draws for each image which transformations it gets, and joins their matrices."""

import typing
from collections.abc import Callable

import tensorflow as tf


class Transform(typing.NamedTuple):
    """One transformation that is a matrix, and the numbers that it draws.

    Attributes:
        name: Under which a policy knows it.
        numbers: How many uniform numbers it takes.
        matrix: Function of float32 uniforms `(batch, numbers)` and the image's
            `(height, width)` to float32 matrices `(batch, k, k)`.
        times: How often the transformation is tried: each time with a probability such
            that it is left out altogether with 1 − p.
    """

    name: str
    numbers: int
    matrix: Callable
    times: int = 1

    @property
    def columns(self):
        """How many of an image's numbers it takes: one more decides whether."""
        return 1 + self.numbers


def product(a, b):
    """Multiplies small matrices `(batch, k, k)`, in full float32 on any device."""
    return tf.reduce_sum(a[:, :, :, None] * b[:, None, :, :], axis=2)


def chosen(uniform, probability, times=1):
    """Says which images get a transformation that is tried `times` times.

    `u < 1 − (1 − p)^(1/times)`

    Args:
        uniform: float32 in [0, 1) of shape `(batch,)`.
        probability: float32 scalar p in [0, 1].
        times: A positive integer.

    Returns:
        Booleans of shape `(batch,)`.
    """
    once = probability if times == 1 else 1.0 - (1.0 - probability) ** (1.0 / times)
    return uniform < once


def compose(transforms, uniform, probability, shares, size, join):
    """Joins the matrices of those transformations that an image draws.

    Args:
        transforms: Sequence of `Transform`, in the order of being applied.
        uniform: float32 in [0, 1) of shape `(batch, n)`, n the sum of all `columns`.
            Each transformation's come in turn: the first decides whether.
        probability: float32 scalar p.
        shares: Dictionary of names and shares s; a transformation is drawn with p s,
            and not at all where its name is missing.
        size: `(height, width)` of the images.
        join: Function of the joined and the next matrix to both joined.

    Returns:
        `(matrices, touched)`: float32 of shape `(batch, k, k)`, None without any
        transformation, and booleans of shape `(batch,)`.
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
        identity = tf.eye(matrix.shape[-1])
        matrix = tf.where(drawn[:, None, None], matrix, identity)
        matrices = matrix if matrices is None else join(matrices, matrix)
        touched |= drawn
    return matrices, touched
