"""Conversion of Pillow images to pixels: channels, size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kgan.data import wide_gray

if TYPE_CHECKING:
    from PIL import Image

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_GRAY_MODES = ("1", "L", "LA", "La")
CONVERTED = ("CMYK", "HSV", "LAB", "YCbCr")  # modes of colours other than RGB


def is_gray(image: Image.Image) -> bool:
    """Returns whether `image` has no colour channels."""
    return image.mode in _GRAY_MODES or wide_gray.is_wide(image)


def loses_bits(image: Image.Image) -> bool:
    """Returns whether Pillow reads 8 of 16 bits of each channel of `image`.

    It has no mode of several channels with more. `image` is opened and not decoded.
    """
    if wide_gray.is_wide(image):
        return False
    stored = [tile.args for tile in getattr(image, "tile", ())]
    # The file's layout alone, or a tuple that begins with it; PPM adds its maximum.
    layouts = [args if isinstance(args, tuple) else (args,) for args in stored]
    return any(
        ";16" in str(layout[0]) or (image.format == "PPM" and layout[1:] > (255,))
        for layout in layouts
        if layout
    )


def to_channels(image: Image.Image, channels: int) -> Image.Image:
    """Converts an image to gray (1), RGB (3) or RGBA (4), of mode `L`, `RGB` or `RGBA`.

    The image has 8 bits a channel. Unless there are four channels, transparent pixels
    are laid over white.
    """
    from PIL import Image

    if image.mode == "LAB":
        image = image.convert("RGB")  # from which alone Pillow converts to gray
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if channels != 4:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
    return image.convert(_MODES[channels])


def part(image: Image.Image, which: str | None) -> Image.Image:
    """Returns the "left" or "right" half of an image of even width; None is all."""
    if which is None:
        return image
    middle = image.width // 2
    left, right = (0, middle) if which == "left" else (middle, image.width)
    return image.crop((left, 0, right, image.height))


def fit(
    image: Image.Image, size: tuple[int, int], crop: bool = True, nearest: bool = False
) -> Image.Image:
    """Resizes without distortion: scales until `size` is covered, crops the centre.

    Without `crop` the whole image is scaled to `size`, and distorted if its proportions
    are others. The filter is Lanczos, widened when it shrinks, so that nothing aliases;
    with `nearest` each pixel is one of the image. `size` is (height, width); an image
    of that size is returned as it is.
    """
    from PIL import Image, ImageOps

    height, width = size
    if image.size == (width, height):
        return image
    resize = ImageOps.fit if crop else Image.Image.resize
    kind = Image.Resampling.NEAREST if nearest else Image.Resampling.LANCZOS
    return resize(image, (width, height), kind)


def to_array(image: Image.Image) -> np.ndarray:
    """Returns uint8 pixels of shape `(height, width, channels)`."""
    return np.atleast_3d(np.asarray(image))


def spread(gray: np.ndarray, channels: int) -> np.ndarray:
    """Returns floats `(height, width)` in [−1, 1] as gray, RGB or opaque RGBA."""
    spread = np.stack([gray] * channels, axis=-1)
    if channels == 4:
        spread[..., 3] = 1.0
    return spread


def fit_array(
    pixels: np.ndarray, size: tuple[int, int], crop: bool = True
) -> np.ndarray:
    """Resizes `(height, width, channels)` as `fit` does, to `(*size, channels)`.

    They are uint8 or float32. Any number of channels is possible; four are RGBA.
    """
    from PIL import Image

    if pixels.shape[:2] == size:
        return pixels
    if pixels.shape[2] in (3, 4) and pixels.dtype == np.uint8:
        return to_array(fit(Image.fromarray(pixels), size, crop))
    channels = [
        fit(Image.fromarray(channel), size, crop)
        for channel in np.moveaxis(pixels, -1, 0)
    ]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)
