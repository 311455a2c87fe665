"""Pixels of a generator as parts of a page, never smoothed when they are enlarged."""

import base64
import io
import math

import numpy as np

from kgan.callbacks.files import image
from kgan.callbacks.images import mosaic
from kgan.report.markup import Html, element

# The longest side of an image on the screen, about, and the longest in the file:
# 150 images of 64 × 64 pixels in colour are 2 MB.
_SHOWN = 100
_STORED = 64


def data_uri(picture, colors: int | None = None) -> str:
    """Encodes a picture as a PNG file inside of an address, "data:image/png;base64,…".

    Args:
        picture: uint8 array of shape `(height, width, channels)`, of 1 to 4 channels:
            gray, gray and alpha, RGB, RGBA.
        colors: Reduces it to so many colours, without dithering; None keeps all.
    """
    from PIL import Image

    picture = image(picture)
    if colors is not None:
        picture = picture.quantize(colors, dither=Image.Dither.NONE)
    file = io.BytesIO()
    picture.save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def reduction(shape: tuple) -> int:
    """By which integer images of a shape are reduced, so that pages stay small."""
    return math.ceil(max(shape[:2]) / _STORED)


def _reduced(picture):
    factor = reduction(picture.shape)
    if factor == 1:
        return picture
    small = image(picture).reduce(factor)
    return np.asarray(small).reshape(*small.size[::-1], -1)


def tiles(images: np.ndarray, columns: int) -> np.ndarray:
    """Lays images out in rows, with transparent gaps of one pixel between them.

    Args:
        images: uint8 of shape `(n, height, width, channels)`, n at least 1; gray, RGB
            or RGBA.
        columns: Images in a row, a positive integer.

    Returns:
        uint8 of shape `(rows * (height + 1) - 1, columns * (width + 1) - 1, 2 or 4)`:
        with alpha, 0 in gaps and where no image is.
    """
    columns = min(columns, len(images))
    if images.shape[-1] != 4:
        opaque = np.full_like(images[..., :1], 255)
        images = np.concatenate([images, opaque], axis=-1)
    rows = math.ceil(len(images) / columns)
    return mosaic(images, rows, columns, gap=1, background=0)[1:-1, 1:-1]


def grid(images: np.ndarray, columns: int, alt: str) -> Html:
    """Shows `tiles` as one `<img>`, crisp, of which `alt` is a description.

    It is enlarged by an integer where the page is wide enough.
    """
    images = np.stack([_reduced(each) for each in images])
    picture = tiles(images, columns)
    factor = max(1, _SHOWN // max(images.shape[1:3]))
    return element(
        "img",
        src=data_uri(picture),
        alt=alt,
        width=picture.shape[1] * factor,
        height=picture.shape[0] * factor,
        class_="pixels",
    )
