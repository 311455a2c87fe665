"""Distributions, computed from uniform numbers."""

import math

import tensorflow as tf


def between(uniform, low, high):
    """Returns U(low, high)."""
    return low + (high - low) * uniform


def choice(uniform, count):
    """Returns a whole number of {0, …, count − 1}, each equally often, as a float."""
    return tf.floor(uniform * count)


def normal(uniform, deviation):
    """Returns N(0, σ²) as `σ √2 erf⁻¹(2u − 1)`, within 5.5 σ; u: multiples of 2⁻²⁴."""
    # u itself may be 0; from the middle of its cell on, the numbers are symmetric, and
    # each is an exact float32 inside (−1, 1).
    centred = 2.0 * uniform - 1.0 + 2.0**-24
    # Of the lower half, since outside XLA erf⁻¹ adds 1 first, which near 1 is rounded.
    lower = tf.math.erfinv(-tf.abs(centred))
    return deviation * math.sqrt(2.0) * -tf.sign(centred) * lower


def power_of_two(uniform, deviation):
    """Returns 2ᴺ with N ~ N(0, deviation²): a factor as often f as 1/f."""
    return tf.exp(math.log(2.0) * normal(uniform, deviation))
