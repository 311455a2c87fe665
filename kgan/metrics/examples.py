"""Sets of examples that are compared, such as real ones.

What a game generates is a set of its own: `game.examples`.
"""

import abc
import itertools
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments, peeking, pictures
from kgan.data.base import IndexedSource, Source
from kgan.engine import fields


def as_compared(data, is_image: bool) -> np.ndarray:
    """Returns examples as metrics compare them: uint8 images, or float32 values.

    Args:
        data: Array of images, uint8 or floats in [−1, 1]; or of other data, floats of
            any range. uint8 are 256 levels of [−1, 1] there, as `kgan.data` reads them.
        is_image: Whether they are images.

    Raises a `ValueError` if a value is not finite, or of an image not in [−1, 1].
    """
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data if is_image else (data / 127.5 - 1.0).astype(np.float32)
    if not np.isfinite(data).all():
        raise ValueError("`dataset` must be finite. Received: NaN or infinity")
    if not is_image:
        return data.astype(np.float32)
    arguments.values(data, is_image=True)
    return pictures.as_bytes(data)


class Examples(abc.ABC):
    """Examples in an order of which each beginning is a random sample of all.

    Attributes:
        name: Name in messages.
        count: Number of examples; of a stream the most that there can be, until
            they were read.
        shape: `(height, width, channels)` of images, `(d,)` of points, any other.
        split: The part of a data set that they are, or None.
        num_classes: Number of classes that a game was asked for, or None.
    """

    name: str
    count: int
    shape: tuple
    split: str | None = None
    num_classes: int | None = None
    _is_image: bool | None = None

    @property
    def is_image(self) -> bool:
        """Whether they are uint8 images; else they are float32 values of any range."""
        found = pictures.is_picture(self.shape)
        return found if self._is_image is None else self._is_image

    @abc.abstractmethod
    def batches(self, batch_size: int) -> Iterator[tuple]:
        """Yields `(examples, labels)`: uint8 images or float32 values, int32 or None.

        Raises a `ValueError` or `FloatingPointError` if examples are not finite.
        """

    def key(self) -> dict | None:
        """Returns all that the examples depend on, or None if that is unknown."""
        return None

    def provenance(self) -> dict:
        """Returns how they came about: "generator" in words, "truncation" if any."""
        return {"generator": self.name, "truncation": None}


class Real(Examples):
    """The examples of a source, in an order that is drawn from a seed.

    Args:
        source: A `kgan.data.Source`.
        limit: Most examples that are read, a positive integer; None reads all.
        seed: Seed of the order, for a density of the points.
        is_image: Whether they are compared as images. None: if they are pictures by
            their shape.
        side: Which of two sets of images they are, "targets" or "sources".
    """

    def __init__(
        self,
        source: Source,
        limit: int | None = None,
        seed: int = 0,
        is_image: bool | None = None,
        side: str = "targets",
    ):
        if limit is not None:
            arguments.positive_integer("num_real", limit)
        self.source = source
        # Of two sets of images those that a game makes.
        self._rows = getattr(source, side, source)
        self.seed, self.side = seed, side
        self.name = source.name
        self.shape = self._rows.shape
        self._is_image = is_image
        self.split = getattr(source, "split", None)
        most = self._rows.num_examples
        self.count = min(limit or most, most)

    def batches(self, batch_size):
        rows = self._rows
        if not isinstance(rows, IndexedSource):
            points = self.source.sample(self.count, self.seed)
            for first in range(0, self.count, batch_size):
                yield points[first : first + batch_size], None
            return
        order = np.random.default_rng(self.seed).permutation(rows.num_examples)
        labels = rows.labels
        for first in range(0, self.count, batch_size):
            chosen = order[first : min(first + batch_size, self.count)]
            data = rows.read(chosen)
            if not hasattr(rows, "table"):  # whose NaN are missing values
                data = as_compared(data, self.is_image)
            yield data, None if labels is None else labels[chosen]

    def key(self):
        usual = self.is_image == pictures.is_picture(self.shape)
        return {
            "content": self.source.fingerprint(),
            "count": self.count,
            "seed": self.seed,
            **({} if usual else {"is_image": self.is_image}),
            **({} if self.side == "targets" else {"side": self.side}),
        }


class Streamed(Examples):
    """The examples of a `tf.data.Dataset`, in its order, which should be random.

    Args:
        dataset: Finite, of batches: images as float32 in [−1, 1] or uint8, or other
            data as floats, alone or with labels.
        limit: Most examples that are read; None reads all.
        is_image: As in `Real`.

    Attributes:
        dataset: The batches that are read.

    Raises a `ValueError` if it is empty, its length unknown without `limit`, or an
    example is no single array.
    """

    name = "a tf.data.Dataset"

    def __init__(
        self,
        dataset: tf.data.Dataset,
        limit: int | None = None,
        is_image: bool | None = None,
    ):
        spec = _data_of(dataset.element_spec)
        self.dataset = dataset if limit is None else _beginning(dataset, limit)
        self._is_image = is_image
        batches = int(dataset.cardinality())
        if batches < 0 and limit is None:
            raise ValueError(
                "`num_real` must be given for a data set without a known length. "
                "Received: None"
            )
        if not spec.shape.is_fully_defined():
            with peeking.uncounted():
                first = next(iter(dataset.take(1)), None)
            spec = spec if first is None else _data_of(first)
        self.shape = tuple(spec.shape[1:])
        # The first batch is the longest.
        rows = spec.shape[0] or 0
        whole = batches * rows if batches >= 0 else limit
        self.count = min(limit or whole, whole)
        if not self.count:
            raise ValueError("`dataset` must hold examples. Received: an empty one")

    def batches(self, batch_size):
        rest = self.count
        for element in self._checked():
            data = as_compared(_data_of(element), self.is_image)[:rest]
            rest -= len(data)
            yield data, _labels_of(element, len(data))
            if not rest:
                return
        self.count -= rest

    def _checked(self):
        """Yields the elements; raises for images that lie in [0, 1]."""
        elements, read = iter(self.dataset), []

        def first():
            for element in itertools.islice(elements, fields.FIRST):
                read.append(element)
                data = _data_of(element)
                as_compared(data, self.is_image)  # other faults come first
                yield {"images": data}

        is_float = tf.nest.flatten(self.dataset.element_spec)[0].dtype.is_floating
        if self.is_image and is_float:
            fields.check_signs(first(), {"images": fields.images(self.shape)})
        yield from itertools.chain(read, elements)


def _beginning(dataset, count):
    """Returns the whole batches that hold the first `count` examples."""

    def counted(before, element):
        rows = tf.shape(tf.nest.flatten(element)[0], tf.int64)[0]
        return before + rows, (before, element)

    numbered = dataset.scan(tf.constant(0, tf.int64), counted)
    few = numbered.take_while(lambda before, _: before < count)
    return few.map(lambda _, element: element)


def _data_of(element):
    """Returns the examples of a batch, or their spec, without labels."""
    data, _, _ = keras.utils.unpack_x_y_sample_weight(element)
    if hasattr(data, "shape"):
        return data
    found = ", ".join(data) if isinstance(data, dict) else len(tf.nest.flatten(data))
    raise ValueError(
        "`dataset` must yield one array of examples, alone or as (examples, labels): "
        f"`.map` chooses it. Received: a {type(data).__name__} of {found}"
    )


def _labels_of(element, count):
    """Returns `count` labels; None without, or where they are no classes."""
    _, labels, _ = keras.utils.unpack_x_y_sample_weight(element)
    labels = np.asarray(labels)[:count] if hasattr(labels, "shape") else None
    is_class = labels is not None and labels.dtype.kind in "iu" and labels.ndim == 1
    return labels if is_class else None
