"""A source of arrays."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kgan.core.pictures import is_picture
from kgan.data import checks, pixels
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource

# Bytes of an array that are checked at a time.
_CHECKED_AT_ONCE = 2**26
_TOLERANCE = 1e-3  # beyond [-1, 1], as games allow it

_logger = logging.getLogger(__name__)


class ArraySource(IndexedSource):
    """Examples held in one array.

    Args:
        name: Name in messages.
        array: `(n, *shape)`: uint8 images `(n, height, width, channels)`, or floats,
            which are read as float32.
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
            dtype="uint8" if array.dtype == np.uint8 else "float32",
            num_examples=len(array),
            num_classes=None if labels is None else num_classes,
            class_names=class_names,
            memory_limit=memory_limit,
        )
        self.array = array
        self.labels = labels

    def read(self, indices=None):
        return super().read(indices).astype(self.dtype, copy=False)


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
            - float images in [-1, 1] of these shapes, with up to four channels;
            - floats of any range: images of more channels, voxels
              `(n, depth, height, width, channels)`, points `(n, dimensions)`;
            - a tuple `(data, labels)`.
            Floats keep their values, as float32. All of them are checked here, a part
            at a time, so that a `numpy.memmap` may be larger than the memory.
        image_size: Images are resized to it (see `kgan.data.source`).
        labels: n integers in [0, num_classes), of shape `(n,)` or `(n, 1)`, or None.
        num_classes: None is the largest label plus one.
        memory_limit: See `ArraySource`.

    Raises a `ValueError` if shape, dtype or range of the data or labels are wrong.
    """
    if isinstance(data, tuple):
        data, labels = _unpack(data, labels)
    if num_classes is not None:
        num_classes = checks.integer("num_classes", num_classes, 1)
    data = np.asanyarray(data)
    if data.size == 0:
        raise ValueError(f"arrays must not be empty. Received: shape {data.shape}")
    if data.dtype == np.uint8:
        prepare = _bytes
    elif data.dtype.kind == "f":
        prepare = _floats
    else:
        raise ValueError(_wrong_type(data))
    return ArraySource(
        "arrays", prepare(data, image_size), labels, num_classes, None, memory_limit
    )


def _wrong_type(data: np.ndarray) -> str:
    how = ""
    if data.dtype.kind in "iu":
        low, high = int(data.min()), int(data.max())
        fits = low >= 0 and high <= 255
        advice = "x.astype('uint8')" if fits else _advice(low, high)
        how = f" in [{low}, {high}], which {advice} converts"
    return (
        "arrays must be uint8 images in [0, 255], float images in [-1, 1] or other "
        f"floats. Received: dtype {data.dtype}, shape {data.shape}{how}"
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


def _bytes(data: np.ndarray, image_size: Any) -> np.ndarray:
    if data.ndim == 2:
        raise ValueError(
            "points, arrays of shape (n, dimensions), must be floats. Received: uint8"
        )
    if data.ndim not in (3, 4):
        raise ValueError(
            "uint8 arrays must have the shape (n, height, width) or (n, height, width, "
            f"channels). Received: {data.shape}"
        )
    data = data[..., None] if data.ndim == 3 else data
    _remark_on_channels(data)
    return _resized(data, checks.image_size(image_size), pixels.fit_array)


def _floats(data: np.ndarray, image_size: Any) -> np.ndarray:
    if data.ndim not in (2, 3, 4, 5):
        raise ValueError(
            "arrays must have the shape (n, height, width), (n, height, width, "
            "channels), (n, dimensions) or (n, depth, height, width, channels). "
            f"Received: {data.shape}"
        )
    data = data[..., None] if data.ndim == 3 else data
    if image_size is not None and data.ndim != 4:
        kind = "points" if data.ndim == 2 else "voxels"
        raise ValueError(
            f"image_size must be None for {kind}. Received: "
            f"image_size={image_size!r} with an array of shape {data.shape}"
        )
    low, high = _range(data)
    is_image = is_picture(data.shape[1:])
    if is_image:
        _check_images(data, low, high)
    _remark_on_channels(data)

    def fit(image, size):
        fitted = pixels.fit_array(image.astype(np.float32), size)
        # Lanczos overshoots.
        return fitted.clip(-1.0, 1.0) if is_image else fitted

    return _resized(data, checks.image_size(image_size), fit)


def _remark_on_channels(data: np.ndarray) -> None:
    many = data.ndim == 4 and not is_picture(data.shape[1:])
    if many and data.shape[1] in (1, 3):
        _logger.warning(
            "arrays of shape %s are read as images of %d channels: if the channels "
            "come first, pass numpy.moveaxis(x, 1, -1)",
            data.shape,
            data.shape[3],
        )


def _resized(data: np.ndarray, size: tuple[int, int] | None, fit) -> np.ndarray:
    if size is None or size == data.shape[1:3]:
        return data
    return np.stack([fit(image, size) for image in data])


def _parts(data: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yields (number of its first example, part) of an array, one part at a time."""
    rows = max(1, _CHECKED_AT_ONCE // data[0].nbytes)
    for first in range(0, len(data), rows):
        yield first, np.asarray(data[first : first + rows])


def _range(data: np.ndarray) -> tuple[float, float]:
    """Returns the lowest and the highest value; all must be finite as float32."""
    low, high, count, place = np.inf, -np.inf, 0, None
    for first, part in _parts(data):
        low, high = min(low, part.min()), max(high, part.max())
        wrong = ~(np.abs(part) <= np.finfo(np.float32).max)
        if wrong.any():
            count += np.count_nonzero(wrong)
            place = first + _first_row(wrong) if place is None else place
    if count:
        raise ValueError(
            f"arrays must be finite. Received: {count} values that are NaN or infinite "
            f"as float32, the first in example {place}"
        )
    return float(low), float(high)


def _first_row(wrong: np.ndarray) -> int:
    return int(np.argwhere(wrong)[0, 0])


def _check_images(data: np.ndarray, low: float, high: float) -> None:
    most = 1 + _TOLERANCE
    if low < -most or high > most:
        outside = ((first, np.abs(part) > most) for first, part in _parts(data))
        first, wrong = next(found for found in outside if found[1].any())
        raise ValueError(
            "float images must lie in [-1, 1] (uint8 images in [0, 255]). Received: "
            f"values in [{low:g}, {high:g}], example {first + _first_row(wrong)} the "
            f"first outside; {_advice(low, high)} converts"
        )
    if low >= 0 and high > 0:
        raise ValueError(
            "float images must lie in [-1, 1] and have values below 0. Received: "
            f"values in [{low:g}, {high:g}]; x * 2 - 1 converts images in [0, 1]"
        )


def _advice(low: float, high: float) -> str:
    """Returns the expression that brings images x from their range to [-1, 1]."""
    if low >= 0 and high <= 255:
        return "x / 127.5 - 1"
    return f"2 * (x - {low:.9g}) / {high - low:.9g} - 1".replace("- -", "+ ")
