"""A source of arrays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from kgan.data import checks, pixels
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource

_logger = logging.getLogger(__name__)


class ArraySource(IndexedSource):
    """Examples held in one array.

    Args:
        name: Name in messages.
        array: uint8 images `(n, height, width, channels)` or float32 points
            `(n, dimensions)`.
        labels: None, or n integers.
        num_classes: Labels are in [0, num_classes); None is the largest plus one.
        class_names: Names of the classes, or None.
        memory_limit: A larger array is read by index and not copied into a tensor,
            which suits a `numpy.memmap`.

    Raises a `ValueError` if the labels do not fit.
    """

    def __init__(
        self,
        name: str,
        array: np.ndarray,
        labels: Any = None,
        num_classes: int | None = None,
        class_names: Sequence[str] | None = None,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
    ):
        if labels is not None:
            labels, num_classes = checks.labels(name, labels, len(array), num_classes)
        super().__init__(
            name,
            shape=array.shape[1:],
            dtype=array.dtype,
            num_examples=len(array),
            num_classes=None if labels is None else num_classes,
            class_names=class_names,
            memory_limit=memory_limit,
        )
        self.array = array
        self.labels = labels


def from_arrays(
    data: Any,
    image_size: int | tuple[int, int] | None = None,
    labels: Any = None,
    num_classes: int | None = None,
    memory_limit: int = DEFAULT_MEMORY_LIMIT,
) -> ArraySource:
    """Builds an `ArraySource`, called "arrays".

    Args:
        data: One of
            - uint8 images in [0, 255], `(n, height, width)` or
              `(n, height, width, channels)`;
            - float images in [-1, 1] of these shapes, which are rounded to the 256
              levels of uint8;
            - float points `(n, dimensions)`, which keep their values;
            - a tuple `(data, labels)`.
        image_size: Images are resized to it (see `kgan.data.source`).
        labels: n integers in [0, num_classes), or None.
        num_classes: None is the largest label plus one.
        memory_limit: See `ArraySource`.

    Raises a `ValueError` if shape, dtype or range of the data or labels are wrong.
    """
    if isinstance(data, tuple):
        data, labels = _unpack(data, labels)
    if num_classes is not None:
        num_classes = checks.integer("num_classes", num_classes, 1)
    data = np.asanyarray(data)
    if data.dtype != np.uint8 and data.dtype.kind != "f":
        raise ValueError(
            "arrays must be uint8 images in [0, 255], float images in [-1, 1] or float "
            f"points. Received: dtype {data.dtype}, shape {data.shape}"
        )
    if data.size == 0:
        raise ValueError(f"arrays must not be empty. Received: shape {data.shape}")
    convert = _points if data.ndim == 2 else _images
    return ArraySource(
        "arrays", convert(data, image_size), labels, num_classes, None, memory_limit
    )


def _unpack(data: tuple, labels: Any) -> tuple[Any, Any]:
    if len(data) != 2:
        raise ValueError(
            f"a tuple must be (images, labels). Received: a tuple of {len(data)}"
        )
    if labels is not None:
        raise ValueError(
            "labels must be given once. Received: a tuple (images, labels) and labels="
        )
    return data


def _points(data: np.ndarray, image_size: Any) -> np.ndarray:
    if image_size is not None:
        raise ValueError(
            "image_size must be None for points. Received: "
            f"image_size={image_size!r} with an array of shape {data.shape}"
        )
    if data.dtype == np.uint8:
        raise ValueError(
            "points, arrays of shape (n, dimensions), must be floats. Received: uint8"
        )
    _check_finite(data)
    return data.astype(np.float32, copy=False)


def _images(data: np.ndarray, image_size: Any) -> np.ndarray:
    if data.ndim not in (3, 4):
        raise ValueError(
            "arrays must have the shape (n, height, width), (n, height, width, "
            f"channels) or (n, dimensions). Received: {data.shape}"
        )
    if data.ndim == 3:
        data = data[..., None]
    if data.dtype != np.uint8:
        data = _quantize(data)
    size = checks.image_size(image_size)
    if size is None or size == data.shape[1:3]:
        return data
    return np.stack([pixels.fit_array(image, size) for image in data])


def _check_finite(data: np.ndarray) -> None:
    count = np.count_nonzero(~np.isfinite(data))
    if count:
        raise ValueError(
            f"arrays must be finite. Received: {count} values that are NaN or infinite"
        )


def _quantize(data: np.ndarray) -> np.ndarray:
    """Rounds floats in [-1, 1] to uint8, the inverse of `x / 127.5 - 1`."""
    _check_finite(data)
    low, high = float(data.min()), float(data.max())
    if low < -1 or high > 1:
        raise ValueError(
            "float images must lie in [-1, 1] (uint8 images in [0, 255]). Received: "
            f"values in [{low:g}, {high:g}]"
        )
    if low >= 0 and high > 0:
        _logger.warning(
            "float images are read as [-1, 1], and these lie in [%g, %g]: if they "
            "were scaled to [0, 1], pass 2 * images - 1",
            low,
            high,
        )
    return np.round((data.astype(np.float64) + 1) * 127.5).astype(np.uint8)
