"""Packs images into a ZIP or a folder in the form of StyleGAN's data sets."""

from __future__ import annotations

import dataclasses
import functools
import io
import itertools
import os
import pathlib
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kgan.core import pictures, registry
from kgan.core.atomic_files import check_writable, fill_atomically, write_atomically
from kgan.data import checks, dataset_json, image_files, pixels
from kgan.data.base import IndexedSource
from kgan.data.folder import FolderScan, FolderSource
from kgan.data.registry import is_table, names, source, window_options
from kgan.data.sides import Sides

CROPS = ("center", "none", "wide")
LABELS = ("auto", "folders", "file", "none")
_IN_FOLDER = 1000  # images; the numbers of all begin with the folder's five digits
_FILE = 500  # bytes that an image takes in a ZIP besides its pixels, at most


@dataclasses.dataclass(frozen=True)
class Packed:
    """What `pack` wrote.

    Attributes:
        path: The ZIP or folder.
        count: Number of images.
        shape: (height, width, channels) of each.
        nbytes: Size of all files together.
        skipped: Number of broken images that were left out.
        enlarged: Number of images that were smaller; 0 where their size is not known.
        num_classes: Number of classes, or None without labels.
        class_names: Names of the classes, or None.
        condition_size: Length of the vectors in place of labels, or None.
    """

    path: pathlib.Path
    count: int
    shape: tuple[int, int, int]
    nbytes: int
    skipped: int = 0
    enlarged: int = 0
    num_classes: int | None = None
    class_names: tuple[str, ...] | None = None
    condition_size: int | None = None


def pack(
    name: Any,
    output: str | os.PathLike,
    image_size: int | tuple[int, int] | None = None,
    crop: str = "center",
    channels: int | None = None,
    labels: str = "auto",
    max_images: int | None = None,
    skip_broken: bool = False,
    split: str = "train",
    data_dir: str | os.PathLike | None = None,
    window: tuple[float, float] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Packed:
    """Writes images as PNG files with a `dataset.json`, in StyleGAN's form.

    The files are 00000/img00000000.png, ... in the source's order, which is by name for
    folders, uncompressed in an uncompressed ZIP: kgan and StyleGAN's own code read
    them, a few at a time. They have the pixels that `kgan.data.source` reads with the
    same arguments, 8 bits a channel. The result is complete or absent.

    Args:
        name: A folder or ZIP of images, a TFDS name, or what else of images
            `kgan.data.source` accepts.
        output: A file that ends in .zip, or a folder; it must not be there yet.
        image_size: Integer or (height, width). None keeps the images' own size, which
            must be one.
        crop: What becomes of images of other proportions than `image_size`: "center"
            scales until it is covered, and crops around the centre; "none" scales the
            whole image, which distorts it; "wide" is "center" between two black bars
            that make a square of it. The filter is Lanczos.
        channels: 1 (gray), 3 (RGB) or 4 (RGBA). None: those of the source.
        labels: "folders": the sub-folders are classes; "file": those of a
            `dataset.json`; "auto": what the source has; "none".
        max_images: The most images, the first ones; None: all.
        skip_broken: Whether an image that cannot be decoded is left out; otherwise it
            is an error, before anything is written.
        split: See `kgan.data.source`.
        data_dir: See `kgan.data.source`.
        window: Of a folder of images of 16 or 32 bits, see `kgan.data.source`.
        progress: Function of the number of images that are written, and of all.

    Raises a `ValueError` if an argument is wrong, the source has no images or not the
    labels that are asked for, or an image is broken, and an `OSError` if there is no
    place for the result.
    Example: `kgan.data.pack("photos", "photos.zip", image_size=256)`
    """
    path = pathlib.Path(output).expanduser()
    size = _check(path, image_size, crop, channels, labels, max_images)
    strict = False if skip_broken else "broken"
    options = {"channels": channels, "window": window, "strict": strict}
    found = _find(name, size, split, data_dir, options)
    told = _labelled(found, labels)
    count = min(max_images or found.num_examples, found.num_examples)
    height, width, depth = *(size or found.shape[:2]), channels or found.shape[2]
    shape = (width if crop == "wide" else height, width, depth)
    _check_place(path, found, count * (shape[0] * (width * depth + 1) + _FILE))

    prepare = functools.partial(_png, size=size, crop=crop, channels=depth)
    images = image_files.in_threads(prepare, itertools.islice(found.originals(), count))
    files = _files(images, count, told, progress)
    try:
        (_write_zip if _is_zip(path) else _write_folder)(path, files)
    except OSError as error:
        raise OSError(
            f"`output` could not be written to {path}, and nothing was left there: "
            f"{error.strerror or error}"
        ) from error
    return _packed(path, count, shape, found, size, told)


def _check(path, image_size, crop, channels, labels, max_images):
    """Checks all that can be checked without the images; returns their size."""
    registry.check_known("`crop` must be one of", crop, CROPS)
    registry.check_known("`labels` must be one of", labels, LABELS)
    if channels not in (None, 1, 3, 4):
        raise ValueError(f"channels must be None, 1, 3 or 4. Received: {channels}")
    if max_images is not None:
        checks.integer("max_images", max_images, 1)
    size = checks.image_size(image_size)
    if crop == "wide" and (size is None or size[0] >= size[1]):
        raise ValueError(
            "image_size must be (height, width), wider than high, for crop='wide'. "
            f"Received: {image_size}"
        )
    if path.suffix and not _is_zip(path):
        raise ValueError(
            "`output` must end in .zip, or be a folder without an ending. Received: "
            f"{path}"
        )
    if path.exists() or path.is_symlink():
        raise ValueError(
            f"`output` must be a ZIP or folder that is not there yet. Received: {path}"
        )
    check_writable(path.parent, "`output`")
    return size


def _is_zip(path):
    return path.suffix.lower() == ".zip"


def _find(name, size, split, data_dir, of_folders) -> IndexedSource:
    """Returns the source of `name`; raises unless it is one of images."""
    options = {}
    if isinstance(name, (str, os.PathLike)) and is_table(name):
        raise ValueError(
            f"`dataset` must be images to be packed. Received: a table, {name}"
        )
    if isinstance(name, (str, os.PathLike)) and name not in names():
        if window_options(name) == ("window",):
            options = {"image_size": size, **of_folders}
        else:  # images of TFDS are read one after the other, and not held
            options = {"image_size": size, "memory_limit": sys.maxsize}
    found = source(name, split=split, data_dir=data_dir, **options)
    is_image = pictures.is_picture(found.shape) and found.shape[2] != 2
    if not is_image or isinstance(found, Sides):
        raise ValueError(
            "Only images of 1, 3 or 4 channels are packed, and no pairs. Received: "
            f"{found.name}, of shape {found.shape}"
        )
    return found


def _labelled(found: IndexedSource, how: str) -> IndexedSource | FolderScan | None:
    """Returns what has the labels that are asked for; None if none are written."""
    if how == "none":
        return None
    if how == "auto":
        return None if _values(found) is None else found
    if not isinstance(found, FolderSource):
        raise ValueError(
            f"labels must be 'auto' or 'none' for {found.name}, which is no folder or "
            f"ZIP. Received: {how!r}"
        )
    from_file = found.scan.told
    told = from_file if how == "file" else dataclasses.replace(found.scan, told=None)
    if told is None or _values(told) is None:
        needs = "all images in sub-folders" if how == "folders" else "a dataset.json"
        raise ValueError(
            f"labels={how!r} needs {needs} with labels. Received: {found.scan.folder}"
        )
    return found.scan if how == "file" else told


def _values(labelled):
    """Returns the label of each image, an integer or a vector, or None."""
    vectors = labelled.conditions
    return labelled.labels if vectors is None else vectors


def _check_place(path, found, needed):
    """Checks that the result does not lie among the images, and fits on the disk."""
    if isinstance(found, FolderSource):
        folder = found.scan.folder
        if path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(
                f"`output` must lie outside of {folder}, the images that are read. "
                f"Received: {path}"
            )
    place = next(p for p in path.absolute().parents if p.exists())
    free = shutil.disk_usage(place).free
    if needed > free:
        raise OSError(
            f"`output` takes about {needed / 1e6:,.1f} MB, and {place} has room for "
            f"{free / 1e6:,.1f} MB"
        )


def _png(
    read: Callable[[], np.ndarray],
    size: tuple[int, int] | None,
    crop: str,
    channels: int,
) -> bytes:
    """Returns an image as the bytes of a PNG file, uncompressed."""
    from PIL import Image

    image = read()
    if size is not None:
        image = pixels.fit_array(image, size, crop != "none")
    if image.dtype != np.uint8:
        image = pictures.as_bytes(image)
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    if image.shape[2] != channels:
        picture = pixels.to_channels(picture, channels)
    if crop == "wide":
        width, height = picture.size
        square = Image.new(picture.mode, (width, width))
        square.paste(picture, (0, (width - height) // 2))
        picture = square
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=0)
    return file.getvalue()


def _files(images, count, labelled, progress) -> Iterator[tuple[str, bytes]]:
    """Yields the name and content of each file of the data set."""
    found = []
    for number, data in enumerate(images):
        found.append(f"{number // _IN_FOLDER:05d}/img{number:08d}.png")
        yield found[-1], data
        progress(number + 1, count)
    labels, class_names = None, None
    if labelled is not None:
        values = _values(labelled)[:count].tolist()
        labels = dict(zip(found, values, strict=True))
        class_names = labelled.class_names
    yield dataset_json.NAME, dataset_json.text(labels, class_names).encode()


def _write_zip(path, files):
    def write(temporary):
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, data in files:
                # Of no date: equal images are equal files.
                info = zipfile.ZipInfo(name)
                info.external_attr = 0o644 << 16
                archive.writestr(info, data)

    write_atomically(path, write)


def _write_folder(path, files):
    def fill(folder):
        for name, data in files:
            file = folder / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(data)

    fill_atomically(path, fill)


def _packed(path, count, shape, found, size, labelled):
    files = path.rglob("*") if path.is_dir() else [path]
    scan = getattr(found, "scan", None)
    infos = [] if scan is None or size is None else list(scan.infos.values())[:count]
    values = None if labelled is None else _values(labelled)
    return Packed(
        path,
        count,
        shape,
        nbytes=sum(file.stat().st_size for file in files if file.is_file()),
        skipped=0 if scan is None else len(scan.broken),
        enlarged=sum(bool(np.less(info.size, size).any()) for info in infos),
        num_classes=labelled and labelled.num_classes,
        class_names=labelled and labelled.class_names,
        condition_size=values.shape[1]
        if values is not None and values.ndim > 1
        else None,
    )
