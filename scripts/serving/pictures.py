"""Images out of a server's answer, and into files."""

import io
import math
import os
import pathlib

import numpy as np
from PIL import Image
from serving.failures import Failure

# As `kgan.callbacks.grid` lays images out.
_LEGIBLE = 64
_GAP = 2
_GRAY = 128
# What Pillow and NumPy raise where they are given something else.
_NO_IMAGES = (
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    Image.DecompressionBombError,
)


def read(output: str, answer, count: int, joined: bool = False) -> np.ndarray:
    """Reads the images of an answer.

    Args:
        output: The output's name, one of `READERS`.
        answer: Array or nested lists, with an entry for each image.
        count: Number of images that were asked for.
        joined: Whether the answer has an axis of requests, of which this is the first;
            there the server fills up to the longest request that it joined.

    Returns:
        A uint8 array of shape `(count, height, width, channels)`.

    Raises:
        Failure: If the answer is something else.
    """
    try:
        images = READERS[output](answer[0][:count] if joined else answer)
    except _NO_IMAGES as error:
        raise Failure(f"The answer's `{output}` are no images: {error}") from None
    if len(images) != count:
        raise Failure(f"The server gave {len(images)} images instead of {count}")
    return images


def _from_pixels(answer):
    pixels = np.asarray(answer)
    if pixels.ndim != 4 or not 1 <= pixels.shape[-1] <= 4 or not pixels.size:
        raise ValueError(f"their shape is {pixels.shape}")
    if pixels.dtype.kind not in "iu" or pixels.min() < 0 or pixels.max() > 255:
        raise ValueError("their values are no integers in [0, 255]")
    return pixels.astype(np.uint8)


def _from_files(answer):
    return _from_pixels([_decoded(entry) for entry in answer])


def _decoded(entry):
    with Image.open(io.BytesIO(entry), formats=["PNG"]) as image:
        pixels = np.asarray(image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


READERS = {"image_bytes": _from_files, "images": _from_pixels}


def write(output: pathlib.Path, images: np.ndarray) -> str:
    """Writes images as PNG files of a folder, or as one grid.

    Args:
        output: The folder, or a path that ends in `.png`.
        images: uint8 array of shape `(n, height, width, channels)`.

    Returns:
        A line that says what was written.

    Raises:
        Failure: If the disk refuses.
    """
    try:
        if is_grid(output):
            _write_png(output, grid(images))
        else:
            for index, image in enumerate(images):
                _write_png(output / f"image-{index:06d}.png", image)
    except OSError as error:
        raise Failure(f"{output} cannot be written: {error}") from None
    return f"{len(images)} images in {output}"


def is_known(output: pathlib.Path) -> bool:
    """Returns whether something is written to such a path."""
    return not output.suffix or output.is_dir() or is_grid(output)


def is_grid(output: pathlib.Path) -> bool:
    """Returns whether a path stands for one picture instead of a folder."""
    return output.suffix.lower() == ".png" and not output.is_dir()


def grid(images: np.ndarray) -> np.ndarray:
    """Lays images out in rows, nearly square; small ones are enlarged."""
    count, height, width, channels = images.shape
    scale = math.ceil(_LEGIBLE / max(height, width))
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    high, wide = height * scale + _GAP, width * scale + _GAP
    shape = (rows * high + _GAP, columns * wide + _GAP, channels)
    picture = np.full(shape, _GRAY, np.uint8)
    if channels in (2, 4):
        picture[..., -1] = 255
    for index, image in enumerate(images):
        top, left = index // columns * high + _GAP, index % columns * wide + _GAP
        picture[top : top + height * scale, left : left + width * scale] = image
    return picture


def _write_png(path, pixels):
    """Writes a file that is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.png")
    try:
        gray = pixels.shape[-1] == 1
        Image.fromarray(pixels[..., 0] if gray else pixels).save(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
