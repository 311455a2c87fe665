"""Sets of images in one folder or ZIP, whose files correspond by their names."""

from __future__ import annotations

import collections
import dataclasses
import logging
import pathlib
import unicodedata
from collections.abc import Sequence

from kgan.core import naming
from kgan.data import image_files, other_formats, wide_gray
from kgan.data.archive import HIDDEN, Folder, Zip

_logger = logging.getLogger(__name__)

_NAMED = 10  # how many sets a message names


@dataclasses.dataclass(frozen=True)
class ImageSet:
    """The images of one sub-folder; a key is a file's name in it without ending.

    Attributes:
        archive: The `Folder` or `Zip` that contains it.
        name: Name of the sub-folder.
        files: Key -> file.
        infos: Key -> `ImageInfo` of the file.
        broken: (key, file, reason) of each file that is no readable image.
    """

    archive: Folder | Zip
    name: str
    files: dict[str, str]
    infos: dict[str, image_files.ImageInfo]
    broken: tuple[tuple[str, str, str], ...]

    def shape(
        self, keys: Sequence[str], size: tuple[int, int] | None, channels: int | None
    ) -> tuple[int, int, int]:
        """Returns the shape of images with these keys, and logs what they lose by it.

        `size` None is the one that they have, `channels` None 1 if all are gray, else
        3.

        Raises a `ValueError` if they have several sizes, and `size` is None.
        """
        infos = self._infos(keys)
        if size is None:
            sizes = collections.Counter(info.size for info in infos.values())
            size = image_files.common_size(sizes, self._where)
        num_gray = sum(info.gray for info in infos.values())
        channels = channels or (1 if num_gray == len(infos) else 3)
        self._log(image_files.describe_conversions(infos.values(), channels))
        return (*size, channels)

    def window(
        self, keys: Sequence[str], window: tuple[float, float] | None, argument: str
    ) -> tuple[float, float] | None:
        """Returns the window of images with these keys, and logs it.

        It is None if all have 8 bits; see `kgan.data.FolderSource`. `argument` is its
        name in errors.

        Raises a `ValueError` if it is wrong, or None and they have no common one.
        """
        infos = self._infos(keys)
        window, notes = wide_gray.choose_window(infos, window, self._where, argument)
        self._log(notes)
        return window

    @property
    def _where(self):
        return f"{self.name} in {self.archive.path}"

    def _infos(self, keys):
        return {self.files[key]: self.infos[key] for key in keys}

    def _log(self, notes):
        if notes:
            _logger.warning("%s: %s", self._where, "; ".join(notes))


def read(
    archive: Folder | Zip,
    names: dict[str, str],
    windows: dict[str, tuple[float, float] | None],
) -> list[ImageSet]:
    """Returns an `ImageSet` for each name, and decodes each file of them once.

    Args:
        archive: The `Folder` or `Zip` that contains them.
        names: Argument (for errors) -> name of a sub-folder, with "/" if it is nested.
        windows: Argument -> the window that was given for its images, or None.

    Raises a `ValueError` if there are fewer sub-folders than names, no such sub-folder,
    or one for two arguments, or if two images of a set have the same key.
    """
    files, left_out = archive.walk()
    folders = {pathlib.PurePosixPath(file).parent.as_posix() for file in files}
    known = sorted(folders - {"."})
    listed = naming.listed(known, _NAMED)
    if len(known) < len(names):
        raise ValueError(
            f"Expected sub-folders with images for {' and '.join(names)} in "
            f"{archive.path}. Received: {listed or 'none'}"
        )
    arguments = {}
    for argument, name in names.items():
        clean = str(name).strip("/")
        if not any(file.startswith(f"{clean}/") for file in files):
            raise ValueError(
                f"{argument} must be a sub-folder with images in {archive.path}: one "
                f"of {listed}. Received: {name!r}"
            )
        if clean in arguments:
            raise ValueError(
                f"{argument} must be another sub-folder than {arguments[clean]}, one "
                f"of {listed}. Received: {name!r} for both"
            )
        arguments[clean] = argument
    return [
        _read_set(archive, files, left_out, name, windows[argument])
        for name, argument in arguments.items()
    ]


def match(sets: Sequence[ImageSet]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Returns the common keys of sets of one archive, sorted, and the other files.

    The latter are (file, reason), sorted.

    Raises a `ValueError` if there is no common key, or an image of one is broken.
    """
    path = sets[0].archive.path
    common = sorted(set.intersection(*(set(one.files) for one in sets)))
    for one in sets:
        others = [set(other.files) for other in sets if other is not one]
        needed = set.intersection(*others) - set(one.files)
        lost = [(file, why) for key, file, why in one.broken if key in needed]
        if lost:
            file, why = lost[0]
            advice = "".join(f". {how}" for how in other_formats.advice({why}))
            raise ValueError(
                f"Each image of {path} that has a partner must be readable. Received: "
                f"{file} ({why}); {len(lost)} in {one.name} are not{advice}"
            )
    if not common:
        counts = [
            f"{len(one.files)} images in {one.name}"
            + (f" such as {min(one.files.values())}" if one.files else "")
            for one in sets
        ]
        broken = [(file, why) for one in sets for _, file, why in one.broken]
        named = f"; {image_files.describe_files(broken)}" if broken else ""
        raise ValueError(
            f"{' and '.join(one.name for one in sets)} in {path} must have images of "
            f"equal names. Received: none in common among {' and '.join(counts)}{named}"
        )
    left_out = []
    for one in sets:
        left_out += [(file, reason) for _, file, reason in one.broken]
        alone = set(one.files).difference(common)
        left_out += [(one.files[key], "has no partner") for key in alone]
    return common, tuple(sorted(left_out))


def _read_set(
    archive: Folder | Zip,
    files: Sequence[str],
    left_out: Sequence[tuple[str, str]],
    name: str,
    window: tuple[float, float] | None,
) -> ImageSet:
    own = [file for file in files if file.startswith(f"{name}/")]
    infos, reasons = image_files.inspect(archive, own, window)
    for file, why in left_out:
        if file.startswith(f"{name}/") and why != HIDDEN:
            reasons[file] = why
    by_key = {}
    for file in infos:
        first = by_key.setdefault(_key(file, name), file)
        if first != file:
            raise ValueError(
                f"A name must stand for one image of a set in {archive.path}. "
                f"Received: {first} and {file}"
            )
    return ImageSet(
        archive=archive,
        name=name,
        files=by_key,
        infos={key: infos[file] for key, file in by_key.items()},
        broken=tuple((_key(file, name), file, why) for file, why in reasons.items()),
    )


def _key(file: str, folder: str) -> str:
    inside = pathlib.PurePosixPath(file).relative_to(folder)
    # Some file systems keep "é" as one character, others as two.
    return unicodedata.normalize("NFC", inside.with_suffix("").as_posix())
