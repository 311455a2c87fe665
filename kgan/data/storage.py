"""Storage of decoded images: in memory, or in a file that is mapped to it."""

import hashlib
import os
import pathlib
from collections.abc import Callable

import numpy as np


def in_memory(
    shape: tuple[int, ...],
    fill: Callable[[np.ndarray], None],
    dtype: np.typing.DTypeLike = np.uint8,
) -> np.ndarray:
    """Returns an array of this shape and type, all of which `fill` writes."""
    array = np.empty(shape, dtype)
    fill(array)
    return array


def in_file(
    cache_dir: str | os.PathLike,
    key: str,
    shape: tuple[int, ...],
    fill: Callable[[np.ndarray], None],
    dtype: np.typing.DTypeLike = np.uint8,
) -> np.ndarray:
    """Returns an array mapped read-only to a file, which is written if missing.

    The file appears under its name when it is whole; a write that fails leaves nothing.

    Args:
        cache_dir: Folder of the file, created if needed.
        key: Text with all that the content depends on.
        shape: Shape of the array.
        fill: Function that writes all of it.
        dtype: Type of the array.
    """
    folder = pathlib.Path(os.path.expanduser(cache_dir))
    name = hashlib.sha256(f"{key} {shape}".encode()).hexdigest()[:32]
    path = folder / f"{name}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{name}.{os.getpid()}.partial"
        try:
            array = np.lib.format.open_memmap(partial, "w+", dtype, shape)
            fill(array)
            array.flush()
            os.replace(partial, path)
        finally:
            partial.unlink(missing_ok=True)
    return np.load(path, mmap_mode="r")
