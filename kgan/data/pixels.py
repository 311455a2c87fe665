"""Conversion of Pillow images to uint8 pixels: orientation, channels, size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_GRAY_MODES = ("1", "L", "LA", "La")


def is_16_bit(image: Image.Image) -> bool:
    """Returns whether `image` is gray with 16 bits a pixel."""
    return image.mode.startswith("I;16")


def is_gray(image: Image.Image) -> bool:
    """Returns whether `image` has no colour channels."""
    return image.mode in _GRAY_MODES or is_16_bit(image)


def to_channels(image: Image.Image, channels: int) -> Image.Image:
    """Converts an image to gray (1), RGB (3) or RGBA (4), of mode `L`, `RGB` or `RGBA`.

    The image has 8 bits a channel, or 16 bits of gray. Unless there are four channels,
    transparent pixels are laid over white.
    """
    from PIL import Image

    if is_16_bit(image):
        # Pillow's own conversion of 16 bits to `L` has clipped at 255 in some versions.
        wide = np.asarray(image).astype(np.uint32)
        image = Image.fromarray(((wide * 255 + 32767) // 65535).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if channels != 4:
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
    return image.convert(_MODES[channels])


def fit(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resizes without distortion: scales until `size` is covered, crops the centre.

    The filter is Lanczos, widened when it shrinks, so that nothing aliases. `size` is
    (height, width); an image of that size is returned as it is.
    """
    from PIL import Image, ImageOps

    height, width = size
    if image.size == (width, height):
        return image
    return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def to_array(image: Image.Image) -> np.ndarray:
    """Returns uint8 pixels of shape `(height, width, channels)`."""
    return np.atleast_3d(np.asarray(image))


def fit_array(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes uint8 `(height, width, channels)` as `fit` does, to `(*size, channels)`.

    Any number of channels is possible; four are RGBA.
    """
    from PIL import Image

    if pixels.shape[:2] == size:
        return pixels
    if pixels.shape[2] in (3, 4):
        return to_array(fit(Image.fromarray(pixels), size))
    channels = [fit(Image.fromarray(c), size) for c in np.moveaxis(pixels, -1, 0)]
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)
