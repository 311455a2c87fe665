"""Pairs of images under equal names in two sets, for image-to-image games."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from typing import Any

import numpy as np

from kgan.data import archive, checks, image_files, image_sets, splits, wide_gray
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource

_logger = logging.getLogger(__name__)

_PREFIX = "pairs:"
_HELD_OUT = 0.1


class Pairs(IndexedSource):
    """Pairs of images: a source, and the target that belongs to it.

    A folder or a ZIP has a sub-folder for each set of images. Files of two sets whose
    names are equal but for the ending are a pair, at the same index of `sources` and
    `targets`. What `Source` and `IndexedSource` describe (`shape`, `read`, `array`) are
    the targets, which a game generates. Batches of `kgan.data.load` are dictionaries
    `{"source": ..., "target": ...}`. Whether a pair is held out follows from its name
    alone (`kgan.data.splits`).

    Args:
        path: Path of the folder or ZIP.
        source: Name of the set of sources: a sub-folder, with "/" if it is nested.
        target: Name of the set of targets.
        image_size: Integer or (height, width) of both images, see `kgan.data.source`.
            None needs images of one size within each set.
        split: "train", "test" (the pairs that are held out) or "all".
        held_out: Share of the pairs that are held out, in [0, 1); None is 0.1.
        source_channels: 1 or 3. None: 1 if all images of the set are gray, else 3; a
            palette counts as colour. Transparent pixels are laid over white.
        target_channels: The same of the targets.
        source_window: (low, high): the values of sources of 16 or 32 bits that become
            [-1, 1], see `kgan.data.FolderSource`. None: those of all of them.
        target_window: The same of the targets.
        memory_limit: The largest size in bytes of a set that is held in memory.
        cache_dir: Folder for decoded images that exceed it.

    Attributes:
        sources: An `IndexedSource` of the sources; `targets` is that of the targets.
        keys: Names of the pairs, without ending, in the order of the examples.
        left_out: (file, reason) of each file of the two sets that is in no pair; one
            log line counts them.

    Raises a `ValueError` if the path or a set is missing, no name is in both sets, an
    image with a partner cannot be read, sizes differ without `image_size`, train or
    test has no pair, or an argument is wrong.
    Example: `kgan.data.Pairs("maps.zip", source="aerial", target="map")`
    """

    # Read where another split of a named source is resolved.
    data_dir = None

    def __init__(
        self,
        path: str | os.PathLike,
        source: str,
        target: str,
        image_size: int | tuple[int, int] | None = None,
        split: str = "train",
        held_out: float | None = None,
        source_channels: int | None = None,
        target_channels: int | None = None,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        cache_dir: str | os.PathLike | None = None,
        source_window: tuple[float, float] | None = None,
        target_window: tuple[float, float] | None = None,
    ):
        size = checks.image_size(image_size)
        _check_channels("source_channels", source_channels)
        _check_channels("target_channels", target_channels)
        self.split = split
        share = _HELD_OUT if held_out is None else held_out
        self.held_out = splits.share("held_out", share)
        found = archive.find(path)
        windows = {
            "source": wide_gray.check_window("source_window", source_window),
            "target": wide_gray.check_window("target_window", target_window),
        }
        names = {"source": source, "target": target}
        sets = image_sets.read(found, names, windows)
        keys, self.left_out = image_sets.match(sets)
        self.keys = splits.select(keys, split, self.held_out)

        def images(one, role, channels):
            return image_files.ImageFiles(
                f"{found.path}:{one.name}",
                found,
                [one.files[key] for key in self.keys],
                # Shape and window follow from all pairs, so that all splits agree.
                one.shape(keys, size, channels),
                cache_dir,
                one.window(keys, windows[role], f"{role}_window"),
                memory_limit=memory_limit,
            )

        self.sources = images(sets[0], "source", source_channels)
        self.targets = images(sets[1], "target", target_channels)
        name = _text(path, *(one.name for one in sets), self.held_out)
        super().__init__(
            name,
            self.targets.shape,
            self.targets.dtype,
            len(self.keys),
            memory_limit=memory_limit,
        )
        if self.left_out:
            named = image_files.describe_files(self.left_out)
            _logger.warning(
                "%s: left out %d files: %s", name, len(self.left_out), named
            )

    @property
    def windows(self):
        found = {
            "source_window": self.sources.window,
            "target_window": self.targets.window,
        }
        return {name: window for name, window in found.items() if window is not None}

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """Shape of one source, (height, width, channels)."""
        return self.sources.shape

    @property
    def array(self) -> np.ndarray | None:
        """All targets if they are held, else None."""
        return self.targets.array

    def read(self, indices=None):
        return self.targets.read(indices)

    def fingerprint(self):
        both = self.sources.fingerprint() + self.targets.fingerprint()
        return hashlib.sha256(both.encode()).hexdigest()

    def identity(self):
        known = {}
        for name, one in (("source", self.sources), ("target", self.targets)):
            own = one.identity()
            known |= {f"{name}s": own["images"], f"{name} shape": own["shape"]}
        return known

    def reader(self, batch_size, with_labels):
        sources = self.sources.reader(batch_size, with_labels=False)
        targets = self.targets.reader(batch_size, with_labels=False)
        return lambda indices: {"source": sources(indices), "target": targets(indices)}


def is_text(name: Any) -> bool:
    """Returns whether `name` is a text for `parse`."""
    return isinstance(name, str) and name.startswith(_PREFIX)


def parse(text: str) -> tuple[str, str, str, float | None]:
    """Parses the text of a data set: pairs:PATH:SOURCE:TARGET[:HELD_OUT].

    HELD_OUT is a decimal fraction such as 0.2. The path may have colons, the names of
    the sets may not. Returns `(path, source, target, held_out)`, the last None if
    absent.

    Raises a `ValueError` if a part is missing.
    Example: `parse("pairs:maps.zip:aerial:map")`
    """
    parts = text.removeprefix(_PREFIX).split(":")
    held_out = None
    if len(parts) > 3 and re.fullmatch(r"0?\.\d+", parts[-1]):
        held_out = float(parts.pop())
    path, source, target = ":".join(parts[:-2]), *["", "", *parts][-2:]
    if not (path and source and target):
        raise ValueError(
            f"Expected {_PREFIX}PATH:SOURCE:TARGET, a folder or ZIP and two "
            f"sub-folders with images in it. Received: {text!r}"
        )
    return path, source, target, held_out


def at(text: str, path: str | os.PathLike) -> str:
    """Returns the text of the same pairs at another path."""
    rest = text.removeprefix(_PREFIX).removeprefix(parse(text)[0])
    return f"{_PREFIX}{os.fspath(path)}{rest}"


def _text(path: str | os.PathLike, source: str, target: str, held_out: float) -> str:
    """Returns the text that `parse` reads back."""
    text = f"{_PREFIX}{os.fspath(path)}:{source}:{target}"
    if held_out == _HELD_OUT:
        return text
    return f"{text}:{np.format_float_positional(held_out, trim='0')}"


def _check_channels(argument: str, value: Any) -> None:
    if value not in (None, 1, 3):
        raise ValueError(f"{argument} must be None, 1 or 3. Received: {value!r}")
