"""Checks and channels of the images that extractors accept."""

import numpy as np

# ITU-R BT.601, the luma of JPEG files and of Pillow's gray images.
_LUMA = (0.299, 0.587, 0.114)


def check(images: np.ndarray, name: str, dtype: type = np.uint8) -> None:
    """Checks a batch of gray or RGB images for the extractor `name`.

    Raises a `ValueError` if `images` is not of the dtype and of shape
    `(n, height, width, channels)` with one channel or three, and n ≥ 1.
    """
    fits = images.dtype == dtype and images.ndim == 4 and len(images)
    if not fits or images.shape[3] not in (1, 3):
        transparent = images.ndim == 4 and images.shape[3] == 4
        hint = "; lay RGBA over a background first" if transparent else ""
        raise ValueError(
            f"`images` for the features {name!r} must be {np.dtype(dtype)} of shape "
            f"(n, height, width, 1 or 3){hint}. "
            f"Received: {images.dtype} of shape {images.shape}"
        )


def to_channels(images: np.ndarray, channels: int) -> np.ndarray:
    """Converts images between gray and RGB, 1 or 3 `channels`.

    Gray is repeated; RGB becomes its luma 0.299 R + 0.587 G + 0.114 B, that of uint8
    rounded as in a file.

    Source: Recommendation ITU-R BT.601-7 (2011), section 2.5.1.
    """
    if images.shape[3] == channels:
        return images
    if channels == 3:
        return np.repeat(images, 3, axis=3)
    luma = (images @ np.array(_LUMA))[..., None]
    rounded = np.round(luma) if images.dtype == np.uint8 else luma
    return rounded.astype(images.dtype)
