"""Checks that the sources share, with the same messages."""

from typing import Any

import numpy as np

from kgan.core.arguments import integer as integer


def image_size(value: Any) -> tuple[int, int] | None:
    """Returns `image_size` as (height, width), or None if it was not given.

    Raises a `ValueError` unless it is None, a positive integer or a pair of them.
    """
    if value is None:
        return None
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    try:
        height, width = (integer("image_size", side, 1) for side in pair)
    except ValueError:
        raise ValueError(
            "image_size must be a positive integer or a pair (height, width) of them. "
            f"Received: {value!r}"
        ) from None
    return height, width


def labels(
    name: str, values: Any, num_examples: int, num_classes: int | None = None
) -> tuple[np.ndarray, int]:
    """Returns class labels of a source as int32, and the number of classes.

    There must be `num_examples` integers in [0, num_classes); `num_classes` None is the
    largest of them plus one.

    Raises a `ValueError` if type, shape or range are wrong.
    """
    values = np.asarray(values)
    if values.shape != (num_examples,) or values.dtype.kind not in "iu":
        raise ValueError(
            f"labels of {name} must be {num_examples} integers, one for each example. "
            f"Received: shape {values.shape}, dtype {values.dtype}"
        )
    if num_classes is None:
        num_classes = int(values.max()) + 1
    wrong = values[(values < 0) | (values >= num_classes)]
    if wrong.size:
        raise ValueError(
            f"labels of {name} must lie in [0, {num_classes}). Received: "
            f"{int(wrong[0])} ({wrong.size} of {num_examples} are not)"
        )
    return values.astype(np.int32), num_classes
