"""Lays out many images as one picture."""

import math

import numpy as np

from kgan.core.arguments import positive_integer

# The longest side of an enlarged image: what a person sees without leaning forward.
_LEGIBLE = 64


def grid(
    images: np.ndarray,
    rows: int | None = None,
    columns: int | None = None,
    scale: int | None = None,
    gap: int = 2,
    background: int = 128,
) -> np.ndarray:
    """Lays images out in rows, from left to right and from top to bottom.

    Small images are enlarged by repeating pixels, never smoothed.

    Args:
        images: uint8 array of shape `(n, height, width, channels)`, of 1, 3 or 4
            channels.
        rows: Number of rows. None: as many as the images need.
        columns: Number of columns. None: as many as the images need; nearly as many as
            rows if `rows` is None too.
        scale: Each pixel becomes `scale` × `scale` pixels. None: the smallest integer
            that brings the longer side of an image to at least 64 pixels.
        gap: Pixels between images, and around all of them.
        background: Value in [0, 255] of gaps and of places without an image.

    Returns:
        A uint8 array of shape `(rows * (scale * height + gap) + gap,
        columns * (scale * width + gap) + gap, channels)`.

    Raises:
        ValueError: If `images` are not such an array, or do not fit the grid.

    Example:
        ```python
        picture = kgan.callbacks.grid(gan.generate(64, seed=1))
        ```
    """
    images = _checked(images)
    count, height, width, channels = images.shape
    rows, columns = _layout(count, rows, columns)
    if scale is None:
        scale = math.ceil(_LEGIBLE / max(height, width))
    scale = positive_integer("scale", scale)
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    opaque = [background] * 3 + [255]
    return mosaic(images, rows, columns, gap, opaque if channels == 4 else background)


def mosaic(images, rows, columns, gap, background):
    """Lays images out as they are; `background` is one value, or one per channel."""
    _, height, width, channels = images.shape
    shape = (rows * (height + gap) + gap, columns * (width + gap) + gap, channels)
    picture = np.full(shape, background, np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = row * (height + gap) + gap, column * (width + gap) + gap
        picture[top : top + height, left : left + width] = image
    return picture


def _checked(images):
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or 0 in images.shape:
        raise ValueError(
            "`images` must be a uint8 array of shape (n, height, width, channels) "
            f"with n >= 1. Received: {images.dtype} of shape {images.shape}"
        )
    if images.shape[-1] not in (1, 3, 4):
        raise ValueError(
            "`images` must have 1 channel (gray), 3 (RGB) or 4 (RGBA). "
            f"Received: {images.shape[-1]} channels"
        )
    return images


def _layout(count, rows, columns):
    if rows is None and columns is None:
        columns = math.ceil(math.sqrt(count))
    if columns is None:
        columns = math.ceil(count / positive_integer("rows", rows))
    if rows is None:
        rows = math.ceil(count / positive_integer("columns", columns))
    rows, columns = positive_integer("rows", rows), positive_integer("columns", columns)
    if count > rows * columns:
        raise ValueError(
            f"`images` must fit `rows` × `columns` = {rows} × {columns}. "
            f"Received: {count} images"
        )
    return rows, columns
