"""Checks of arguments: numbers, seeds, values and classes.

Each function returns nothing or what it found, and raises a `ValueError` that says the
argument, what was expected and what came.
"""

import numbers

import numpy as np

from kgan.core import schedules

# A seed, or the number of an image, has two parts of 31 bits.
LARGEST_INDEX = 2**62 - 1
_TOLERANCE = 1e-3


def _is_integer(value, minimum):
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    return whole and value >= minimum


def integer(argument, value, minimum):
    """Returns `value` as an int, checked to be an integer of at least `minimum`."""
    if not _is_integer(value, minimum):
        raise ValueError(
            f"{argument} must be an integer of at least {minimum}. Received: {value!r}"
        )
    return int(value)


def positive_integer(name, value):
    """Returns `value` as an int, checked to be a positive integer."""
    if not _is_integer(value, 1):
        raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}")
    return int(value)


def boolean(name, value):
    """Returns `value`, checked to be True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` must be True or False. Received: {value!r}")
    return value


def index(name, value):
    """Checks that `value` is a non-negative integer below 2⁶²."""
    if not _is_integer(value, 0) or value > LARGEST_INDEX:
        raise ValueError(
            f"`{name}` must be a non-negative integer below 2**62. Received: {value!r}"
        )


def codes(categorical, continuous):
    """Returns InfoGAN's codes: class counts, a tuple of integers from 2, and a number.

    Raises a `ValueError` if a number is out of its range, or there are no codes.
    """
    if not isinstance(categorical, (list, tuple)):
        raise ValueError(
            f"`categorical` must be a list of numbers of classes. "
            f"Received: {categorical!r}"
        )
    what = "Each number of `categorical`"
    counts = tuple(integer(what, count, 2) for count in categorical)
    continuous = integer("`continuous`", continuous, 0)
    if not counts and not continuous:
        raise ValueError(
            "`categorical` or `continuous` must define a code. "
            f"Received: categorical={categorical!r}, continuous={continuous!r}"
        )
    return counts, continuous


def ema_momentum(value):
    """Returns a momentum of an average: None, a number in [0, 1), or a schedule."""
    if value is None:
        return None
    value = schedules.check("ema_momentum", value, maximum=1.0)
    if value == 1.0:
        raise ValueError("`ema_momentum` must lie below 1 or be None. Received: 1.0")
    return value


def values(data, is_image):
    """Checks that data are there and finite, and images in [−1, 1]."""
    data = np.asarray(data, np.float32)
    if not data.size:
        raise ValueError(
            f"data must hold examples. Received: an array of shape {data.shape}"
        )
    if not np.isfinite(data).all():
        raise ValueError("data must be finite. Received: NaN or infinity")
    low, high = float(data.min()), float(data.max())
    if is_image and (low < -1 - _TOLERANCE or high > 1 + _TOLERANCE):
        raise ValueError(
            "images must lie in [-1, 1]. Received: values from "
            f"{low:g} to {high:g}; [0, 255] becomes [-1, 1] by x / 127.5 - 1"
        )


def label_values(labels, count):
    """Checks that labels are whole numbers in [0, num_classes)."""
    labels = np.asarray(labels)
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers. Received: dtype {labels.dtype}")
    if labels.size and not (labels.min() >= 0 and labels.max() < count):
        raise ValueError(
            f"labels must lie in [0, {count}) for num_classes={count}. "
            f"Received: labels from {labels.min()} to {labels.max()}"
        )


def spread_labels(labels, rows, count):
    """Returns int32 labels of shape `(rows,)`, from one for all or one for each."""
    label_values(labels, count)
    labels = np.asarray(labels, np.int32)
    if labels.shape not in ((), (rows,)):
        raise ValueError(
            f"`labels` must be one class or {rows} of them. "
            f"Received: an array of shape {labels.shape}"
        )
    return np.broadcast_to(labels, (rows,))


def truncation(value):
    """Checks that `value` is a number in [0, 1]."""
    if not schedules.is_number(value) or not 0.0 <= value <= 1.0:
        raise ValueError(f"`truncation` must lie in [0, 1]. Received: {value!r}")


def unit_interval(name, value):
    """Returns `value` as a float, checked to be a number in [0, 1]."""
    if not schedules.is_number(value) or not 0.0 <= value <= 1.0:
        raise ValueError(f"`{name}` must be a number in [0, 1]. Received: {value!r}")
    return float(value)


def share(name, value):
    """Returns `value` as a float, checked to be a number in (0, 1)."""
    if not schedules.is_number(value) or not 0.0 < value < 1.0:
        raise ValueError(f"`{name}` must lie in (0, 1). Received: {value!r}")
    return float(value)


def latents(given, latent_dim):
    """Returns latents as a float32 array, checked for width, number and NaN."""
    given = np.asarray(given, np.float32)
    if given.ndim != 2 or given.shape[1] != latent_dim or not len(given):
        raise ValueError(
            f"`latents` must have shape (count, {latent_dim}). "
            f"Received: an array of shape {given.shape}"
        )
    if not np.isfinite(given).all():
        raise ValueError("`latents` must be finite. Received: NaN or infinity")
    return given
