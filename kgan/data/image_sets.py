"""Sets of images in folders or ZIPs, whose files may correspond by their names."""

from __future__ import annotations

import collections
import dataclasses
import logging
import pathlib
import unicodedata
from collections.abc import Sequence

from kgan.core import naming
from kgan.data import holdout, image_files, label_maps, other_formats, wide_gray
from kgan.data.archive import HIDDEN, Folder, Zip

_logger = logging.getLogger(__name__)

_NAMED = 10  # how many sets a message names
_ALONE = "has no partner"


@dataclasses.dataclass(frozen=True)
class ImageSet:
    """The images of one sub-folder; a key is a file's name in it without ending.

    Attributes:
        archive: The `Folder` or `Zip` that contains it.
        name: Name of the sub-folder; "" if the set is the whole archive.
        files: Key -> file.
        infos: Key -> `ImageInfo` of the file.
        broken: (key, file, reason) of each file that is no readable image.
        part: The part of each file that is the image, see `pixels.part`.
    """

    archive: Folder | Zip
    name: str
    files: dict[str, str]
    infos: dict[str, image_files.ImageInfo]
    broken: tuple[tuple[str, str, str], ...]
    part: str | None = None

    def check_labels(self, keys: Sequence[str], labels: label_maps.Labels) -> None:
        """Checks that images with these keys are label maps, and logs unused classes.

        Raises a `ValueError` if they are not, see `label_maps.check`.
        """
        files = [self.files[key] for key in keys]
        note = label_maps.check(self.archive, files, labels, self.part)
        self._log([note] if note else [])

    @property
    def where(self) -> str:
        """The place of the set, for messages."""
        half = f"the {self.part} halves of " if self.part else ""
        name = f"{self.name} in " if self.name else ""
        return f"{half}{name}{self.archive.path}"

    def size(
        self, keys: Sequence[str], size: tuple[int, int] | None
    ) -> tuple[int, int]:
        """Returns (height, width) of images with these keys, and logs who are smaller.

        `size` is what they are brought to; None is the one that they have.

        Raises a `ValueError` if they have several sizes, and `size` is None.
        """
        sizes = collections.Counter(info.size for info in self._infos(keys).values())
        if size is None:
            return image_files.common_size(sizes, self.where)
        smaller = sum(
            count
            for (height, width), count in sizes.items()
            if height < size[0] or width < size[1]
        )
        if smaller:
            shown = "{}x{}".format(*size)
            self._log([f"{smaller} of {len(keys)} images are enlarged to {shown}"])
        return size

    def shape(
        self, keys: Sequence[str], size: tuple[int, int] | None, channels: int | None
    ) -> tuple[int, int, int]:
        """Returns the shape of images with these keys, and logs what they lose by it.

        `size` None is the one that they have, `channels` None 1 if all are gray, else
        3.

        Raises a `ValueError` if they have several sizes, and `size` is None.
        """
        infos = self._infos(keys)
        size = self.size(keys, size)
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
        window, notes = wide_gray.choose_window(infos, window, self.where, argument)
        self._log(notes)
        return window

    def _infos(self, keys):
        return {self.files[key]: self.infos[key] for key in keys}

    def _log(self, notes):
        if notes:
            _logger.warning("%s: %s", self.where, "; ".join(notes))


def read(
    archive: Folder | Zip,
    names: dict[str, str],
    windows: dict[str, tuple[float, float] | None],
    by_folder: bool = False,
    unique: bool = True,
) -> list[ImageSet]:
    """Returns an `ImageSet` for each name, and decodes each file of them once.

    Args:
        archive: The `Folder` or `Zip` that contains them.
        names: Argument (for errors) -> name of a sub-folder, with "/" if it is nested.
        windows: Argument -> the window that was given for its images, or None.
        by_folder: Whether the sets are parted by folders: of a set A, A/train, train/A
            or trainA, and so test and val. Keys then begin with "train/", ...
        unique: Whether a key must stand for one file; if not, those of further ones
            have their endings.

    Raises a `ValueError` if there are no sub-folders, none of a name with an image, or
    one for two arguments, or if two images of a set have the same key.
    """
    walked = files, _ = archive.walk()
    folders = {pathlib.PurePosixPath(file).parent.as_posix() for file in files}
    known = sorted(folders - {"."})
    listed = naming.listed(known, _NAMED)
    if not known:
        raise ValueError(
            f"Expected sub-folders with images for {' and '.join(names)} in "
            f"{archive.path}. Received: none"
        )
    arguments = {}
    for argument, name in names.items():
        clean = str(name).strip("/")
        prefixes = _prefixes(clean, by_folder)
        if not clean or not any(file.startswith(tuple(prefixes)) for file in files):
            parted = ", in train, test or val" if by_folder else ""
            raise ValueError(
                f"{argument} must be a sub-folder with images in {archive.path}{parted}"
                f": one of {listed}. Received: {name!r}"
            )
        if clean in arguments:
            raise ValueError(
                f"{argument} must be another sub-folder than {arguments[clean]}, one "
                f"of {listed}. Received: {name!r} for both"
            )
        arguments[clean] = argument
    return [
        _read_set(
            archive, walked, name, windows[argument], _prefixes(name, by_folder), unique
        )
        for name, argument in arguments.items()
    ]


def read_whole(
    archive: Folder | Zip,
    window: tuple[float, float] | None,
    by_folder: bool = False,
    unique: bool = True,
    part: str | None = None,
) -> ImageSet:
    """Returns all images of an archive, or a half of each, as one `ImageSet`.

    With `by_folder` those in its folders train, test and val.

    Raises a `ValueError` if there are no images, or as `read` and `pixels.part`.
    """
    walked = archive.walk()
    prefixes = _prefixes(_top(walked[0]) if by_folder else "", by_folder)
    found = _read_set(archive, walked, "", window, prefixes, unique, part)
    odd = [(file, why) for _, file, why in found.broken if image_files.is_odd(why)]
    if odd:
        raise ValueError(
            f"Each image of {archive.path} must be two of equal width side by side. "
            f"Received: {image_files.describe_files(odd)}"
        )
    if not found.files:
        raise_nothing(found, " in its folders train, test or val" * by_folder)
    return found


def raise_nothing(one: ImageSet, place: str = "") -> None:
    """Raises the `ValueError` of a set without readable images."""
    broken = [(file, why) for _, file, why in one.broken]
    raise ValueError(
        f"Expected images in {one.where}{place}. Received: "
        f"{image_files.describe_files(broken) or 'none'}"
    )


def is_parted(archive: Folder | Zip) -> bool:
    """Returns whether an archive has the folders train, and test or val."""
    files, _ = archive.walk()
    top = _top(files)
    inside = {file.removeprefix(top).lstrip("/").partition("/")[0] for file in files}
    return "train" in inside and bool(inside & {"test", "val"})


def layout(archive: Folder | Zip) -> dict[str, str]:
    """Returns the names of the sets in a folder with trainA, trainB, testA and testB.

    Raises a `ValueError` if it has none of both letters.
    """
    files, _ = archive.walk()
    top = _top(files)
    names = {
        argument: f"{top}/{letter}".strip("/")
        for argument, letter in (("source", "A"), ("target", "B"))
    }
    for name in names.values():
        if not any(file.startswith(tuple(_prefixes(name, True))) for file in files):
            folders = sorted({file.rpartition("/")[0] for file in files})
            raise ValueError(
                f"Expected the folders trainA and trainB, and testA and testB, with "
                f"images in {archive.path}. Received: "
                f"{naming.listed(folders, _NAMED) or 'nothing'}"
            )
    return names


def _top(files: Sequence[str]) -> str:
    """Returns the one folder around all files, if it is none of the parts; or ""."""
    tops = {file.partition("/")[0] if "/" in file else "" for file in files}
    top = tops.pop() if len(tops) == 1 else ""
    return "" if {top, top[:-1]} & {*holdout.FOLDERS} else top


def _prefixes(name: str, by_folder: bool) -> dict[str, str]:
    """Returns how the names of a set's files begin -> what their keys have for it."""
    parent, _, leaf = name.rpartition("/")
    before, own = (f"{part}/" if part else "" for part in (parent, name))
    if not by_folder:
        return {own: ""}
    spelled = {}
    for part in holdout.FOLDERS:
        ways = f"{own}{part}/", f"{before}{part}/{leaf}/", f"{before}{part}{leaf}/"
        spelled |= dict.fromkeys(ways if leaf else (f"{part}/",), f"{part}/")
    return spelled


def match(sets: Sequence[ImageSet]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Returns the common keys of sets, sorted, and the other files.

    The latter are (file, reason), sorted; the reason names a file of another set whose
    key differs in the case of letters alone.

    Raises a `ValueError` if there is no common key, or an image of one is broken.
    """
    common = sorted(set.intersection(*(set(one.files) for one in sets)))
    for one in sets:
        others = [set(other.files) for other in sets if other is not one]
        needed = set.intersection(*others) - set(one.files)
        lost = [(file, why) for key, file, why in one.broken if key in needed]
        if lost:
            file, why = lost[0]
            advice = "".join(f". {how}" for how in other_formats.advice({why}))
            raise ValueError(
                f"Each image of {one.archive.path} that has a partner must be "
                f"readable. Received: {file} ({why}); {len(lost)} in "
                f"{one.name or 'it'} are not{advice}"
            )
    alone = [set(one.files).difference(common) for one in sets]
    left_out = []
    for one, keys in zip(sets, alone, strict=True):
        left_out += [(file, reason) for _, file, reason in one.broken]
        near = {
            key.casefold(): other.files[key]
            for other, theirs in zip(sets, alone, strict=True)
            if other is not one
            for key in theirs
        }
        for key in keys:
            found = near.get(key.casefold())
            case = f": {found} differs in case" if found else ""
            left_out.append((one.files[key], f"{_ALONE}{case}"))
    if not common:
        _raise_nothing_common(sets, left_out)
    return common, tuple(sorted(left_out))


def _raise_nothing_common(sets, left_out):
    counts = [
        f"{len(one.files)} images in {one.name or one.archive.path}"
        + (f" such as {min(one.files.values())}" if one.files else "")
        for one in sets
    ]
    telling = [(file, why) for file, why in left_out if why != _ALONE]
    named = f"; {image_files.describe_files(telling)}" if telling else ""
    names = " and ".join(one.name or str(one.archive.path) for one in sets)
    place = f" in {sets[0].archive.path}" if sets[0].name else ""
    raise ValueError(
        f"{names}{place} must have images of equal names. Received: none in common "
        f"among {' and '.join(counts)}{named}"
    )


def _read_set(
    archive: Folder | Zip,
    walked: tuple[Sequence[str], Sequence[tuple[str, str]]],
    name: str,
    window: tuple[float, float] | None,
    prefixes: dict[str, str],
    unique: bool,
    part: str | None = None,
) -> ImageSet:
    files, left_out = walked
    own = [file for file in files if file.startswith(tuple(prefixes))]
    infos, reasons = image_files.inspect(archive, own, window, part)
    for file, why in left_out:
        if file.startswith(tuple(prefixes)) and why != HIDDEN:
            reasons[file] = why
    by_key = {}
    for file in infos:
        key = _key(file, prefixes)
        first = by_key.setdefault(key, file)
        if first != file and unique:
            raise ValueError(
                f"A name must stand for one image of a set in {archive.path}. "
                f"Received: {first} and {file}"
            )
        if first != file:
            by_key[key + pathlib.PurePosixPath(file).suffix] = file
    return ImageSet(
        archive=archive,
        name=name,
        files=by_key,
        infos={key: infos[file] for key, file in by_key.items()},
        broken=tuple(
            (_key(file, prefixes), file, why) for file, why in reasons.items()
        ),
        part=part,
    )


def _key(file: str, prefixes: dict[str, str]) -> str:
    prefix = next(prefix for prefix in prefixes if file.startswith(prefix))
    inside = pathlib.PurePosixPath(prefixes[prefix] + file[len(prefix) :])
    # Some file systems keep "é" as one character, others as two.
    return unicodedata.normalize("NFC", inside.with_suffix("").as_posix())
