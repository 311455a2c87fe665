"""Flips, rotations, shifts and scalings of the plane as 3x3 matrices.

A matrix is the inverse of its transformation: it maps (x, y, 1) of the changed image to
where that pixel comes from, x to the right and y down in pixels from the centre.
Inverses of successive transformations multiply in that order: (B A)⁻¹ = A⁻¹ B⁻¹.
"""

import math

import tensorflow as tf

from kgan.augment import chances
from kgan.augment.chances import Transform
from kgan.core import draws

_LARGEST_SHIFT = 0.125
_SCALE_DEVIATION = 0.2
_SHIFT_DEVIATION = 0.125


def _affine(a, b, c, d, e, f):
    """Stacks `[[a, b, c], [d, e, f], [0, 0, 1]]` of numbers for each image."""
    zero, one = tf.zeros_like(a), tf.ones_like(a)
    entries = [a, b, c, d, e, f, zero, zero, one]
    return tf.reshape(tf.stack(entries, axis=-1), (-1, 3, 3))


def scaling(x, y):
    """Returns the inverses of a scaling by x and y; float32 `(batch,)` each."""
    zero = tf.zeros_like(x)
    return _affine(1 / x, zero, zero, zero, 1 / y, zero)


def _turn(cos, sin):
    zero = tf.zeros_like(cos)
    return _affine(cos, sin, zero, -sin, cos, zero)


def rotation(angle):
    """Returns the inverses of rotations from x to y; float32 `(batch,)`."""
    return _turn(tf.cos(angle), tf.sin(angle))


def translation(x, y):
    """Returns the inverses of a shift by x and y; float32 `(batch,)` each."""
    zero, one = tf.zeros_like(x), tf.ones_like(x)
    return _affine(one, zero, -x, zero, one, -y)


def _flip(uniform, size):
    side = 1 - 2 * draws.choice(uniform[:, 0], 2)
    return scaling(side, tf.ones_like(side))


def _quarter_turns(uniform, size):
    # What is not square stays upright or is turned upside down.
    quarter = 1 if size[0] == size[1] else 2
    turns = tf.cast(quarter * draws.choice(uniform[:, 0], 4 // quarter), tf.int32)
    cos, sin = [1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]
    return _turn(tf.gather(cos, turns), tf.gather(sin, turns))


def _shift(uniform, size):
    height, width = size
    share = draws.between(uniform, -_LARGEST_SHIFT, _LARGEST_SHIFT)
    return translation(tf.round(share[:, 0] * width), tf.round(share[:, 1] * height))


def _scale(uniform, size):
    factor = draws.power_of_two(uniform[:, 0], _SCALE_DEVIATION)
    return scaling(factor, factor)


def _rotation(uniform, size):
    return rotation(draws.between(uniform[:, 0], -math.pi, math.pi))


def _stretch(uniform, size):
    factor = draws.power_of_two(uniform[:, 0], _SCALE_DEVIATION)
    return scaling(factor, 1 / factor)


def _translation(uniform, size):
    height, width = size
    share = draws.normal(uniform, _SHIFT_DEVIATION)
    return translation(share[:, 0] * width, share[:, 1] * height)


# A rotation before the stretch and one after it turn the axis that is stretched.
TRANSFORMS = (
    Transform("flip", 1, _flip),
    Transform("quarter_turns", 1, _quarter_turns),
    Transform("shift", 2, _shift),
    Transform("scale", 1, _scale),
    Transform("rotation", 1, _rotation, times=2),
    Transform("stretch", 1, _stretch),
    Transform("rotation", 1, _rotation, times=2),
    Transform("translation", 2, _translation),
)


def inverses(uniform, probability, shares, size):
    """Draws maps of the plane `(batch, 3, 3)` from uniforms `(batch, 18)`."""
    arguments = (TRANSFORMS, uniform, probability, shares, size)
    return chances.compose(*arguments, join=chances.product)
