"""What pairs and unpaired images share: two sides, of sources and of targets."""

from __future__ import annotations

import copy
import dataclasses
import functools
import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import (
    archive,
    crops,
    holdout,
    image_files,
    image_sets,
    label_maps,
    splits,
    texts,
    wide_gray,
)
from kgan.data.archive import Folder, Zip
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource, Source
from kgan.data.image_sets import ImageSet

_logger = logging.getLogger(__name__)

DIRECTIONS = ("AtoB", "BtoA")
CHANNELS = (1, 3, 4)
_ROLES = ("source", "target")
_HELD_OUT = 0.1


class Sides(Source):
    r"""Base class of sources of two sets of images: sources, and targets.

    Batches of `kgan.data.load` are dictionaries `{"source": ..., "target": ...}`. What
    `Source` describes (`shape`, ...) are the targets, which a game generates. Options
    that begin with `source_` or `target_` are about what is the source or target once
    `direction` has chosen.

    Args:
        path: Path of a folder or ZIP, or a pair of them: of A and of B.
        source: Name of set A: a sub-folder, with "/" if it is nested. None, without
            `target`: the subclass says what A and B are then.
        target: Name of set B.
        image_size: Integer or (height, width) of all images, see `kgan.data.source`.
            None needs images of one size within each set.
        split: "train", "test" (what is held out) or "all".
        held_out: Share of the images that are held out, or of their groups, in [0, 1);
            None is 0.1, or nothing to say where `held_out_by` says it.
        source_channels: 1, 3 or 4. None: 1 if all images of the set are gray, else 3; a
            palette counts as colour. 3 repeats gray three times; unless it is 4,
            transparent pixels are laid over white.
        target_channels: The same of the targets.
        memory_limit: The largest size in bytes of a set that is held in memory.
        cache_dir: Folder for decoded images that exceed it.
        source_window: (low, high): the values of sources of 16 or 32 bits that become
            [-1, 1], see `kgan.data.FolderSource`. None: those of all of them.
        target_window: The same of the targets.
        direction: "AtoB": A are the sources; "BtoA": B are.
        held_out_by: What parts train from test. None, "name": the SHA-256 of each
            image's name alone (`kgan.data.splits`). "match:REGEX": that of a part of
            the name, the first parenthesis or all that matches, so that all images of
            one group are on one side, as in r"match:^(\d+)_". "table:FILE:COLUMN": that
            of a column of a TSV or CSV file, whose first one has the names.
            "list:FILE": a text file has the names that are held out, one a line.
            "folder": those in the folder test, or where there is none, val; of a set A,
            the images lie in trainA, train/A or A/train, and so on.
        source_labels: Sources are label maps: the number of classes, or their colours,
            "#000000,#ff0000" or a file with a colour a line (`label_maps.parse`). They
            become a float32 channel a class, 1 where a pixel is of it, else 0.
        target_labels: The same of the targets, with -1 in place of 0, since generators
            have images in [-1, 1].
        load_size: Integer or (height, width) to which images are scaled in place of
            `image_size`. Shuffled batches then show random crops of `image_size`, all
            else the centre; the test split is scaled to `image_size` in whole.

    Attributes:
        sources: An `IndexedSource` of the sources; `targets` is that of the targets.
        held_out: The share of the images that is held out.
        left_out: (file, reason) of each file of the two sets that is not used; one log
            line counts them.

    Raises a `ValueError` if a path or a set is missing, an image cannot be used, sizes
    differ without `image_size`, train or test has no image, or an argument is wrong.
    """

    kind = ""  # of the text that names such a source
    # Read where another split of a named source is resolved.
    data_dir = None
    _unique = True  # whether a name stands for one image of a set
    _what = ("examples", "examples")  # what a message calls the images of each side

    def __init__(
        self,
        path: str | os.PathLike | tuple,
        source: str | None = None,
        target: str | None = None,
        image_size: int | tuple[int, int] | None = None,
        split: str = "train",
        held_out: float | None = None,
        source_channels: int | None = None,
        target_channels: int | None = None,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        cache_dir: str | os.PathLike | None = None,
        source_window: tuple[float, float] | None = None,
        target_window: tuple[float, float] | None = None,
        direction: str = "AtoB",
        held_out_by: str | None = None,
        source_labels: Any = None,
        target_labels: Any = None,
        load_size: int | tuple[int, int] | None = None,
    ):
        size, load = crops.sizes(image_size, load_size)
        views = (
            _View.of("source", source_channels, source_window, source_labels),
            _View.of("target", target_channels, target_window, target_labels),
        )
        order = _order(direction)
        paths = tuple(path) if isinstance(path, (tuple, list)) else (path,)
        names = _names(paths, source, target)
        found = [archive.find(place) for place in paths]
        if held_out_by is None and len(found) == 1 and not names:
            held_out_by = self._usual_rule(found[0])
        self._rule = holdout.rule(held_out_by, held_out, [one.path for one in found])
        splits.check(split)
        windows = [view.window for view in views][order]
        by_folder = held_out_by == holdout.FOLDER
        sets = self._sets(found, names, windows, by_folder)[order]
        notes = self._match(sets)
        self._options = {
            "direction": None if direction == DIRECTIONS[0] else direction,
            "held_out": held_out,
            "held_out_by": self._rule.text,
            "load_size": load_size,
            **views[0].options,
            **views[1].options,
        }
        self._crops = load not in (None, size)
        stored = {"cache_dir": cache_dir, "memory_limit": memory_limit}
        self._makers = [
            view.maker(one, keys, size, load or size, stored)
            for view, one, keys in zip(views, sets, self._keys, strict=True)
        ]
        self._select(split)
        name = self._name(paths, names)
        super().__init__(
            name, self.targets.shape, self.targets.dtype, self.num_examples
        )
        self.memory_limit = memory_limit
        _log(name, self.left_out, notes)

    def _match(self, sets):
        """Sets the keys of both sides and the share held out; returns notes."""
        self._keys, self.left_out, notes = self._matched(sets)
        every = sorted({*self._keys[0], *self._keys[1]})
        if note := self._rule.check(every):
            notes.append(note)
        self.held_out = self._rule.share(every)
        return notes

    def _name(self, paths, names):
        """Returns the text that names these data."""
        text = texts.Text(self.kind, tuple(map(os.fspath, paths)), names)
        if len(paths) == 1 and self._rule.share_alone and self.held_out != _HELD_OUT:
            share = np.format_float_positional(self.held_out, trim="0")
            text = dataclasses.replace(text, share=share)
        return str(text)

    # === What a subclass defines ===

    def _usual_rule(self, found: Folder | Zip) -> str | None:
        """Returns `held_out_by` where one path alone is given."""
        raise NotImplementedError

    def _of_one(
        self, found: Folder | Zip, windows: Sequence, by_folder: bool
    ) -> list[ImageSet]:
        """Returns the sets A and B in one path without names of sub-folders."""
        raise NotImplementedError

    def _matched(self, sets: Sequence[ImageSet]) -> tuple[list, tuple, list[str]]:
        """Returns the keys of both sets, the files left out, and notes for the log."""
        raise NotImplementedError

    # === Parts of the data ===

    def other_split(self, split: str) -> Sides:
        """Returns another part of the same data, with the same options."""
        found = copy.copy(self)
        found._select(split)
        return found

    def mirrored(self, mirror: Callable[[IndexedSource], IndexedSource]) -> Sides:
        """Returns the same data with both sides as `mirror` returns them, doubled."""
        found = copy.copy(self)
        found.sources, found.targets = mirror(self.sources), mirror(self.targets)
        found._chosen = [2 * keys for keys in self._chosen]
        found.num_examples = 2 * self.num_examples
        return found

    def _select(self, split):
        self.split = split
        self._chosen = [
            self._rule.select(keys, split, what)
            for what, keys in zip(self._what, self._keys, strict=True)
        ]
        self.sources, self.targets = (
            make(keys, self.split == "test")
            for make, keys in zip(self._makers, self._chosen, strict=True)
        )
        self.num_examples = max(map(len, self._chosen))

    def _sets(self, found, names, windows, by_folder):
        """Returns the sets A and B."""
        if names:
            arguments = dict(zip(_ROLES, names, strict=True))
            windows = dict(zip(_ROLES, windows, strict=True))
            return image_sets.read(
                found[0], arguments, windows, by_folder, self._unique
            )
        if len(found) == 1:
            return self._of_one(found[0], windows, by_folder)
        return [
            image_sets.read_whole(one, window, by_folder, self._unique)
            for one, window in zip(found, windows, strict=True)
        ]

    # === As a source ===

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """Shape of one source, (height, width, channels)."""
        return self.sources.shape

    @property
    def windows(self):
        found = {
            "source_window": self.sources.window,
            "target_window": self.targets.window,
        }
        return {name: window for name, window in found.items() if window is not None}

    @property
    def options(self):
        given = {n: value for n, value in self._options.items() if value is not None}
        return given | self.windows

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
        return lambda rows: {
            "source": sources(rows["source"]),
            "target": targets(rows["target"]),
        }

    def _with_crops(self, rows, first, last, batch_size, seeds, shuffle):
        """Adds to the indices of both sides, two data sets, where crops lie.

        `seeds` are those of each side's crops: equal ones are at the same place.
        """
        if self._crops and shuffle and self.split != "test":
            where = [crops.draw(first, last, batch_size, seed) for seed in seeds]
            rows = [tf.data.Dataset.zip(pair) for pair in zip(rows, where, strict=True)]
        return tf.data.Dataset.zip(dict(zip(_ROLES, rows, strict=True)))


@dataclasses.dataclass(frozen=True)
class _View:
    """How the images of one side are read: its options, checked."""

    role: str
    channels: int | None
    window: tuple[float, float] | None
    labels: label_maps.Labels | None

    @classmethod
    def of(cls, role, channels, window, labels):
        if channels not in (None, *CHANNELS) or isinstance(channels, bool):
            raise ValueError(
                f"{role}_channels must be None, 1, 3 or 4. Received: {channels!r}"
            )
        if channels is not None and labels is not None:
            raise ValueError(
                f"{role}_channels must be None with {role}_labels, which say how many "
                f"channels there are. Received: {channels}"
            )
        window = wide_gray.check_window(f"{role}_window", window)
        labels = label_maps.parse(f"{role}_labels", labels)
        return cls(role, channels, window, labels)

    @property
    def options(self):
        labels = None if self.labels is None else str(self.labels)
        return {f"{self.role}_channels": self.channels, f"{self.role}_labels": labels}

    def maker(
        self, one: ImageSet, keys: Sequence[str], size, load, stored
    ) -> Callable[[Sequence[str]], IndexedSource]:
        """Returns the function from chosen keys of a set to their source.

        Shape and window follow from all `keys`, so that all splits agree.
        """
        if self.labels is not None:
            one.check_labels(keys, self.labels)
            shape = one.size(keys, load)
            kind = functools.partial(label_maps.LabelMaps, labels=self.labels)
        else:
            shape = one.shape(keys, load, self.channels)
            window = one.window(keys, self.window, f"{self.role}_window")
            kind = functools.partial(image_files.ImageFiles, window=window)

        def make(chosen, in_whole):
            place = f"{one.archive.path}:{one.name}" if one.name else one.archive.path
            files = [one.files[key] for key in chosen]
            full = (*size, *shape[2:]) if in_whole and size else shape
            images = kind(str(place), one.archive, files, full, part=one.part, **stored)
            return images if in_whole or load == size else crops.Cropped(images, size)

        return make


def _order(direction):
    """Returns the slice of (A, B) that puts the sources first."""
    if direction not in DIRECTIONS:
        raise ValueError(
            f"direction must be one of {', '.join(DIRECTIONS)}. Received: {direction!r}"
        )
    return slice(None, None, 1 if direction == DIRECTIONS[0] else -1)


def _names(paths, source, target):
    """Returns the names of two sub-folders, or nothing; checks what was given."""
    given = [name for name in (source, target) if name is not None]
    if len(paths) not in (1, 2) or len(given) not in (
        (0, 2) if len(paths) == 1 else (0,)
    ):
        raise ValueError(
            "Two sets of images must be source and target, sub-folders of one path, or "
            f"two paths, or one path alone. Received: {len(paths)} paths, "
            f"source={source!r}, target={target!r}"
        )
    return tuple(str(name).strip("/") for name in given)


def _log(name, left_out, notes):
    if left_out:
        files = image_files.describe_files(left_out)
        notes = [*notes, f"left out {len(left_out)} files: {files}"]
    if notes:
        _logger.warning("%s: %s", name, "; ".join(notes))
