"""Gray images of 16 or 32 bits: their values, and which of them become [−1, 1]."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

    from kgan.data.image_files import ImageInfo

# Tags of TIFF.
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_UNSIGNED, _SIGNED, _WHITE_IS_ZERO = 1, 2, 0
_HIGHEST = "maxval"  # of a PGM, in `Image.info`

_MANY = 0.05  # share of the pixels; more are rarely cut on purpose

OLD_WINDOW = (0, 65535)  # of all images of 16 bits, before there were windows


@dataclasses.dataclass(frozen=True)
class Values:
    """Values of the pixels of a wide image, which have no fixed range.

    Attributes:
        low: The lowest one.
        high: The highest one.
        whole: Whether they are integers.
        pixels: How many there are.
        cut: How many of them lie outside a window that was given.
    """

    low: float
    high: float
    whole: bool
    pixels: int = 1
    cut: int = 0


def is_wide(image: Image.Image) -> bool:
    """Returns whether `image` is gray with 16 or 32 bits a pixel."""
    return image.mode.startswith("I") or image.mode == "F"


def is_signed_byte(image: Image.Image) -> bool:
    """Returns whether `image` has signed 8-bit values, which Pillow takes for others.

    Only TIFF has such.
    """
    return image.mode == "L" and _sample_format(image) == _SIGNED


def keep_highest(image: Image.Image) -> None:
    """Keeps what `read` needs of a PGM, whose values Pillow scales to 0 to 65535.

    To be called before `image` is decoded.
    """
    if image.format == "PPM" and is_wide(image):
        name, *_, arguments = image.tile[0]
        if name.startswith("ppm"):
            image.info[_HIGHEST] = arguments[-1]


def read(image: Image.Image, upright: Image.Image) -> np.ndarray:
    """Returns the stored values of a wide image, of shape `(height, width)`.

    `image` has what its file says about them, `upright` is the same turned.
    """
    values = np.asarray(upright)
    if image.format == "PPM" and _HIGHEST in image.info:
        return np.rint(values * (image.info[_HIGHEST] / 65535)).astype(np.int32)
    wrapped = image.mode == "I" and _sample_format(image) == _UNSIGNED
    if wrapped and _tag(image, _BITS, (16,))[0] == 32:
        return values.view(np.uint32)
    return values


def summary(
    values: np.ndarray, window: tuple[float, float] | None = None
) -> Values | None:
    """Returns what values there are; None if some are NaN or infinite."""
    low, high = values.min().item(), values.max().item()
    # NaN is the minimum of all that it is among.
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    cut = 0
    if window is not None:
        cut = np.count_nonzero((values < window[0]) | (values > window[1]))
    return Values(low, high, values.dtype.kind != "f", values.size, cut)


def is_inverted(image: Image.Image) -> bool:
    """Returns whether high values of a wide image are dark.

    Pillow inverts such a TIFF only if it has 8 bits.
    """
    return _tag(image, _PHOTOMETRIC, None) == _WHITE_IS_ZERO


def _sample_format(image):
    return _tag(image, _SAMPLE_FORMAT, (_UNSIGNED,))[0] if _tags(image) else None


def _tag(image, number, default):
    return _tags(image).get(number, default)


def _tags(image):
    return getattr(image, "tag_v2", {})


def scale(values: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """Returns `2 (x − low) / (high − low) − 1` as float32, clipped to [−1, 1]."""
    low, high = window
    scaled = (values.astype(np.float64) - low) * (2.0 / (high - low)) - 1.0
    return np.clip(scaled, -1.0, 1.0).astype(np.float32)


def check_window(name: str, value: Any) -> tuple[float, float] | None:
    """Returns the argument `name`, a window (low, high), or None if it was not given.

    Raises a `ValueError` unless it is None or two finite numbers, the lower one first.
    """
    if value is None:
        return None
    try:
        low, high = (float(bound) for bound in value)
        fits = low < high and math.isfinite(low) and math.isfinite(high)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(
            f"{name} must be None or (low, high), two numbers in this order. "
            f"Received: {value!r}"
        )
    return tuple(value)


def choose_window(
    infos: Mapping[str, ImageInfo],
    window: tuple[float, float] | None,
    where: str,
    name: str = "window",
) -> tuple[tuple[float, float] | None, list[str]]:
    """Chooses the window of a set of images, and describes it.

    Args:
        infos: File -> `ImageInfo`.
        window: The one that was given, or None: from the lowest to the highest value.
        where: The place of the images, for errors.
        name: Name of the argument, for errors.

    Returns `(window, notes)`; the window is None if all images have 8 bits.

    Raises a `ValueError` if the window is no window, or none of the values lie in it,
    or it is None and images have no common one.
    """
    window = check_window(name, window)
    wide = {file: info.values for file, info in infos.items() if info.values}
    if not wide:
        unused = f"{name}={window} changes nothing: all images have 8 bits a channel"
        return None, [] if window in (None, OLD_WINDOW) else [unused]
    low = min(values.low for values in wide.values())
    high = max(values.high for values in wide.values())
    if window is None:
        _check_common(wide, where, name)
    elif window[0] > high or window[1] < low:
        raise ValueError(
            f"{name} must have a part of the values of {where}, which lie from "
            f"{low:.9g} to {high:.9g}. Received: {window}"
        )
    return window or (low, high), [_describe(wide, len(infos), low, high, window, name)]


def _check_common(wide, where, name):
    kinds = {values.whole: (file, values) for file, values in wide.items()}
    if len(kinds) > 1:
        integers, floats = (
            f"such as {file} ({values.low:.9g} to {values.high:.9g})"
            for file, values in (kinds[True], kinds[False])
        )
        raise ValueError(
            f"{name} must be given, since {where} has images of integers, {integers}, "
            f"and of floats, {floats}. Received: None"
        )
    if len({bound for values in wide.values() for bound in _bounds(values)}) == 1:
        (low, _) = _bounds(next(iter(wide.values())))
        raise ValueError(
            f"{name} must be given, since all 16-bit and 32-bit images of {where} have "
            f"the one value {low:.9g}. Received: None"
        )


def _bounds(values):
    return values.low, values.high


def _describe(wide, total, low, high, window, name):
    """Describes in one line what becomes of the values."""
    note = f"{len(wide)} of {total} images have 16 or 32 bits a pixel: "
    found = f"from {low:.9g} to {high:.9g} over all of them"
    if window is None:
        note += (
            f"their values, {found}, become [-1, 1] ({name}=(low, high) or "
            f"--{name}=low,high sets others)"
        )
    else:
        note += f"of their values, {found}, {window} become [-1, 1], others are cut"
        pixels = sum(values.pixels for values in wide.values())
        share = sum(values.cut for values in wide.values()) / pixels
        if share > _MANY:
            note += f", {share:.0%} of the pixels"
    if len(wide) < total:
        note += f"; 0 to 255 of the other {total - len(wide)}, of 8 bits, do, too"
    return note
