"""Images of TensorFlow Datasets: prepared ones first, else a download."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import pathlib
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from kgan.core import extras
from kgan.data import checks, pixels, reach, storage
from kgan.data.base import DEFAULT_MEMORY_LIMIT, IndexedSource

# Crossing from TensorFlow to NumPy costs more than a small image's decoding.
_READ_AT_ONCE = 256

if TYPE_CHECKING:
    import tensorflow_datasets as tfds


def data_folder(data_dir: str | os.PathLike | None = None) -> pathlib.Path:
    """Returns the folder of prepared data.

    `data_dir` None is the environment's `TFDS_DATA_DIR`, or TFDS' own
    `~/tensorflow_datasets`.
    """
    default = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return pathlib.Path(os.path.expanduser(data_dir or default))


def is_known(name: str, data_dir: str | os.PathLike | None = None) -> bool:
    """Returns whether TFDS knows a data set, or one of that name is prepared.

    The name may have a configuration or version: "a/b", "a:1.0.0".
    """
    head = name.split("/")[0].split(":")[0]
    return head in known_names() or head in prepared_names(data_dir)


def known_names() -> tuple[str, ...]:
    """Returns the names of all data sets that TFDS has code for; none without TFDS."""
    return _known_names() if is_installed() else ()


@functools.cache
def _known_names() -> tuple[str, ...]:
    import tensorflow_datasets as tfds

    # The index of community data sets would be fetched from the network.
    return tuple(tfds.list_builders(with_community_datasets=False))


def is_installed() -> bool:
    """Returns whether TFDS is installed."""
    return importlib.util.find_spec("tensorflow_datasets") is not None


def require(what: str) -> types.ModuleType:
    """Returns the module of TFDS; `what` begins the sentence if it is missing.

    Raises:
        kgan.core.extras.MissingPackage: If it is not installed.
    """
    return extras.require("tensorflow_datasets", "tfds", what)


def prepared_names(data_dir: str | os.PathLike | None = None) -> list[str]:
    """Returns the names of the data sets that are prepared under `data_dir`."""
    folder = data_folder(data_dir)
    # name/version, or name/configuration/version
    levels = ("*/*/dataset_info.json", "*/*/*/dataset_info.json")
    infos = [info for level in levels for info in folder.glob(level)]
    return sorted({info.relative_to(folder).parts[0] for info in infos})


class TFDSSource(IndexedSource):
    """The images of one split of a TFDS data set.

    They are read at first use, in the order of their files, and held: in memory, or in
    a file under `cache_dir` if they exceed `memory_limit`.

    Args:
        name: Name of the data set, also with a configuration or version.
        image_size: Integer or (height, width), see `kgan.data.source`. None needs
            images of one size.
        split: A split, slices and sums included: "train[:1000]", "train+test".
        data_dir: See `data_folder`.
        memory_limit: The largest size in bytes that is held in memory.
        cache_dir: Folder for decoded images that exceed it.

    Raises an `ImportError` if TFDS is not installed (`pip install "kgan[tfds]"`), and a
    `ValueError` if the data set is neither prepared nor reachable, has no images of 8
    bits, no such split, images of several sizes without `image_size`, or more than
    `memory_limit` bytes without `cache_dir`.
    """

    def __init__(
        self,
        name: str,
        image_size: int | tuple[int, int] | None = None,
        split: str = "train",
        data_dir: str | os.PathLike | None = None,
        memory_limit: int = DEFAULT_MEMORY_LIMIT,
        cache_dir: str | os.PathLike | None = None,
    ):
        self.split = split
        self.data_dir = data_dir
        self.cache_dir = cache_dir
        folder = data_folder(data_dir)
        self._builder = _find_builder(name, folder)
        self._image_key, image = _image_feature(name, self._builder.info.features)
        size = _size(name, image, checks.image_size(image_size))
        _prepare(self._builder, name, folder)
        self._label_key, label = _label_feature(self._builder.info)
        super().__init__(
            name,
            shape=(*size, image.shape[2]),
            dtype="uint8",
            num_examples=self._num_examples(),
            num_classes=label and label.num_classes,
            class_names=label and label.names,
            memory_limit=memory_limit,
        )
        if self.nbytes > memory_limit and cache_dir is None:
            raise ValueError(
                f"{name} takes {self.nbytes:,} bytes, and memory_limit is "
                f"{memory_limit:,}: expected a larger one, or cache_dir, a folder for "
                "a file of decoded images. Received: cache_dir=None"
            )

    @functools.cached_property
    def array(self):
        shape = (self.num_examples, *self.shape)
        if self.nbytes <= self.memory_limit:
            return storage.in_memory(shape, self._fill)
        key = f"{self._builder.info.full_name} {self.split} {self._builder.data_path}"
        return storage.in_file(self.cache_dir, key, shape, self._fill)

    @functools.cached_property
    def labels(self):
        """All labels, int32, read without the images; None if there are none."""
        if self._label_key is None:
            return None
        labels = np.fromiter(self._column(self._label_key), np.int64)
        return checks.labels(self.name, labels, self.num_examples, self.num_classes)[0]

    def identity(self):
        # Of the base class: the images would have to be decoded.
        known = super(IndexedSource, self).identity()
        return {"version": self._builder.info.full_name, "split": self.split, **known}

    def originals(self) -> Iterator[Callable[[], np.ndarray]]:
        for image in self._column(self._image_key):
            yield lambda image=image: image

    def _fill(self, array: np.ndarray) -> None:
        for row, image in enumerate(self._column(self._image_key)):
            array[row] = pixels.fit_array(image, self.shape[:2])

    def _column(self, key: str) -> Iterator[np.ndarray]:
        """Yields one feature of all examples, and decodes no other."""
        import tensorflow_datasets as tfds

        # One file after the other, so that the order never depends on timing.
        config = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
        with _quiet():
            dataset = self._builder.as_dataset(
                split=self.split,
                decoders=tfds.decode.PartialDecoding({key: True}),
                read_config=config,
            )
        values = dataset.map(lambda example: example[key])
        if not values.element_spec.shape.is_fully_defined():
            yield from values.as_numpy_iterator()
            return
        for batch in values.batch(_READ_AT_ONCE).prefetch(2).as_numpy_iterator():
            yield from batch

    def _num_examples(self) -> int:
        splits = self._builder.info.splits
        try:
            count = splits[self.split].num_examples
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"split of {self._builder.name} must be one of {sorted(splits)}, or a "
                f"slice or sum of them. Received: {self.split!r}"
            ) from error
        if not count:
            raise ValueError(
                f"split of {self._builder.name} must have examples. Received: "
                f"{self.split!r}, which is empty"
            )
        return count


def _image_feature(name: str, features) -> tuple[str, tfds.features.Image]:
    import tensorflow_datasets as tfds

    for key, feature in features.items():
        if isinstance(feature, tfds.features.Image) and feature.np_dtype == np.uint8:
            return key, feature
    raise ValueError(
        f"{name} must have a feature of 8-bit images. Received: {sorted(features)}"
    )


def _label_feature(info) -> tuple[str | None, tfds.features.ClassLabel | None]:
    import tensorflow_datasets as tfds

    # The supervised target first: a data set may have several class labels.
    target = info.supervised_keys[1] if info.supervised_keys else None
    features = dict(info.features.items())
    for key in [target, *sorted(features)]:
        feature = features.get(key) if isinstance(key, str) else None
        if isinstance(feature, tfds.features.ClassLabel) and feature.num_classes:
            return key, feature
    return None, None


def _size(name: str, image, size: tuple[int, int] | None) -> tuple[int, int]:
    size = size or image.shape[:2]
    if None in size:
        raise ValueError(
            f"image_size must be given, since the images of {name} have several sizes. "
            "Received: None"
        )
    return size


def _find_builder(name: str, folder: pathlib.Path) -> tfds.core.DatasetBuilder:
    tfds = require(f"The data set {name}")
    try:
        with _quiet():
            return tfds.builder(name, data_dir=os.fspath(folder))
    except Exception as error:  # TFDS raises what its builders raise
        raise ValueError(
            f"Expected a TFDS data set. Received: {name!r} ({_first_line(error)})"
        ) from error


def _prepare(builder, name: str, folder: pathlib.Path) -> None:
    """Prepares what is not, unless a host that is needed does not answer.

    TFDS alone would try each address ten times, for minutes.
    """
    with _quiet():
        if builder.is_prepared():
            return
    missing = reach.unreachable_hosts(builder.url_infos or ())
    if missing:
        raise ValueError(_not_prepared(name, folder, f"cannot reach {missing[0]}"))
    try:
        builder.download_and_prepare()
    except Exception as error:  # TFDS raises what its builders and downloads raise
        raise ValueError(_not_prepared(name, folder, _first_line(error))) from error


def _not_prepared(name: str, folder: pathlib.Path, reason: str) -> str:
    return (
        f"{name} is not prepared in {folder}, and could not be downloaded ({reason}): "
        "--data_dir (data_dir=) or TFDS_DATA_DIR must name a folder where TFDS has "
        "prepared it"
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


@contextlib.contextmanager
def _quiet():
    """Suppresses absl's notes on missing info files and on TFDS' own deprecations."""
    from absl import logging

    verbosity = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
