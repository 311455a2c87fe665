"""Sources of image files, all decoded to one size and mode."""

from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import functools
import hashlib
import os
from collections.abc import Iterable, Sequence

import numpy as np

from kgan.data import pixels, storage
from kgan.data.archive import Folder, Zip
from kgan.data.base import IndexedSource

# Raster formats alone: for others (EPS, WMF) Pillow runs external programs.
FORMATS = ("BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
_NAMED = 10  # how many files a message names


class ImageFiles(IndexedSource):
    """A source of files that are images.

    What fits in memory is decoded at the first read and held; the rest is decoded by
    index in threads, or once into a file that is mapped to memory.

    Args:
        name: Name in messages.
        archive: The `Folder` or `Zip` of the files.
        files: Their names, in the order of the examples.
        shape: (height, width, channels) of all images.
        cache_dir: Folder for decoded images that exceed `memory_limit`.
        **kwargs: Further arguments of `IndexedSource`.
    """

    def __init__(
        self,
        name: str,
        archive: Folder | Zip,
        files: Sequence[str],
        shape: tuple[int, int, int],
        cache_dir: str | os.PathLike | None = None,
        **kwargs,
    ):
        super().__init__(name, shape, "uint8", len(files), **kwargs)
        self.archive = archive
        self.files = tuple(files)
        self.cache_dir = cache_dir

    @functools.cached_property
    def array(self):
        """All images if they fit or were written to a file, else None."""
        shape = (self.num_examples, *self.shape)
        if self.nbytes <= self.memory_limit:
            return storage.in_memory(shape, self._decode_into)
        if self.cache_dir is None:
            return None
        return storage.in_file(self.cache_dir, self._key(), shape, self._decode_into)

    def read(self, indices=None):
        if self.array is not None:
            return super().read(indices)
        count = self.num_examples if indices is None else len(indices)
        images = np.empty((count, *self.shape), np.uint8)
        self._decode_into(images, indices)
        return images

    def fingerprint(self):
        """Hashes the images, or, if they are not held, the state of their files."""
        if self.array is not None:
            return super().fingerprint()
        return hashlib.sha256(self._key().encode()).hexdigest()

    def identity(self):
        # Of the base class: the images would have to be decoded.
        known = super(IndexedSource, self).identity()
        del known["examples"]  # which their names say
        sizes = {file: self.archive.state(file)[0] for file in self.files}
        return {"images": sizes, **known}

    def _decode_into(self, rows: np.ndarray, indices=None) -> None:
        def write(row, index):
            rows[row] = decode(self.archive, self.files[index], self.shape)

        numbers = range(len(rows))
        indices = numbers if indices is None else indices
        collections.deque(_threads().map(write, numbers, indices), maxlen=0)

    def _key(self) -> str:
        states = [self.archive.state(file) for file in self.files]
        return repr((self.archive.path.resolve(), self.files, states, self.shape))


@dataclasses.dataclass(frozen=True)
class ImageInfo:
    """Properties of one image.

    Attributes:
        size: (height, width), upright.
        gray: Whether it has no colour channels.
        transparent: Whether it has an alpha channel or a transparent colour.
    """

    size: tuple[int, int]
    gray: bool
    transparent: bool


def inspect(
    archive: Folder | Zip, files: Iterable[str]
) -> tuple[dict[str, ImageInfo], dict[str, str]]:
    """Decodes files of an archive whole, in threads.

    Returns an `ImageInfo` for each file that is a readable image, and for each other
    file the reason why it is none; both in the order of `files`.
    """
    files = list(files)
    infos, reasons = {}, {}
    found = _threads().map(functools.partial(_inspect, archive), files)
    for name, info in zip(files, found, strict=True):
        (infos if isinstance(info, ImageInfo) else reasons)[name] = info
    return infos, reasons


def decode(archive: Folder | Zip, file: str, shape: tuple[int, int, int]) -> np.ndarray:
    """Decodes one file to uint8 of `shape`; see `pixels.to_channels` and `fit`."""
    from PIL import Image, ImageOps

    with archive.open(file) as data, Image.open(data, formats=FORMATS) as image:
        upright = ImageOps.exif_transpose(image)
        converted = pixels.to_channels(upright, shape[2])
        return pixels.to_array(pixels.fit(converted, shape[:2]))


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


def describe_conversions(
    total: int, num_gray: int, num_transparent: int, channels: int
) -> list[str]:
    """Describes what is lost or added when images are converted to `channels`."""
    notes = []
    if channels == 1 and num_gray < total:
        notes.append(f"{total - num_gray} of {total} images converted to gray")
    if channels != 1 and 0 < num_gray < total:
        notes.append(f"{num_gray} of {total} images are gray, read as colour")
    if channels != 4 and num_transparent:
        notes.append(f"alpha of {num_transparent} of {total} laid over white")
    return notes


def describe_files(files: Sequence[tuple[str, str]]) -> str:
    """Describes (file, reason) of the first ten files, and how many more there are."""
    shown = ", ".join(f"{file} ({reason})" for file, reason in files[:_NAMED])
    more = len(files) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


@functools.cache
def _threads() -> concurrent.futures.ThreadPoolExecutor:
    # Pillow decodes and resizes without the interpreter's lock.
    return concurrent.futures.ThreadPoolExecutor(os.cpu_count(), "kgan-decode")


def _inspect(archive: Folder | Zip, file: str) -> ImageInfo | str:
    """Returns the properties of a file, or why it cannot be used."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with archive.open(file) as data, Image.open(data, formats=FORMATS) as image:
            if image.mode in ("I", "F"):
                return "pixels of 32 bits have no fixed range"
            image.load()
            upright = ImageOps.exif_transpose(image)
            return ImageInfo(
                size=(upright.height, upright.width),
                gray=pixels.is_gray(image),
                transparent=image.has_transparency_data,
            )
    except UnidentifiedImageError:
        return "not an image"
    except Exception as error:  # a broken file can raise anything inside its decoder
        return str(error) or type(error).__name__
