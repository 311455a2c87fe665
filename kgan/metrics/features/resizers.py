"""Resizing of images to a network's size before they are compared.

Figures of two resizers are not comparable: what aliases is another image to the
network. A resizer maps uint8 `(n, height, width, channels)` and `(height, width)` to
float32 `(n, height, width, channels)` in [0, 255], not rounded to whole numbers.

Source: Parmar, Zhang and Zhu, "On Aliased Resizing and Surprising Subtleties in GAN
Evaluation" (2022), section 3.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kgan.core import registry


def clean(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes by a bicubic filter, widened where it shrinks, so that nothing aliases.

    Overshoots are cut ("clean-fid"; Parmar, Zhang and Zhu, 2022, section 3.2).
    """
    from PIL import Image

    count, _, _, channels = images.shape
    resized = np.empty((count, *size, channels), np.float32)
    for number, channel in np.ndindex(count, channels):
        plane = Image.fromarray(images[number, :, :, channel].astype(np.float32))
        resized[number, :, :, channel] = plane.resize(size[::-1], Image.BICUBIC)
    return resized.clip(0.0, 255.0)


def legacy_tensorflow(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes bilinearly as TensorFlow 1 did: it aliases, and shifts by half a pixel.

    Point i of the result is read at i · input / output, between the two nearest pixels,
    whatever the scale: as in the Inception graph of Heusel et al., "GANs Trained by a
    Two Time-Scale Update Rule Converge to a Local Nash Equilibrium" (2017).
    """
    return _bilinear(images, size, half_pixel_centers=False)


def legacy_pytorch(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes bilinearly as PyTorch's `interpolate`: centred, and it aliases.

    Point i of the result is read at (i + ½) · input / output − ½ ("pytorch-fid";
    Parmar, Zhang and Zhu, 2022, section 3.2).
    """
    return _bilinear(images, size, half_pixel_centers=True)


def _bilinear(images, size, half_pixel_centers):
    return tf.raw_ops.ResizeBilinear(
        images=images, size=size, half_pixel_centers=half_pixel_centers
    ).numpy()


_RESIZERS = {f.__name__: f for f in (clean, legacy_tensorflow, legacy_pytorch)}


def names() -> tuple[str, ...]:
    """Returns the names of the resizers."""
    return tuple(_RESIZERS)


def get(name: str) -> Callable:
    """Returns a resizer by its name, as in `get("clean")(images, (299, 299))`.

    Raises a `ValueError` if there is none of that name.
    """
    if name not in _RESIZERS:
        raise ValueError(registry.unknown("`resizer` must be one of", name, _RESIZERS))
    return _RESIZERS[name]
