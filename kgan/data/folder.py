"""A folder of images, of any size, shape and mode; its sub-folders are classes."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import functools
import hashlib
import logging
import os
import pathlib
from collections.abc import Iterable

import numpy as np

from kgan.data import checks, pixels, storage
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource

_logger = logging.getLogger(__name__)

# Raster formats alone: Pillow hands some others (EPS, WMF) to programs outside.
_FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
_NAMED = 10  # how many files a message names; `skipped` has them all


@dataclasses.dataclass(frozen=True)
class FolderScan:
    """What lies in a folder of images; each file was decoded once, whole.

    Attributes:
        folder: The folder.
        files: Paths of the readable images, relative to it, sorted.
        sizes: (height, width) -> number of images, as they stand upright.
        num_gray: How many are gray.
        num_transparent: How many have an alpha channel or a transparent colour.
        skipped: (path, reason) of each file that is no readable image.
    """

    folder: pathlib.Path
    files: tuple[str, ...]
    sizes: collections.Counter
    num_gray: int
    num_transparent: int
    skipped: tuple[tuple[str, str], ...]

    @property
    def channels(self) -> int:
        """4 if all images have alpha, else 3 if any has colour, else 1."""
        if self.num_transparent == len(self.files):
            return 4
        return 1 if self.num_gray == len(self.files) else 3

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The sub-folders with images, sorted; None if any image lies outside them."""
        parts = [pathlib.PurePath(file).parts for file in self.files]
        if any(len(part) == 1 for part in parts):
            return None
        return tuple(sorted({part[0] for part in parts}))


def scan_folder(folder: str | os.PathLike) -> FolderScan:
    """Reads every file under a folder and says what there is.

    Files whose content is an image of a common raster format count as images,
    whatever their name; hidden ones, and those that cannot be decoded whole, are
    skipped.

    Args:
        folder: Path of the folder.

    Returns:
        A `FolderScan`.

    Raises:
        ValueError: If it does not exist, is no folder, or has no readable image.

    Example:
        ```python
        scan = kgan.data.scan_folder("photos")
        print(scan.sizes.most_common(1), scan.channels, scan.skipped)
        ```
    """
    root = pathlib.Path(folder).expanduser()
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing there"
        raise ValueError(f"Expected a folder of images at {root}. Received: {found}")
    names, skipped = _walk(root)
    inspected = _threads().map(lambda name: _inspect(root / name), names)
    looks = {}
    for name, look in zip(names, inspected, strict=True):
        if isinstance(look, _Look):
            looks[name] = look
        else:
            skipped.append((name, look))
    scan = FolderScan(
        folder=root,
        files=tuple(looks),
        sizes=collections.Counter(look.size for look in looks.values()),
        num_gray=sum(look.gray for look in looks.values()),
        num_transparent=sum(look.transparent for look in looks.values()),
        skipped=tuple(sorted(skipped)),
    )
    if not scan.files:
        skipped = _describe_skipped(scan) or "no files"
        raise ValueError(
            f"Expected images in {root} or its sub-folders ({', '.join(_FORMATS)}). "
            f"Received: {skipped}"
        )
    return scan


class FolderSource(IndexedSource):
    """Images of a folder, all made the same size and mode.

    What fits in memory is decoded at the first read and held; the rest is decoded by
    index in threads, or once into a file that is mapped to memory.

    Args:
        folder: Path of the folder. The sub-folders at its top are the classes, sorted
            by name; images outside them leave it without classes.
        image_size: Integer or (height, width), see `kgan.data.source`. None needs
            images of one size.
        channels: 1, 3 or 4. None takes 4 if all images have alpha, else 3 if any has
            colour, else 1. Alpha that is not kept is laid over white.
        strict: Whether a file that is no readable image is an error; otherwise such
            files are counted and named in one log line.
        memory_limit: The largest size in bytes that is held in memory.
        cache_dir: Folder for decoded images that exceed it.

    Attributes:
        scan: The `FolderScan`.
        skipped: (path, reason) of each file that was left out.

    Raises:
        ValueError: If there is no image, sizes differ without `image_size`, a file
            was skipped under `strict`, or an argument is wrong.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        image_size: int | tuple[int, int] | None = None,
        channels: int | None = None,
        strict: bool = False,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        cache_dir: str | os.PathLike | None = None,
    ):
        if channels not in (None, 1, 3, 4):
            raise ValueError(f"channels must be None, 1, 3 or 4. Received: {channels}")
        size = checks.image_size(image_size)
        self.scan = scan = scan_folder(folder)
        self.skipped = scan.skipped
        self.cache_dir = cache_dir
        if strict and scan.skipped:
            raise ValueError(
                f"strict=True needs images alone in {scan.folder}. Received: "
                f"{_describe_skipped(scan)}"
            )
        size = size or _common_size(scan)
        names = scan.class_names
        super().__init__(
            str(folder),
            shape=(*size, channels or scan.channels),
            dtype="uint8",
            num_examples=len(scan.files),
            num_classes=names and len(names),
            class_names=names,
            memory_limit=memory_limit,
        )
        _report(scan, self.shape[2])

    @functools.cached_property
    def labels(self):
        """The number of each image's sub-folder, int32, or None."""
        if self.class_names is None:
            return None
        classes = [pathlib.PurePath(file).parts[0] for file in self.scan.files]
        return np.searchsorted(self.class_names, classes).astype(np.int32)

    @functools.cached_property
    def array(self):
        """All images where they fit or were given a file, else None."""
        shape = (self.num_examples, *self.shape)
        if self.nbytes <= self.memory_limit:
            return storage.in_memory(shape, self._fill)
        if self.cache_dir is None:
            return None
        return storage.in_file(self.cache_dir, self._key(), shape, self._fill)

    def read(self, indices=None):
        """Reads images, from the array or from their files."""
        if self.array is not None:
            return super().read(indices)
        indices = np.arange(self.num_examples) if indices is None else indices
        images = np.empty((len(indices), *self.shape), np.uint8)
        self._decode_into(images, indices)
        return images

    def fingerprint(self):
        """Hashes the images, or where they are not held what their files look like."""
        if self.array is not None:
            return super().fingerprint()
        return hashlib.sha256(self._key().encode()).hexdigest()

    def _fill(self, array: np.ndarray) -> None:
        self._decode_into(array, range(self.num_examples))

    def _decode_into(self, rows: np.ndarray, indices: Iterable[int]) -> None:
        def decode(row, index):
            rows[row] = _decode(self.scan.folder / self.scan.files[index], self.shape)

        count = range(len(rows))
        collections.deque(_threads().map(decode, count, indices), maxlen=0)

    def _key(self) -> str:
        stats = [(self.scan.folder / file).stat() for file in self.scan.files]
        states = [(stat.st_size, stat.st_mtime_ns) for stat in stats]
        return repr((self.scan.folder.resolve(), self.scan.files, states, self.shape))


@dataclasses.dataclass(frozen=True)
class _Look:
    size: tuple[int, int]
    gray: bool
    transparent: bool


@functools.cache
def _threads() -> concurrent.futures.ThreadPoolExecutor:
    # Pillow decodes and resizes without the interpreter's lock.
    return concurrent.futures.ThreadPoolExecutor(os.cpu_count(), "kgan-decode")


def _walk(root: pathlib.Path) -> tuple[list[str], list[tuple[str, str]]]:
    """Returns the visible files, sorted, and what is hidden, a folder as one entry."""
    visible, hidden = [], []
    for path, folders, files in os.walk(root):
        here = pathlib.Path(path).relative_to(root)
        for name in [*folders, *files]:
            if name.startswith("."):
                hidden.append(((here / name).as_posix(), "hidden"))
        folders[:] = [name for name in folders if not name.startswith(".")]
        visible += [(here / f).as_posix() for f in files if not f.startswith(".")]
    return sorted(visible), hidden


def _inspect(path: pathlib.Path) -> _Look | str:
    """Decodes a file whole; returns what it shows, or why it cannot be used."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(path, formats=_FORMATS) as image:
            if image.mode in ("I", "F"):
                return "pixels of 32 bits have no fixed range"
            image.load()
            upright = ImageOps.exif_transpose(image)
            return _Look(
                size=(upright.height, upright.width),
                gray=pixels.is_gray(image),
                transparent=image.has_transparency_data,
            )
    except UnidentifiedImageError:
        return "not an image"
    except Exception as error:  # a broken file can raise anything inside its decoder
        return str(error) or type(error).__name__


def _decode(path: pathlib.Path, shape: tuple[int, int, int]) -> np.ndarray:
    from PIL import Image, ImageOps

    with Image.open(path, formats=_FORMATS) as image:
        upright = ImageOps.exif_transpose(image)
        converted = pixels.to_channels(upright, shape[2])
        return pixels.to_array(pixels.fit(converted, shape[:2]))


def _common_size(scan: FolderScan) -> tuple[int, int]:
    if len(scan.sizes) == 1:
        return next(iter(scan.sizes))
    (common, count), *_ = scan.sizes.most_common(1)
    raise ValueError(
        f"image_size must be given, since {scan.folder} has images of {len(scan.sizes)}"
        f" sizes. Received: None ({count} of {len(scan.files)} images have the height "
        f"and width {common})"
    )


def _describe_skipped(scan: FolderScan) -> str:
    if not scan.skipped:
        return ""
    shown = [f"{name} ({reason})" for name, reason in scan.skipped[:_NAMED]]
    more = len(scan.skipped) - len(shown)
    files = len(scan.files) + len(scan.skipped)
    tail = f" and {more} more" if more else ""
    return f"skipped {len(scan.skipped)} of {files} files: {', '.join(shown)}{tail}"


def _report(scan: FolderScan, channels: int) -> None:
    """Says in one log line what was left out or converted."""
    total = len(scan.files)
    notes = [_describe_skipped(scan)]
    if channels == 1 and scan.num_gray < total:
        notes.append(f"{total - scan.num_gray} of {total} images made gray")
    if channels != 1 and 0 < scan.num_gray < total:
        notes.append(f"{scan.num_gray} of {total} images are gray, read as colour")
    if channels != 4 and scan.num_transparent:
        notes.append(f"alpha of {scan.num_transparent} of {total} laid over white")
    nested = any(len(pathlib.PurePath(file).parts) > 1 for file in scan.files)
    if nested and scan.class_names is None:
        notes.append("images outside the sub-folders: no classes")
    notes = [note for note in notes if note]
    if notes:
        _logger.warning("%s: %s", scan.folder, "; ".join(notes))
