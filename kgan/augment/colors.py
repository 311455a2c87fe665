"""Brightness, contrast, luma, hue and saturation as 4x4 matrices on (r, g, b, 1).

Each is a sum of fixed ones: the projections on the grey axis v = (1, 1, 1)/√3 and on
the colours orthogonal to it, the turn about it, the shift, the last coordinate.
"""

import math

import numpy as np
import tensorflow as tf

from kgan.augment import chances
from kgan.augment.chances import Transform
from kgan.core import draws

CHANNELS = (1, 3)
_RGB = 3
_BRIGHTNESS_DEVIATION = 0.2
_CONTRAST_DEVIATION = 0.5
_SATURATION_DEVIATION = 1.0


def _in_corner(block):
    matrix = np.zeros((4, 4), "float32")
    matrix[:3, : np.shape(block)[1]] = block
    return matrix


_GREY = _in_corner(np.full((3, 3), 1 / 3))
_COLOR = _in_corner(np.eye(3) - 1 / 3)
_TURN = _in_corner(np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3))
_SHIFT = _in_corner([[0, 0, 0, 1]] * 3)
_ONE = np.diag([0, 0, 0, 1]).astype("float32")


def _times(numbers, matrix):
    return numbers[:, None, None] * matrix


def brightness(amounts):
    """Returns the matrices of `x + a`; float32 `(batch,)` to `(batch, 4, 4)`."""
    return np.eye(4, dtype="float32") + _times(amounts, _SHIFT)


def contrast(factors):
    """Returns the matrices of `a x`."""
    return _ONE + _times(factors, _GREY + _COLOR)


def luma_flip(whether):
    """Returns the matrices of `x − 2 v v·x` where `whether` is 1, else of x."""
    return _ONE + _COLOR + _times(1 - 2 * whether, _GREY)


def hue(angles):
    """Returns the matrices of a rotation about the grey axis v."""
    turned = _times(tf.cos(angles), _COLOR) + _times(tf.sin(angles), _TURN)
    return _ONE + _GREY + turned


def saturation(factors):
    """Returns the matrices of `v v·x + a (x − v v·x)`."""
    return _ONE + _GREY + _times(factors, _COLOR)


def _drawn(matrices, draw):
    name = matrices.__name__
    return Transform(name, 1, lambda uniform, size: matrices(draw(uniform[:, 0])))


TRANSFORMS = (
    _drawn(brightness, lambda u: draws.normal(u, _BRIGHTNESS_DEVIATION)),
    _drawn(contrast, lambda u: draws.power_of_two(u, _CONTRAST_DEVIATION)),
    _drawn(luma_flip, lambda u: draws.choice(u, 2)),
    _drawn(hue, lambda u: draws.between(u, -math.pi, math.pi)),
    _drawn(saturation, lambda u: draws.power_of_two(u, _SATURATION_DEVIATION)),
)


def matrices(uniform, probability, shares):
    """Draws colour maps `(batch, 4, 4)` from uniforms `(batch, 10)`, as `compose`."""

    def join(first, second):
        return chances.product(second, first)

    return chances.compose(TRANSFORMS, uniform, probability, shares, None, join)


def apply(images, matrices):
    """Maps the colours by `(batch, 4, 4)`; a single channel counts as three equal."""
    linear, offset = matrices[:, :3, :3], matrices[:, None, None, :3, 3]
    if images.shape[-1] != _RGB:
        slope = tf.reduce_sum(linear, axis=[1, 2])[:, None, None, None] / _RGB
        return images * slope + tf.reduce_mean(offset, axis=-1, keepdims=True)
    # One column after the other: a product of matrices would be inexact on some GPUs.
    mixed = [images[..., i : i + 1] * linear[:, None, None, :, i] for i in range(_RGB)]
    return tf.add_n(mixed) + offset
