"""Resolves a user's names to examples and extractors."""

import os

import numpy as np
import tensorflow as tf

import kgan.data
from kgan.core import pictures
from kgan.data import registry
from kgan.data.arrays import ArraySource
from kgan.data.base import Source
from kgan.data.tables.source import is_data
from kgan.metrics import features
from kgan.metrics.base import Metric
from kgan.metrics.examples import Examples, Real, Streamed

# From which of the known windows an option comes: images in a plain folder are of the
# kind of the targets of pairs.
_WINDOWS = {
    "window": ("window", "target_window"),
    "source_window": ("source_window",),
    "target_window": ("target_window", "window"),
}


class Finder:
    """Finds the examples of a name, at the image size of the model.

    Arguments are those of `Evaluator`; `seed` is its `real_seed`. Images of 16 or 32
    bits are all scaled as the first ones that are found, the reals; if these have 8
    bits, `windows` must say how. `side` is as in `Real`. Where the first are a table,
    all others are read by it, unless `reads` has another.

    Attributes:
        is_image: Whether examples are compared as images; None: by their shape.
        windows: How images of 16 or 32 bits are scaled, as `Source.windows`, and what
            else `Source.options` has.
    """

    def __init__(
        self,
        data_shape,
        data_dir,
        num_real,
        seed,
        is_image=None,
        windows=None,
        side="targets",
        reads=None,
    ):
        has_size = data_shape and len(data_shape) == 3 and None not in data_shape
        self.size = data_shape[:2] if has_size else None
        self.data_dir = data_dir
        self.num_real = num_real
        self.seed = seed
        self.windows = windows or {}
        self.side = side
        self.reads = dict(reads or {})
        self._first = None
        if is_image is None and data_shape is not None:
            is_image = pictures.is_picture(data_shape)
        self.is_image = is_image

    def __call__(self, data, split="train", limit=None) -> Examples:
        """Returns the examples of a name, a folder, arrays, a source, or a data set.

        Arrays beside a model of other data than images are examples as they are.
        """
        limit = limit or self.num_real
        if isinstance(data, Examples):
            return data
        if isinstance(data, tf.data.Dataset):
            self._first = self._first or Streamed.name
            return Streamed(data, limit, self.is_image)
        named = isinstance(data, (str, os.PathLike))
        if self.reads or (not named and is_data(data)):
            source = self._table(data, split)
        elif self.is_image is False and not named and not isinstance(data, Source):
            source = _of_values(data)
        else:
            options = {"image_size": self.size, "split": split} if named else {}
            options |= self._windows_of(data) if named else {}
            source = kgan.data.source(data, data_dir=self.data_dir, **options)
            if named and self._first is not None:
                self._refuse_own_windows(source, options)
            self.windows = source.windows | self.windows
        self._first = self._first or source.name
        if hasattr(source, "table"):
            self.reads = {"table": source.table}
        return Real(source, limit, self.seed, self.is_image, self.side)

    def _table(self, data, split):
        """Returns the source of a table, read by the one that is known, if any.

        Frames are read whole, and so is every file but that of the reference, of which
        a part is held out where `windows` says so.
        """
        if isinstance(data, Source):
            if _same_table(data, self.reads):
                return data
            data = getattr(data, "frame", data)
        named = isinstance(data, (str, os.PathLike))
        options = self._windows_of(data) if named else {}
        if self._first is not None or not named:
            options, split = options | {"held_out": 0.0}, "all"
        options = {"held_out": 0.0} | options | self.reads
        return kgan.data.source(data, split=split, **options)

    def _windows_of(self, name):
        """Returns those of the options that a folder has, or pairs have."""
        found = {
            option: next((self.windows[n] for n in names if n in self.windows), None)
            for option, names in _WINDOWS.items()
            if option in registry.window_options(name)
        }
        found |= {n: self.windows.get(n) for n in registry.side_options(name)}
        return {name: value for name, value in found.items() if value is not None}

    def _refuse_own_windows(self, source, options):
        own = [name for name in source.windows if name not in options]
        if own:
            raise ValueError(
                f"`windows` must have the {own[0]} of {source.name}, values of images "
                f"of 16 or 32 bits that become [-1, 1]: {self._first} does not tell. "
                f"Received: {self.windows or None}"
            )

    def other_split(self, source, split) -> Examples:
        """Returns another split of a named source, at the same size."""
        if hasattr(source, "other_split"):
            other = source.other_split(split)
        else:
            size = source.shape[:2]
            options = {"image_size": size, "data_dir": source.data_dir}
            options |= source.windows
            other = kgan.data.source(source.name, split=split, **options)
        return Real(other, self.num_real, self.seed, self.is_image, self.side)


def _same_table(source, reads):
    """Returns whether a source was read by the table that is asked for."""
    known, table = getattr(source, "table", None), reads.get("table")
    if known is None or table is None or known is table:
        return True
    return known.to_json() == table.to_json()


def _of_values(data):
    """Returns a source of an array of any shape, or of a tuple (array, labels)."""
    data, labels = data if isinstance(data, tuple) else (data, None)
    return ArraySource("arrays", np.asarray(data), labels)


class Extractors:
    """Finds extractors, each once, so that metrics share what they collect.

    `default` is used where none is named; itself None, it is chosen by the examples.
    """

    def __init__(self, default, examples):
        self.default = default
        self.examples = examples
        self._found = {}

    def __call__(self, name):
        name = self.default if name is None else name
        if name not in self._found:
            found = features.get(
                name,
                shape=self.examples.shape,
                data_name=self.examples.name,
                is_image=self.examples.is_image,
            )
            # The default one may also be requested by its own name.
            self._found[name] = self._found.setdefault(found.name, found)
        return self._found[name]

    def of(self, metric: Metric):
        """Returns a metric's extractor; without features, that of plain examples."""
        if metric.on_features:
            return self(metric.features)
        return self("pixels" if self.examples.is_image else "points")
