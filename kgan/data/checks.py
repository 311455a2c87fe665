"""Checks that the sources share, with the same messages."""

import logging
from typing import Any

import numpy as np

from kgan.core.arguments import integer as integer

_logger = logging.getLogger(__name__)


def image_size(value: Any, name: str = "image_size") -> tuple[int, int] | None:
    """Returns the argument `name` as (height, width), or None if it was not given.

    Raises a `ValueError` unless it is None, a positive integer or a pair of them.
    """
    if value is None:
        return None
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    try:
        height, width = (integer(name, side, 1) for side in pair)
    except ValueError:
        raise ValueError(
            f"{name} must be a positive integer or a pair (height, width) of them. "
            f"Received: {value!r}"
        ) from None
    return height, width


def labels(
    name: str, values: Any, num_examples: int, num_classes: int | None = None
) -> tuple[np.ndarray, int]:
    """Returns class labels of a source as int32, and the number of classes.

    There must be `num_examples` integers in [0, num_classes), of shape `(n,)` or
    `(n, 1)`; `num_classes` None is the largest of them plus one.

    Raises a `ValueError` if type, shape or range are wrong.
    """
    values = np.asarray(values)
    if values.shape == (num_examples, 1):
        values = values[:, 0]
    if values.shape != (num_examples,) or values.dtype.kind not in "iu":
        raise ValueError(
            f"labels of {name} must be {num_examples} integers, one for each example. "
            f"Received: shape {values.shape}, dtype {values.dtype}"
            f"{_conversion(values, num_examples)}"
        )
    found = int(values.max()) + 1
    counted = found if num_classes is None else num_classes
    wrong = np.flatnonzero((values < 0) | (values >= counted))
    if wrong.size:
        raise ValueError(
            f"labels of {name} must lie in [0, {counted}). Received: "
            f"{int(values[wrong[0]])} ({wrong.size} of {num_examples} are not, the "
            f"first that of example {wrong[0]})"
        )
    absent = found - len(np.unique(values))
    if num_classes is None and absent:
        _logger.warning(
            "labels of %s mean %d classes, 0 to %d, of which %d have no examples: "
            "np.unique(labels, return_inverse=True)[1] numbers them without gaps",
            name,
            found,
            found - 1,
            absent,
        )
    return values.astype(np.int32), counted


def _conversion(values: np.ndarray, num_examples: int) -> str:
    """Returns how labels of another kind become integers; "" where that is unknown."""
    kind, shape = values.dtype.kind, values.shape
    if shape == (num_examples,):
        if kind in "USO":
            how = "np.unique(labels, return_inverse=True)[1] numbers them"
        elif kind == "b" or (kind == "f" and not np.mod(values, 1).any()):
            how = "labels.astype(int) converts them"
        else:
            return "; values between integers are no classes"
    elif len(shape) == 2 and shape[0] == num_examples and kind in "biuf":
        how = "labels.argmax(-1) converts one-hot labels"
    else:
        return ""
    return f"; {how}"
