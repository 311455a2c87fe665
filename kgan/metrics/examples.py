"""Sets of examples that are compared, such as real ones.

What a game generates is a set of its own: `game.examples`.
"""

import abc
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from kgan.core import arguments
from kgan.data.base import IndexedSource, Source


class Examples(abc.ABC):
    """Examples in an order of which each beginning is a random sample of all.

    Attributes:
        name: Name in messages.
        count: Number of examples.
        shape: `(height, width, channels)` of images, `(d,)` of points.
        split: The part of a data set that they are, or None.
        num_classes: Number of classes that a game was asked for, or None.
    """

    name: str
    count: int
    shape: tuple
    split: str | None = None
    num_classes: int | None = None

    @abc.abstractmethod
    def batches(self, batch_size: int) -> Iterator[tuple]:
        """Yields `(examples, labels)`: uint8 images or float32 points, int32 or None.

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
    """

    def __init__(self, source: Source, limit: int | None = None, seed: int = 0):
        if limit is not None:
            arguments.positive_integer("num_real", limit)
        self.source = source
        self.seed = seed
        self.name = source.name
        self.shape = source.shape
        self.split = getattr(source, "split", None)
        self.count = min(limit or source.num_examples, source.num_examples)

    def batches(self, batch_size):
        if not isinstance(self.source, IndexedSource):
            points = self.source.sample(self.count, self.seed)
            for first in range(0, self.count, batch_size):
                yield points[first : first + batch_size], None
            return
        order = np.random.default_rng(self.seed).permutation(self.source.num_examples)
        labels = self.source.labels
        for first in range(0, self.count, batch_size):
            chosen = order[first : min(first + batch_size, self.count)]
            yield self.source.read(chosen), None if labels is None else labels[chosen]

    def key(self):
        return {
            "content": self.source.fingerprint(),
            "count": self.count,
            "seed": self.seed,
        }


class Streamed(Examples):
    """The examples of a `tf.data.Dataset`, in its order, which should be random.

    Args:
        dataset: Finite, of batches: images as float32 in [−1, 1] or uint8, or points,
            alone or with labels.
        limit: Most examples that are read; None reads all.

    Attributes:
        dataset: The batches that are read.

    Raises a `ValueError` if it is empty, or its length unknown without `limit`.
    """

    name = "a tf.data.Dataset"

    def __init__(self, dataset: tf.data.Dataset, limit: int | None = None):
        self.dataset = dataset if limit is None else _beginning(dataset, limit)
        spec = tf.nest.flatten(dataset.element_spec)[0]
        self.shape = tuple(spec.shape[1:])
        batches = int(dataset.cardinality())
        if batches < 0 and limit is None:
            raise ValueError(
                "`num_real` must be given for a data set without a known length. "
                "Received: None"
            )
        rows = spec.shape[0] or self._longest_batch()
        whole = batches * rows if batches >= 0 else limit
        self.count = min(limit or whole, whole)
        if not self.count:
            raise ValueError("`dataset` must hold examples. Received: an empty one")

    def _longest_batch(self):
        first = next(iter(self.dataset.take(1)), None)
        return 0 if first is None else int(tf.nest.flatten(first)[0].shape[0])

    def batches(self, batch_size):
        rest = self.count
        for element in self.dataset:
            data, *labels = element if isinstance(element, tuple) else (element,)
            data = _to_bytes(np.asarray(data))[:rest]
            rest -= len(data)
            yield data, np.asarray(labels[0])[: len(data)] if labels else None
            if not rest:
                return


def _beginning(dataset, count):
    """Returns the whole batches that hold the first `count` examples."""

    def counted(before, element):
        rows = tf.shape(tf.nest.flatten(element)[0], tf.int64)[0]
        return before + rows, (before, element)

    numbered = dataset.scan(tf.constant(0, tf.int64), counted)
    few = numbered.take_while(lambda before, _: before < count)
    return few.map(lambda _, element: element)


def _to_bytes(data):
    if data.dtype == np.uint8:
        return data
    if not np.isfinite(data).all():
        raise ValueError("`dataset` must be finite. Received: NaN or infinity")
    if data.ndim == 2:
        return data.astype(np.float32)
    arguments.values(data, is_image=True)
    return np.clip(np.round((data + 1.0) * 127.5), 0, 255).astype(np.uint8)
