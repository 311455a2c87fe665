"""Label maps: images whose values or colours are classes, read as one-hot channels."""

from __future__ import annotations

import collections
import dataclasses
import functools
import hashlib
import os
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core import pictures
from kgan.data import image_files, pixels, wide_gray
from kgan.data.archive import Folder, Zip
from kgan.data.base import IndexedSource

_MOST = 65_536  # classes: as many as 16 bits number
_NOISE = 256  # colours; a map with more was blurred
_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})\b|(\d+)[\s,;]+(\d+)[\s,;]+(\d+)\b")
_HEADER = ("GIMP Palette", "Name:", "Columns:", "#\t", "# ", "#\n")


@dataclasses.dataclass(frozen=True)
class Labels:
    """How the classes of label maps are stored.

    Without colours the value of a pixel is its class: the index of a palette, a gray
    level of 8 or 16 bits, or 0 and 1 of 1 bit.

    Attributes:
        argument: Name of the option, for errors.
        count: Number of classes.
        colours: The colour of each class, `(r, g, b)`, or none.
    """

    argument: str
    count: int
    colours: tuple[tuple[int, int, int], ...] = ()

    def __str__(self) -> str:
        """Returns the option's text, which `parse` reads."""
        return ",".join(map(_hex, self.colours)) or str(self.count)

    @property
    def palette(self) -> np.ndarray:
        """A colour of each class for people to see, uint8 `(count, 3)`."""
        if self.colours:
            return np.array(self.colours, np.uint8)
        return pictures.palette(self.count)

    @property
    def low(self) -> float:
        """Value of a channel where a pixel is of another class.

        It is −1 in targets, as a generator has images; a source may have any values.
        """
        return -1.0 if self.argument == "target_labels" else 0.0

    def channels(self, classes: np.ndarray) -> np.ndarray:
        """Returns float32 channels on a new last axis: 1 in that of the class."""
        rows = np.eye(self.count, dtype=np.float32)
        return np.where(rows == 1, rows, np.float32(self.low))[classes]

    def classes(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Returns the class of each of these values, and whether it is known."""
        if not self.colours:
            return values, (values >= 0) & (values < self.count)
        known = np.array(self.colours) @ _WEIGHTS
        order = np.argsort(known)
        place = np.searchsorted(known, values, sorter=order).clip(max=self.count - 1)
        found = order[place]
        return found, known[found] == values


def parse(argument: str, value: Any) -> Labels | None:
    """Returns what the option `argument` says; None if it was not given.

    It is a number of classes, or their colours: `(r, g, b)` each, a text with commas
    such as "#000000,#ff0000", or the path of a file with a colour a line, "#ff0000" or
    "255 0 0", which a name may follow (as in a GIMP palette).

    Raises a `ValueError` if it is anything else, or a colour stands for two classes.
    """
    if value is None:
        return None
    if isinstance(value, (str, os.PathLike)) and str(value).isdecimal():
        value = int(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        if 2 <= value <= _MOST:
            return Labels(argument, int(value))
        raise ValueError(_wrong(argument, value))
    colours = _colours(argument, value)
    twice = [_hex(c) for c, n in collections.Counter(colours).items() if n > 1]
    if twice or len(colours) < 2:
        raise ValueError(
            f"{argument} must have two colours or more, each of one class. Received: "
            f"{len(colours)} colours" + (f", {twice[0]} twice" if twice else "")
        )
    return Labels(argument, len(colours), colours)


def _colours(argument, value):
    if isinstance(value, (str, os.PathLike)):
        lines = str(value).split(",")
        if not all(map(_COLOUR.fullmatch, lines)):
            path = pathlib.Path(os.path.expanduser(value))
            if not path.is_file():
                raise ValueError(_wrong(argument, value))
            lines = path.read_text("utf-8").splitlines(keepends=True)
            lines = [n for n in lines if n.strip() and not n.startswith(_HEADER)]
        found = [_COLOUR.match(line.strip()) for line in lines]
        if not all(found):
            raise ValueError(_wrong(argument, lines[found.index(None)].strip()))
        value = [
            bytes.fromhex(match[1]) if match[1] else match.groups()[1:]
            for match in found
        ]
    try:
        colours = tuple(tuple(map(int, colour)) for colour in value)
    except (TypeError, ValueError):
        raise ValueError(_wrong(argument, value)) from None
    for colour in colours:
        if len(colour) != 3 or not all(0 <= part <= 255 for part in colour):
            raise ValueError(_wrong(argument, colour))
    return colours


def _wrong(argument, value):
    return (
        f"{argument} must be a number of classes from 2 to {_MOST}, colours as in "
        f"#000000,#ff0000, or a text file with a colour a line. Received: {value!r}"
    )


def one_hot(image: Any, labels: Labels, size: tuple[int, int]) -> np.ndarray:
    """Returns a label map as float32 `(height, width, classes)`, as `LabelMaps` do.

    Args:
        image: A `PIL.Image.Image`.
        labels: A `Labels`.
        size: (height, width), to which it is brought.

    Raises a `ValueError` if it is no label map of these classes.
    """
    found = _of_image(image, image, labels)
    return labels.channels(_sized("the image", found, labels, size))


class LabelMaps(IndexedSource):
    """A source of label maps: one channel a class, 1 where a pixel is of it.

    Sizes are changed to that of the nearest pixel alone.

    Args:
        name: Name in messages.
        archive: The `Folder` or `Zip` of the files.
        files: Their names, in the order of the examples.
        size: (height, width) of all maps.
        labels: A `Labels`.
        cache_dir: Folder for decoded maps that exceed the memory limit.
        part: See `image_files.ImageFiles`.
        **kwargs: Further arguments of `IndexedSource`.
    """

    window = None

    def __init__(
        self,
        name: str,
        archive: Folder | Zip,
        files: Sequence[str],
        size: tuple[int, int],
        labels: Labels,
        cache_dir: str | os.PathLike | None = None,
        part: str | None = None,
        **kwargs,
    ):
        shape = (*size, labels.count)
        super().__init__(name, shape, "float32", len(files), **kwargs)
        self.labels_of = labels
        self.classes = _ClassFiles(
            name, archive, files, (*size, 1), cache_dir, part=part, **kwargs
        )
        self.classes.read_as(labels)

    @property
    def palette(self):
        """See `Labels`."""
        return self.labels_of.palette

    def read(self, indices=None):
        return self.labels_of.channels(self.classes.read(indices)[..., 0])

    def fingerprint(self):
        low, of_classes = self.labels_of.low, self.classes.fingerprint()
        of = f"classes {self.labels_of} {low} {of_classes}"
        return hashlib.sha256(of.encode()).hexdigest()

    def identity(self):
        return self.classes.identity() | {"shape": list(self.shape)}

    def _lookup(self, batch_size):
        lookup, labels = self.classes._lookup(batch_size), self.labels_of

        def read(indices):
            classes = tf.cast(lookup(indices)[..., 0], tf.int32)
            return tf.one_hot(classes, labels.count, off_value=labels.low)

        return read


class _ClassFiles(image_files.ImageFiles):
    """The class of each pixel, `(height, width, 1)`, uint8 or int32."""

    def read_as(self, labels: Labels) -> None:
        self.labels_of = labels
        self.dtype = np.dtype(np.uint8 if labels.count <= 256 else np.int32)

    def _decode(self, file):
        found = _stored(self.archive, file, self.labels_of, self.part)
        classes = _sized(file, found, self.labels_of, self.shape[:2])
        return classes[..., None].astype(self.dtype)

    def _key(self):
        return f"{super()._key()} {self.labels_of}"


def check(
    archive: Folder | Zip, files: Sequence[str], labels: Labels, part: str | None = None
) -> str:
    """Checks that files are label maps of these classes; returns a note, or "".

    Raises a `ValueError` if a value or colour is unknown, an image has no such values,
    or palettes do not agree.
    """
    own = functools.partial(_used, archive, labels, part)
    wrong, first, seen = [], {}, np.zeros(labels.count, bool)
    for file, (problem, classes, palette) in zip(
        files, image_files.in_threads(own, files), strict=True
    ):
        if problem:
            wrong.append(problem)
            continue
        seen[classes] = True
        for number, colour in zip(classes, palette, strict=False):
            before, colour_before = first.setdefault(number, (file, colour))
            if colour_before != colour:
                raise ValueError(
                    f"Label maps of {archive.path} must have one palette, or "
                    f"{labels.argument} the colours of the classes. Received: class "
                    f"{number} is {colour_before} in {before} and {colour} in {file}"
                )
    if wrong:
        more = f"; {len(wrong)} of {len(files)} are none" if len(wrong) > 1 else ""
        raise ValueError(wrong[0] + more)
    unused = np.flatnonzero(~seen).tolist()
    if not unused:
        return ""
    return f"{len(unused)} of {labels.count} classes are in no map: {unused[:10]}"


@dataclasses.dataclass(frozen=True)
class _Stored:
    """The values of an upright image: classes or packed colours, int64 `(h, w)`."""

    values: np.ndarray
    problem: str = ""
    palette: tuple = ()
    format: str = ""


def _stored(archive, file, labels, part) -> _Stored:
    found = []

    def convert(image, upright):
        found.append(_of_image(image, upright, labels))

    image_files.read(archive, file, convert, part)
    return found[0]


def _of_image(image, upright, labels) -> _Stored:
    values, problem = _values(image, upright, bool(labels.colours))
    palette = _palette(image) if not labels.colours and image.mode == "P" else ()
    return _Stored(values, problem, palette, image.format or "")


def _sized(file, found, labels, size):
    """Returns the classes of an image at a size, `(height, width)`; raises for others.

    Sizes are changed to that of the nearest pixel alone.
    """
    from PIL import Image

    classes, known = labels.classes(found.values)
    if found.problem or not known.all():
        raise ValueError(_problem(file, found, labels))
    image = Image.fromarray(classes.astype(np.int32))
    return np.asarray(pixels.fit(image, size, nearest=True))


def _values(image, upright, by_colour):
    """Returns values of an image, and what hinders that they are classes."""
    nothing = np.zeros((1, 1), np.int64)
    if wide_gray.is_wide(image):
        values = wide_gray.read(image, upright)
        if by_colour or values.dtype.kind == "f":
            return nothing, f"has gray levels of {image.mode}"
        return values.astype(np.int64), ""
    if pixels.loses_bits(image):
        return nothing, "has colours of 16 bits a channel, of which 8 are read"
    if (
        image.mode in ("LA", "RGBA", "PA")
        and upright.getchannel("A").getextrema()[0] < 255
    ):
        return nothing, "is transparent in part"
    if image.mode == "P" and not by_colour:
        return np.asarray(upright).astype(np.int64), ""
    if image.mode == "1" and not by_colour:
        return np.asarray(upright).astype(np.int64), ""
    colours = np.asarray(upright.convert("RGB")).astype(np.int64)
    if by_colour:
        return colours @ _WEIGHTS, ""
    if (colours == colours[..., :1]).all():
        return colours[..., 0], ""
    many = len(np.unique(colours.reshape(-1, 3), axis=0))
    return nothing, f"has {many:,} colours, and no palette"


def _palette(image):
    """Returns the colours of a palette as texts."""
    flat = image.getpalette("RGB") or []
    return tuple(_hex(flat[first : first + 3]) for first in range(0, len(flat), 3))


def _used(archive, labels, part, file):
    """Returns `(problem, classes, colours)` of one file: those that it has."""
    found = _stored(archive, file, labels, part)
    values = np.unique(found.values)
    classes, known = labels.classes(values)
    if found.problem or not known.all():
        return _problem(file, found, labels), [], []
    # A file may leave out the end of its palette, and have such values.
    palette = [found.palette[n] for n in values if n < len(found.palette)]
    return "", classes.tolist(), palette


def _problem(file, found, labels):
    """Returns the sentence about a file that is no label map of these classes."""
    values, counts = np.unique(found.values, return_counts=True)
    known = labels.classes(values)[1]
    many = len(values) > max(_NOISE, labels.count)
    if found.problem:
        what = found.problem
    elif many:
        what = f"has {len(values):,} {'colours' if labels.colours else 'values'}"
    else:
        most = np.argmax(np.where(known, 0, counts))
        value = int(values[most])
        named = f"colour #{value:06x}" if labels.colours else f"value {value}"
        what = f"has the {named} in {counts[most]:,} pixels"
    advice = ""
    if found.format == "JPEG" or (many and labels.colours):
        advice = "; JPEG and smooth scaling blur label maps: save them as PNG"
    elif not labels.colours and "gray" not in found.problem:
        advice = f"; {labels.argument} may have the colours of the classes instead"
    expected = f"values below {labels.count}, as {labels.argument} says"
    if labels.colours:
        expected = f"the {labels.count} colours of {labels.argument}"
    return (
        f"A label map must have {expected}, alone. Received: {file}, which {what}"
        f"{advice}"
    )


_WEIGHTS = np.array([65536, 256, 1])


def _hex(colour):
    return "#{:02x}{:02x}{:02x}".format(*colour)
