"""Sets of examples that are compared: real, streamed and generated ones."""

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
    """

    name: str
    count: int
    shape: tuple
    split: str | None = None

    @abc.abstractmethod
    def batches(self, batch_size: int) -> Iterator[tuple]:
        """Yields `(examples, labels)`: uint8 images or float32 points, int32 or None.

        Raises a `ValueError` or `FloatingPointError` if examples are not finite.
        """

    def key(self) -> dict | None:
        """Returns all that the examples depend on, or None if that is unknown."""
        return None


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

    Raises a `ValueError` if it is empty, or its length unknown without `limit`.
    """

    name = "a tf.data.Dataset"

    def __init__(self, dataset: tf.data.Dataset, limit: int | None = None):
        self.dataset = dataset
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


def _to_bytes(data):
    if data.dtype == np.uint8:
        return data
    if not np.isfinite(data).all():
        raise ValueError("`dataset` must be finite. Received: NaN or infinity")
    if data.ndim == 2:
        return data.astype(np.float32)
    arguments.values(data, is_image=True)
    return np.clip(np.round((data + 1.0) * 127.5), 0, 255).astype(np.uint8)


class Generated(Examples):
    """Generated examples, by index from a seed, the classes in turn.

    Args:
        gan: A `kgan.GAN`.
        count: Number of examples, a positive integer.
        seed: Seed of the latents, an integer of at least 0.
        averaged: Whether the averaged generator is used, if there is one.
        truncation: ψ of `kgan.latents.truncate`, in [0, 1].
    """

    name = "generated examples"

    def __init__(self, gan, count, seed=0, averaged=True, truncation=1.0):
        self.count = arguments.positive_integer("num_images", count)
        arguments.index("seed", seed)
        arguments.truncation(truncation)
        self.gan = gan
        self.seed = seed
        self.averaged = averaged
        self.truncation = truncation
        self.shape = tuple(gan.data_shape)

    def batches(self, batch_size):
        sampler, classes = self.gan.chosen_sampler(self.averaged), self.gan.num_classes
        for first in range(0, self.count, batch_size):
            rows = min(batch_size, self.count - first)
            data = sampler.finite_rows(rows, self.seed, first, self.truncation)
            index = np.arange(first, first + rows)
            yield data, None if classes is None else (index % classes).astype(np.int32)
