"""The ways in which images are brought to a network's size before they are compared.

They differ more than they seem to: what aliases is another image to the network, and
figures of two resizers cannot be compared. None rounds its result to whole numbers.

Source:
    Parmar, Zhang and Zhu, "On Aliased Resizing and Surprising Subtleties in GAN
    Evaluation" (2022), section 3.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from kgan.core import registry


def clean(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes by a bicubic filter, widened where it shrinks, so that nothing aliases.

    Args:
        images: uint8 of shape `(n, height, width, channels)`.
        size: `(height, width)` of the result.

    Returns:
        float32 of shape `(n, *size, channels)`; overshoots are cut to [0, 255].

    Source:
        Parmar, Zhang and Zhu (2022), section 3.2; "clean-fid".
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

    The point i of the result is read at i · input / output, between the two nearest
    pixels, whatever the scale.

    Args:
        images: uint8 of shape `(n, height, width, channels)`.
        size: `(height, width)` of the result.

    Returns:
        float32 of shape `(n, *size, channels)` in [0, 255].

    Source:
        Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a
        Local Nash Equilibrium" (2017): the resizing inside of its Inception graph.
    """
    return _bilinear(images, size, half_pixel_centers=False)


def legacy_pytorch(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes bilinearly as PyTorch's `interpolate`: centred, and it aliases.

    The point i of the result is read at (i + ½) · input / output − ½.

    Args:
        images: uint8 of shape `(n, height, width, channels)`.
        size: `(height, width)` of the result.

    Returns:
        float32 of shape `(n, *size, channels)` in [0, 255].

    Source:
        Parmar, Zhang and Zhu (2022), section 3.2; "pytorch-fid".
    """
    return _bilinear(images, size, half_pixel_centers=True)


def _bilinear(images, size, half_pixel_centers):
    return tf.raw_ops.ResizeBilinear(
        images=images, size=size, half_pixel_centers=half_pixel_centers
    ).numpy()


_RESIZERS = {f.__name__: f for f in (clean, legacy_tensorflow, legacy_pytorch)}


def names() -> tuple[str, ...]:
    """Returns the names that `get` knows."""
    return tuple(_RESIZERS)


def get(name: str) -> Callable:
    """Finds a resizer.

    Args:
        name: One of `names()`.

    Returns:
        A function of images and size; its `__name__` is the name.

    Raises:
        ValueError: If there is none of that name.

    Example:
        ```python
        resizers.get("clean")(images, (299, 299))
        ```
    """
    if name not in _RESIZERS:
        raise ValueError(registry.unknown("`resizer` must be one of", name, _RESIZERS))
    return _RESIZERS[name]
