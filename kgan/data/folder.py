"""A folder of images, of any size, shape and mode; its sub-folders are classes."""

from __future__ import annotations

import collections
import dataclasses
import functools
import logging
import os
import pathlib

import numpy as np

from kgan.data import checks, image_files
from kgan.data.archive import Folder
from kgan.data.base import DEFAULT_MEMORY_LIMIT

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class FolderScan:
    """Contents of a folder of images; each file was decoded once, whole.

    Attributes:
        folder: The folder.
        files: Paths of the readable images, relative to it, sorted.
        sizes: (height, width) -> number of images, upright.
        num_gray: Number of gray images.
        num_transparent: Number of images with an alpha channel or a transparent colour.
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
        """The sub-folders with images, sorted; None if any image is outside of them."""
        if any("/" not in file for file in self.files):
            return None
        return tuple(sorted({file.partition("/")[0] for file in self.files}))


def scan_folder(folder: str | os.PathLike) -> FolderScan:
    """Reads every file under a folder; returns a `FolderScan`.

    Files whose content is an image of a common raster format count as images, whatever
    their name; hidden ones, and those that cannot be decoded whole, are skipped.

    Raises a `ValueError` if there is no such folder, or no readable image in it.
    Example: `kgan.data.scan_folder("photos").sizes.most_common(1)`
    """
    root = pathlib.Path(folder).expanduser()
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing there"
        raise ValueError(f"Expected a folder of images at {root}. Received: {found}")
    archive = Folder(root)
    names, hidden = archive.walk()
    infos, reasons = image_files.inspect(archive, names)
    scan = FolderScan(
        folder=root,
        files=tuple(infos),
        sizes=collections.Counter(info.size for info in infos.values()),
        num_gray=sum(info.gray for info in infos.values()),
        num_transparent=sum(info.transparent for info in infos.values()),
        skipped=tuple(sorted([*hidden, *reasons.items()])),
    )
    if not scan.files:
        skipped = _describe_skipped(scan) if scan.skipped else "no files"
        formats = ", ".join(image_files.FORMATS)
        raise ValueError(
            f"Expected images in {root} or its sub-folders ({formats}). Received: "
            f"{skipped}"
        )
    return scan


class FolderSource(image_files.ImageFiles):
    """Images of a folder, all converted to one size and mode.

    Args:
        folder: Path of the folder. The sub-folders at its top are the classes, sorted
            by name; with images outside of them there are no classes.
        image_size: Integer or (height, width), see `kgan.data.source`. None needs
            images of one size.
        channels: 1, 3 or 4. None: 4 if all images have alpha, else 3 if any has colour,
            else 1. Alpha that is not kept is laid over white.
        strict: Whether a file that is no readable image is an error; otherwise such
            files are counted and named in one log line.
        memory_limit: The largest size in bytes that is held in memory.
        cache_dir: Folder for decoded images that exceed it.

    Attributes:
        scan: The `FolderScan`, of which `skipped` is an attribute, too.

    Raises a `ValueError` if there is no image, sizes differ without `image_size`, a
    file was skipped under `strict`, or an argument is wrong.
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
        if strict and scan.skipped:
            raise ValueError(
                f"strict=True needs images alone in {scan.folder}. Received: "
                f"{_describe_skipped(scan)}"
            )
        size = size or image_files.common_size(scan.sizes, str(scan.folder))
        names = scan.class_names
        super().__init__(
            str(folder),
            Folder(scan.folder),
            scan.files,
            shape=(*size, channels or scan.channels),
            cache_dir=cache_dir,
            num_classes=names and len(names),
            class_names=names,
            memory_limit=memory_limit,
        )
        _report(scan, self.shape[2])

    @functools.cached_property
    def labels(self):
        """The index of each image's sub-folder, int32, or None."""
        if self.class_names is None:
            return None
        classes = [file.partition("/")[0] for file in self.scan.files]
        return np.searchsorted(self.class_names, classes).astype(np.int32)


def _describe_skipped(scan: FolderScan) -> str:
    skipped, files = len(scan.skipped), len(scan.files) + len(scan.skipped)
    named = image_files.describe_files(scan.skipped)
    return f"skipped {skipped} of {files} files: {named}"


def _report(scan: FolderScan, channels: int) -> None:
    notes = [_describe_skipped(scan)] if scan.skipped else []
    notes += image_files.describe_conversions(
        len(scan.files), scan.num_gray, scan.num_transparent, channels
    )
    if scan.class_names is None and any("/" in file for file in scan.files):
        notes.append("images outside the sub-folders: no classes")
    if notes:
        _logger.warning("%s: %s", scan.folder, "; ".join(notes))
