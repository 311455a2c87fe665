"""A folder or ZIP of images, of any size, shape and mode; its sub-folders are classes.

A `dataset.json`, as in StyleGAN's data sets, tells the labels in place of them.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import logging
import os
import pathlib
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from kgan.data import archive as archives
from kgan.data import checks, dataset_json, image_files, wide_gray
from kgan.data.archive import Folder, Zip
from kgan.data.base import DEFAULT_MEMORY_LIMIT, digest

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class FolderScan:
    """Contents of a folder or ZIP of images; each file was decoded once, whole.

    Attributes:
        archive: The `Folder` or `Zip`.
        infos: Path of each readable image, relative to it, -> its `ImageInfo`; sorted.
        skipped: (path, reason) of each file that is no readable image, and of each
            sub-folder at the top without images, which is no class.
        broken: Those of them that are images by content or name.
        top: The one folder around all images of a ZIP, or of a StyleGAN data set, with
            "/"; or "".
        told: What a `dataset.json` tells of the images, or None without one.
    """

    archive: Folder | Zip
    infos: dict[str, image_files.ImageInfo]
    skipped: tuple[tuple[str, str], ...]
    top: str = ""
    told: dataset_json.Told | None = None
    broken: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> pathlib.Path:
        """The folder, or the file of a ZIP."""
        return self.archive.path

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
        """The sub-folders with images, sorted; None if any image is outside of them.

        Those of a `dataset.json` that has them; None where it does not name its labels.
        """
        if self.told is not None:
            return self.told.class_names
        places = self.sub_folders()
        if not all(places):
            return None
        return tuple(sorted({*places}))

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """The class of each image, int32, or None."""
        if self.told is not None:
            return self.told.labels
        names = self.class_names
        if names is None:
            return None
        return np.searchsorted(names, self.sub_folders()).astype(np.int32)

    @property
    def num_classes(self) -> int | None:
        """The number of classes, or None without any."""
        if self.class_names is not None:
            return len(self.class_names)
        return None if self.labels is None else int(self.labels.max()) + 1

    @property
    def conditions(self) -> np.ndarray | None:
        """The vector of each image in place of a class, float32 `(n, d)`, or None."""
        return self.told and self.told.conditions

    def sub_folders(self) -> list[str]:
        """Returns the sub-folder of each image; "" of those outside of any."""
        inside = [file.removeprefix(self.top) for file in self.infos]
        return [name.partition("/")[0] if "/" in name else "" for name in inside]


def scan_folder(
    folder: str | os.PathLike, window: tuple[float, float] | None = None
) -> FolderScan:
    """Reads every file under a folder or in a ZIP; returns a `FolderScan`.

    Files whose content is an image of a common raster format count as images, whatever
    their name; hidden ones, and those that cannot be decoded whole, are skipped. Links
    to files and folders are followed, but for those back to a folder that they lie in.
    What several paths lead to counts once in each folder at the top, a class. With the
    `window` of a `FolderSource`, pixels outside of it are counted.

    Raises a `ValueError` if there is no such folder or ZIP, no readable image in it, or
    a `dataset.json` whose labels are wrong.
    Example: `kgan.data.scan_folder("photos").sizes.most_common(1)`
    """
    archive = archives.find(folder)
    names, left_out = archive.walk()
    repeated = _repeated(archive.real_paths(names))
    names = [name for name in names if name not in repeated]
    infos, reasons = image_files.inspect(archive, names, window)
    skipped = dict(left_out) | reasons | repeated
    with_images = {file.partition("/")[0] for file in infos}
    for name in archive.folders():
        if name not in with_images:
            skipped.setdefault(name, "a folder without images")
    top = _top(archive, names, infos)
    told = None
    if infos and (file := top + dataset_json.NAME) in names:
        told = dataset_json.read(archive, file, tuple(infos))
        skipped[file] = "no StyleGAN data set's: it has no `labels`"
        if told is not None:
            del skipped[file]
        elif isinstance(archive, Folder):
            top = ""
    broken = [(f, why) for f, why in reasons.items() if image_files.is_broken(f, why)]
    scan = FolderScan(
        archive, infos, tuple(sorted(skipped.items())), top, told, tuple(sorted(broken))
    )
    if not infos:
        root = scan.folder
        described = _describe_skipped(scan) if skipped else "no files"
        formats = ", ".join(image_files.FORMATS)
        raise ValueError(
            f"Expected images in {root} or its sub-folders ({formats}). Received: "
            f"{described}"
        )
    return scan


def _top(archive: Folder | Zip, names: Sequence[str], infos: dict) -> str:
    """Returns the one folder around all images, if the data set is what is in it.

    A folder is often packed together with its own name.
    """
    tops = {file.partition("/")[0] if "/" in file else "" for file in infos}
    if len(tops) != 1 or tops == {""} or dataset_json.NAME in names:
        return ""
    top = f"{tops.pop()}/"
    return top if isinstance(archive, Zip) or top + dataset_json.NAME in names else ""


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
    """Images of a folder or ZIP, all converted to one size and mode.

    Args:
        folder: Path of the folder, or of a ZIP, which is not unpacked. The sub-folders
            at its top, or links to folders, are the classes, sorted by name; with
            images outside of them there are no classes. One without images is none, and
            is named in the log. In a StyleGAN data set `dataset.json` has the labels:
            classes, or vectors, which are `conditions`; null are none.
        image_size: Integer or (height, width), see `kgan.data.source`. None needs
            images of one size.
        channels: 1, 3 or 4. None: 4 if all images have alpha, else 3 if any has colour,
            else 1. Alpha that is not kept is laid over white.
        strict: Whether a file that is no readable image is an error; "broken": only one
            that is an image by content or name. Otherwise such files are counted and
            named in one log line.
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
        strict: bool | str = False,
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
        _check_strict(strict, scan)
        size = size or image_files.common_size(scan.sizes, str(scan.folder))
        window, notes = wide_gray.choose_window(scan.infos, window, str(scan.folder))
        told = scan.conditions
        super().__init__(
            str(folder),
            scan.archive,
            scan.files,
            shape=(*size, channels or scan.channels),
            cache_dir=cache_dir,
            window=window,
            num_classes=scan.num_classes,
            class_names=scan.class_names,
            condition_size=None if told is None else told.shape[1],
            memory_limit=memory_limit,
        )
        self.labels, self.conditions = scan.labels, told
        _report(scan, self.shape[2], notes)

    def originals(self) -> Iterator[Callable[[], np.ndarray]]:
        for file, info in self.scan.infos.items():
            shape = (*info.size, self.shape[2])
            yield functools.partial(
                image_files.decode, self.archive, file, shape, self.window
            )

    def identity(self):
        known = super().identity()
        top, sizes = self.scan.top, known["images"]
        known["images"] = {name.removeprefix(top): n for name, n in sizes.items()}
        if self.scan.told is not None and self._told is not None:
            known["labels"] = digest(self._told)
        return known


def _check_strict(strict: bool | str, scan: FolderScan) -> None:
    if strict == "broken":
        if scan.broken:
            raise ValueError(
                f"Each image of {scan.folder} must be readable. Received: "
                f"{len(scan.broken)} that cannot be decoded: "
                f"{image_files.describe_files(scan.broken)}"
            )
    elif strict and scan.skipped:
        raise ValueError(
            f"strict=True needs images alone in {scan.folder}. Received: "
            f"{_describe_skipped(scan)}"
        )


def _describe_skipped(scan: FolderScan) -> str:
    skipped, files = len(scan.skipped), len(scan.files) + len(scan.skipped)
    named = image_files.describe_files(scan.skipped)
    return f"skipped {skipped} of {files} files: {named}"


def _report(scan: FolderScan, channels: int, notes: list[str]) -> None:
    if scan.skipped:
        notes = [_describe_skipped(scan), *notes]
    notes += image_files.describe_conversions(scan.infos.values(), channels)
    if scan.told is not None:
        notes += scan.told.notes
    elif scan.class_names is None and any(scan.sub_folders()):
        notes.append("images outside the sub-folders: no classes")
    real = collections.Counter(scan.archive.real_paths(scan.files).values())
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
