"""A folder of images, of any size, shape and mode; its sub-folders are classes."""

from __future__ import annotations

import collections
import dataclasses
import functools
import logging
import os
import pathlib
import unicodedata
from collections.abc import Sequence

import numpy as np

from kgan.data import checks, image_files, wide_gray
from kgan.data.archive import Folder
from kgan.data.base import DEFAULT_MEMORY_LIMIT

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class FolderScan:
    """Contents of a folder of images; each file was decoded once, whole.

    Attributes:
        folder: The folder.
        infos: Path of each readable image, relative to it, -> its `ImageInfo`; sorted.
        skipped: (path, reason) of each file that is no readable image, and of each
            sub-folder at the top without images, which is no class.
    """

    folder: pathlib.Path
    infos: dict[str, image_files.ImageInfo]
    skipped: tuple[tuple[str, str], ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the readable images, relative to the folder, sorted."""
        return tuple(self.infos)

    @property
    def sizes(self) -> collections.Counter:
        """The number of images by (height, width), upright."""
        return collections.Counter(info.size for info in self.infos.values())

    @property
    def num_gray(self) -> int:
        """Number of gray images."""
        return sum(info.gray for info in self.infos.values())

    @property
    def num_transparent(self) -> int:
        """Number of images with an alpha channel or a transparent colour."""
        return sum(info.transparent for info in self.infos.values())

    @property
    def channels(self) -> int:
        """4 if all images have alpha, else 3 if any has colour, else 1."""
        if self.num_transparent == len(self.infos):
            return 4
        return 1 if self.num_gray == len(self.infos) else 3

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """The sub-folders with images, sorted; None if any image is outside of them."""
        if any("/" not in file for file in self.infos):
            return None
        return tuple(sorted({file.partition("/")[0] for file in self.infos}))


def scan_folder(
    folder: str | os.PathLike, window: tuple[float, float] | None = None
) -> FolderScan:
    """Reads every file under a folder; returns a `FolderScan`.

    Files whose content is an image of a common raster format count as images, whatever
    their name; hidden ones, and those that cannot be decoded whole, are skipped. Links
    to files and folders are followed, but for those back to a folder that they lie in.
    What several paths lead to counts once in each folder at the top, a class. With the
    `window` of a `FolderSource`, pixels outside of it are counted.

    Raises a `ValueError` if there is no such folder, or no readable image in it.
    Example: `kgan.data.scan_folder("photos").sizes.most_common(1)`
    """
    root = pathlib.Path(os.path.expanduser(folder))
    if not root.is_dir():
        found = "a file" if root.exists() else "nothing there"
        raise ValueError(f"Expected a folder of images at {root}. Received: {found}")
    archive = Folder(root)
    names, left_out = archive.walk()
    repeated = _repeated(archive.real_paths(names))
    names = [name for name in names if name not in repeated]
    infos, reasons = image_files.inspect(archive, names, window)
    skipped = dict(left_out) | reasons | repeated
    with_images = {file.partition("/")[0] for file in infos}
    for name in archive.folders():
        if name not in with_images:
            skipped.setdefault(name, "a folder without images")
    scan = FolderScan(root, infos, tuple(sorted(skipped.items())))
    if not infos:
        described = _describe_skipped(scan) if skipped else "no files"
        formats = ", ".join(image_files.FORMATS)
        raise ValueError(
            f"Expected images in {root} or its sub-folders ({formats}). Received: "
            f"{described}"
        )
    return scan


def _repeated(real_paths: dict[str, str]) -> dict[str, str]:
    """Returns the files that links reach again within one class, and what they are."""
    first, found = {}, {}
    for name, real in real_paths.items():
        place = _class(name), real
        if first.setdefault(place, name) != name:
            found[name] = f"the same file as {first[place]}"
    return found


def _class(file: str) -> str:
    return file.rpartition("/")[0].partition("/")[0]


class FolderSource(image_files.ImageFiles):
    """Images of a folder, all converted to one size and mode.

    Args:
        folder: Path of the folder. The sub-folders at its top, or links to folders,
            are the classes, sorted by name; with images outside of them there are no
            classes. One without images is none, and is named in the log.
        image_size: Integer or (height, width), see `kgan.data.source`. None needs
            images of one size.
        channels: 1, 3 or 4. None: 4 if all images have alpha, else 3 if any has colour,
            else 1. Alpha that is not kept is laid over white.
        strict: Whether a file that is no readable image is an error; otherwise such
            files are counted and named in one log line.
        memory_limit: The largest size in bytes that is held in memory.
        cache_dir: Folder for decoded images that exceed it.
        window: (low, high): the values of gray images of 16 or 32 bits that become
            [-1, 1]; those outside are cut. None: from the lowest to the highest value
            of all such images. Images of 8 bits have the range 0 to 255 beside them.

    Attributes:
        scan: The `FolderScan`, of which `skipped` is an attribute, too.
        window: The window, also one that was found; None if all images have 8 bits.

    Images are uint8, or, if any has 16 or 32 bits, float32 in [-1, 1]. Of colours with
    16 bits a channel 8 are read. What is done to images is logged in one line.

    Raises a `ValueError` if there is no image, sizes differ without `image_size`, a
    file was skipped under `strict`, images of integers and of floats need a `window`,
    or an argument is wrong.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        image_size: int | tuple[int, int] | None = None,
        channels: int | None = None,
        strict: bool = False,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        cache_dir: str | os.PathLike | None = None,
        window: tuple[float, float] | None = None,
    ):
        if channels not in (None, 1, 3, 4):
            raise ValueError(f"channels must be None, 1, 3 or 4. Received: {channels}")
        size = checks.image_size(image_size)
        window = wide_gray.check_window("window", window)
        self.scan = scan = scan_folder(folder, window)
        self.skipped = scan.skipped
        if strict and scan.skipped:
            raise ValueError(
                f"strict=True needs images alone in {scan.folder}. Received: "
                f"{_describe_skipped(scan)}"
            )
        size = size or image_files.common_size(scan.sizes, str(scan.folder))
        window, notes = wide_gray.choose_window(scan.infos, window, str(scan.folder))
        names = scan.class_names
        super().__init__(
            str(folder),
            Folder(scan.folder),
            scan.files,
            shape=(*size, channels or scan.channels),
            cache_dir=cache_dir,
            window=window,
            num_classes=names and len(names),
            class_names=names,
            memory_limit=memory_limit,
        )
        _report(scan, self.shape[2], notes)

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


def _report(scan: FolderScan, channels: int, notes: list[str]) -> None:
    if scan.skipped:
        notes = [_describe_skipped(scan), *notes]
    notes += image_files.describe_conversions(scan.infos.values(), channels)
    if scan.class_names is None and any("/" in file for file in scan.files):
        notes.append("images outside the sub-folders: no classes")
    real = collections.Counter(Folder(scan.folder).real_paths(scan.files).values())
    shared = sum(count > 1 for count in real.values())
    if shared:
        notes.append(f"{shared} images are in several classes, by links")
    for names in _equal_but_for_case(scan.class_names or ()):
        notes.append(f"classes whose names differ in case alone: {', '.join(names)}")
    if notes:
        _logger.warning("%s: %s", scan.folder, "; ".join(notes))


def _equal_but_for_case(names: Sequence[str]) -> list[list[str]]:
    groups = collections.defaultdict(list)
    for name in names:
        # Some file systems keep "é" as one character, others as two.
        groups[unicodedata.normalize("NFC", name).casefold()].append(name)
    return [group for group in groups.values() if len(group) > 1]
