"""Sources of image files, all decoded to one size and mode."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import functools
import hashlib
import os
import pathlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import numpy as np

from kgan.data import other_formats, pixels, storage, wide_gray
from kgan.data.archive import Folder, Zip
from kgan.data.base import IndexedSource

# Raster formats alone: for others (EPS, WMF) Pillow runs external programs.
FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
_NAMED = 10  # how many files a message names
_AHEAD = 16  # how many items are worked on at a time
_NO_IMAGE = "not an image"
_ODD = "has the odd width {}"


class ImageFiles(IndexedSource):
    """A source of files that are images.

    What fits in memory is decoded at the first read and held; the rest is decoded by
    index in threads, or once into a file that is mapped to memory.

    Args:
        name: Name in messages.
        archive: The `Folder` or `Zip` of the files.
        files: Their names, in the order of the examples.
        shape: (height, width, channels) of all images.
        window: (low, high), which values of 16-bit and 32-bit images become [-1, 1]:
            all images are then float32. None: there are no such images, all are uint8.
        cache_dir: Folder for decoded images that exceed `memory_limit`.
        part: The part of each file that is the image, see `pixels.part`.
        **kwargs: Further arguments of `IndexedSource`.
    """

    def __init__(
        self,
        name: str,
        archive: Folder | Zip,
        files: Sequence[str],
        shape: tuple[int, int, int],
        cache_dir: str | os.PathLike | None = None,
        window: tuple[float, float] | None = None,
        part: str | None = None,
        **kwargs,
    ):
        dtype = "uint8" if window is None else "float32"
        super().__init__(name, shape, dtype, len(files), **kwargs)
        self.part = part
        self.archive = archive
        self.files = tuple(files)
        self.cache_dir = cache_dir
        self.window = window

    @property
    def windows(self):
        return {} if self.window is None else {"window": self.window}

    @functools.cached_property
    def array(self):
        """All images if they fit or were written to a file, else None."""
        shape = (self.num_examples, *self.shape)
        how = shape, self._decode_into, self.dtype
        if self.nbytes <= self.memory_limit:
            return storage.in_memory(*how)
        if self.cache_dir is None:
            return None
        return storage.in_file(self.cache_dir, self._key(), *how)

    def read(self, indices=None):
        if self.array is not None:
            return super().read(indices)
        count = self.num_examples if indices is None else len(indices)
        images = np.empty((count, *self.shape), self.dtype)
        self._decode_into(images, indices)
        return images

    def fingerprint(self):
        """Hashes the images, or, if they are not held, the state of their files."""
        if self.array is not None:
            return super().fingerprint()
        found = hashlib.sha256(self._key().encode())
        if self._told is not None:
            found.update(self._told.tobytes())  # the names of files may not say it
        return found.hexdigest()

    def identity(self):
        # Of the base class: the images would have to be decoded.
        known = super(IndexedSource, self).identity()
        del known["examples"]  # which their names say
        sizes = {file: self.archive.state(file)[0] for file in self.files}
        return {"images": sizes, **known}

    def _decode_into(self, rows: np.ndarray, indices=None) -> None:
        def write(row, index):
            rows[row] = self._decode(self.files[index])

        numbers = range(len(rows))
        indices = numbers if indices is None else indices
        collections.deque(_threads().map(write, numbers, indices), maxlen=0)

    def _decode(self, file: str) -> np.ndarray:
        """Returns the pixels of one file."""
        return decode(self.archive, file, self.shape, self.window, self.part)

    def _key(self) -> str:
        states = [self.archive.state(file) for file in self.files]
        place = self.archive.path.resolve()
        known = place, self.files, states, self.shape, self.window
        return repr(known if self.part is None else (*known, self.part))


@dataclasses.dataclass(frozen=True)
class ImageInfo:
    """Properties of one image.

    Attributes:
        size: (height, width), upright.
        gray: Whether it has no colour channels.
        transparent: Whether it has an alpha channel or a transparent colour.
        values: Those of a gray image of 16 or 32 bits, else None.
        marks: Keys of `_MARKS` that it has.
    """

    size: tuple[int, int]
    gray: bool
    transparent: bool
    values: wide_gray.Values | None = None
    marks: frozenset[str] = frozenset()


def inspect(
    archive: Folder | Zip,
    files: Iterable[str],
    window: tuple[float, float] | None = None,
    part: str | None = None,
) -> tuple[dict[str, ImageInfo], dict[str, str]]:
    """Decodes files of an archive whole, in threads.

    `window` is the one that was given for images of 16 or 32 bits, or None; `part` the
    part of each file that is the image, see `pixels.part`.

    Returns an `ImageInfo` for each file that is a readable image, and for each other
    file the reason why it is none; both in the order of `files`.
    """
    files = list(files)
    infos, reasons = {}, {}
    found = _threads().map(functools.partial(_inspect, archive, window, part), files)
    for name, info in zip(files, found, strict=True):
        (infos if isinstance(info, ImageInfo) else reasons)[name] = info
    return infos, reasons


def decode(
    archive: Folder | Zip,
    file: str,
    shape: tuple[int, int, int],
    window: tuple[float, float] | None = None,
    part: str | None = None,
) -> np.ndarray:
    """Decodes one file to `shape`; see `pixels.part`, `to_channels` and `fit`.

    It is uint8, or, with the `window` of a source that has images of 16 or 32 bits,
    float32 in [-1, 1].

    Raises a `ValueError` that names the file if it cannot be decoded any more.
    """
    return read(archive, file, lambda *images: _to_pixels(*images, shape, window), part)


def read(
    archive: Folder | Zip, file: str, convert: Callable, part: str | None = None
) -> np.ndarray:
    """Returns `convert(image, upright)` of one file: as it is stored, and turned.

    Raises a `ValueError` that names the file if it cannot be decoded any more.
    """
    from PIL import Image, ImageOps

    try:
        with archive.open(file) as data, Image.open(data, formats=FORMATS) as image:
            wide_gray.keep_highest(image)
            upright = ImageOps.exif_transpose(image)
            return convert(image, pixels.part(upright, part))
    except Exception as error:  # a broken file can raise anything inside its decoder
        raise ValueError(
            f"{file} in {archive.path} must be an image that can be decoded, as it was "
            f"when its folder was read. Received: {_reason(error)}"
        ) from error


def _to_pixels(image, upright, shape, bounds):
    from PIL import Image

    if not wide_gray.is_wide(image):
        upright = pixels.to_channels(upright, shape[2])
        levels = pixels.to_array(pixels.fit(upright, shape[:2]))
        return levels if bounds is None else levels / np.float32(127.5) - np.float32(1)
    if bounds is None:
        raise ValueError("an image of more than 8 bits")
    gray = wide_gray.scale(wide_gray.read(image, upright), bounds)
    gray = -gray if wide_gray.is_inverted(image) else gray
    # Lanczos overshoots.
    fitted = np.asarray(pixels.fit(Image.fromarray(gray), shape[:2])).clip(-1.0, 1.0)
    return pixels.spread(fitted, shape[2])


def common_size(sizes: collections.Counter, where: str) -> tuple[int, int]:
    """Returns the one key of `sizes`, the number of images by (height, width).

    Raises a `ValueError` if there are several sizes; `where` is their place, for it.
    """
    if len(sizes) == 1:
        return next(iter(sizes))
    (common, count), *_ = sizes.most_common(1)
    raise ValueError(
        f"image_size must be given, since {where} has images of {len(sizes)} sizes. "
        f"Received: None ({count} of {sizes.total()} images have the height and width "
        f"{common})"
    )


# What is done with an image that has a mark.
_MARKS = {
    "frames": "have several frames or pages: the first was read",
    "palette": "have a palette: read as colours",
    "16 bits": "have colours of 16 bits a channel, of which Pillow reads 8",
    **{mode: f"converted from {mode} to RGB" for mode in pixels.CONVERTED},
}


def describe_conversions(infos: Collection[ImageInfo], channels: int) -> list[str]:
    """Describes what is lost or added when images are converted to `channels`."""
    total, notes = len(infos), []
    num_gray = sum(info.gray for info in infos)
    num_transparent = sum(info.transparent for info in infos)
    if channels == 1 and num_gray < total:
        notes.append(f"{total - num_gray} of {total} images converted to gray")
    if channels != 1 and 0 < num_gray < total:
        notes.append(f"{num_gray} of {total} images are gray, read as colour")
    if channels != 4 and num_transparent:
        notes.append(f"alpha of {num_transparent} of {total} laid over white")
    marked = collections.Counter(mark for info in infos for mark in info.marks)
    notes += [
        f"{marked[mark]} of {total} images {done}"
        for mark, done in _MARKS.items()
        if mark in marked
    ]
    return notes


def describe_files(files: Sequence[tuple[str, str]]) -> str:
    """Describes (file, reason) of the first ten files, and how many more there are.

    A sentence follows on each format that can be converted.
    """
    shown = ", ".join(f"{file} ({reason})" for file, reason in files[:_NAMED])
    more = len(files) - _NAMED
    shown = f"{shown} and {more} more" if more > 0 else shown
    return ". ".join([shown, *other_formats.advice({reason for _, reason in files})])


def is_broken(file: str, reason: str) -> bool:
    """Returns whether a file is an image, by content or name, that cannot be read.

    `reason` is the one that `inspect` found.
    """
    from PIL import Image

    Image.init()
    suffix = pathlib.PurePosixPath(file).suffix.lower()
    named_so = Image.registered_extensions().get(suffix) in FORMATS
    return named_so or reason != _NO_IMAGE


def is_odd(reason: str) -> bool:
    """Returns whether `inspect` found that a file has no two halves."""
    return reason.startswith(_ODD.format(""))


def in_threads(function: Callable, items: Iterable) -> Iterator:
    """Yields `function(item)` for each item, in order, and works a few items ahead."""
    waiting = collections.deque()
    for item in items:
        waiting.append(_threads().submit(function, item))
        if len(waiting) > _AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@functools.cache
def _threads() -> concurrent.futures.ThreadPoolExecutor:
    # Pillow decodes and resizes without the interpreter's lock.
    return concurrent.futures.ThreadPoolExecutor(os.cpu_count(), "kgan-decode")


def _inspect(
    archive: Folder | Zip,
    window: tuple[float, float] | None,
    part: str | None,
    file: str,
) -> ImageInfo | str:
    """Returns the properties of a file, or why it cannot be used."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with archive.open(file) as data:
            try:
                with Image.open(data, formats=FORMATS) as image:
                    marks = _marks(image)
                    wide_gray.keep_highest(image)
                    image.load()
                    upright = ImageOps.exif_transpose(image)
                    if part is not None and upright.width % 2:
                        return _ODD.format(upright.width)
                    upright = pixels.part(upright, part)
                    return _info(image, upright, marks, window)
            except UnidentifiedImageError:
                data.seek(0)
                head = data.read(other_formats.HEAD)
                return other_formats.name(head, file) or _NO_IMAGE
    except Exception as error:  # a broken file can raise anything inside its decoder
        return _reason(error)


def _info(image, upright, marks, window):
    wide = wide_gray.is_wide(image)
    if wide_gray.is_signed_byte(image):
        return "signed values of 8 bits, which Pillow takes for unsigned ones"
    values = None
    if wide:
        values = wide_gray.summary(wide_gray.read(image, upright), window)
        if values is None:
            return "has values that are NaN or infinite"
    else:
        # A mode that cannot be converted shows here, and not in training.
        pixels.to_channels(upright.crop((0, 0, 1, 1)), 1)
    return ImageInfo(
        size=(upright.height, upright.width),
        gray=pixels.is_gray(image),
        transparent=image.has_transparency_data and not wide,
        values=values,
        marks=marks,
    )


def _marks(image):
    """Returns the marks of an image that is opened and not yet decoded."""
    marks = {image.mode} & set(_MARKS)
    if getattr(image, "is_animated", False):
        marks.add("frames")
    if image.mode in ("P", "PA"):
        marks.add("palette")
    if pixels.loses_bits(image):
        marks.add("16 bits")
    return frozenset(marks)


def _reason(error: Exception) -> str:
    """Returns what went wrong, of the operating system's errors without the path."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
