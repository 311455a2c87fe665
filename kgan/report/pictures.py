"""Pixels of a generator as parts of a page, never smoothed when they are enlarged."""

import base64
import io

import numpy as np

from kgan.report.markup import Html, element

# The longest side of an image on the screen, about, and the longest in the file:
# 150 images of 64 × 64 pixels in colour are 2 MB.
_SHOWN = 100
_STORED = 64


def data_uri(picture, colors: int | None = None) -> str:
    """Encodes a picture as a PNG file inside of an address.

    Args:
        picture: uint8 array of shape `(height, width, channels)`, of 1 to 4 channels:
            gray, gray and alpha, RGB, RGBA.
        colors: Reduces it to so many colours, without dithering; None keeps all.

    Returns:
        A text that begins with "data:image/png;base64,".
    """
    from PIL import Image

    image = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    if colors is not None:
        image = image.quantize(colors, dither=Image.Dither.NONE)
    file = io.BytesIO()
    image.save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"


def reduction(shape: tuple) -> int:
    """By which integer images of a shape are reduced, so that pages stay small."""
    return -(-max(shape[:2]) // _STORED)


def _reduced(image):
    from PIL import Image

    factor = reduction(image.shape)
    if factor == 1:
        return image
    gray = image.shape[-1] == 1
    small = Image.fromarray(image[..., 0] if gray else image).reduce(factor)
    return np.asarray(small).reshape(*small.size[::-1], -1)


def tiles(images: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """Lays images out in rows, with transparent gaps between them.

    Args:
        images: uint8 of shape `(n, height, width, channels)`, n at least 1; gray, RGB
            or RGBA.
        columns: Images in a row, a positive integer.
        gap: Pixels between images.

    Returns:
        uint8 of shape `(rows * (height + gap) - gap, columns * (width + gap) - gap,
        2 or 4)`: with alpha, 0 in gaps and where no image is.
    """
    count, height, width, channels = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    colors = channels - (channels == 4)
    cell = (height + gap, width + gap)
    picture = np.zeros((rows * cell[0], columns * cell[1], colors + 1), np.uint8)
    for index, image in enumerate(images):
        top, left = (
            place * side
            for place, side in zip(divmod(index, columns), cell, strict=True)
        )
        part = picture[top : top + height, left : left + width]
        part[..., colors] = 255
        part[..., :channels] = image
    return picture[: rows * cell[0] - gap, : columns * cell[1] - gap]


def scale(shape: tuple) -> int:
    """How many pixels of the screen a side of a pixel of such images is given."""
    return max(1, _SHOWN // max(shape[:2]))


def grid(images: np.ndarray, columns: int, alt: str) -> Html:
    """Shows images in rows, crisp, and all of them as one picture.

    Args:
        images: As in `tiles`.
        columns: As in `tiles`.
        alt: What is seen, for those who do not see it.

    Returns:
        An `<img>`, enlarged by an integer where the page is wide enough.
    """
    images = np.stack([_reduced(image) for image in images])
    picture = tiles(images, columns)
    factor = scale(images.shape[1:])
    return element(
        "img",
        src=data_uri(picture),
        alt=alt,
        width=picture.shape[1] * factor,
        height=picture.shape[0] * factor,
        class_="pixels",
    )
