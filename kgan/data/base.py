"""Base classes of sources, which the pipeline reads."""

import abc
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import tensorflow as tf

from kgan.data import stream

DEFAULT_MEMORY_LIMIT = 2 * 2**30

_AT_ONCE = 64  # rows that `originals` reads
_ROWS = 1000  # of an array, spread over all, which `identity` reads


class Source(abc.ABC):
    """Raw examples of one kind: images as uint8 or float32, other data as float32.

    Attributes:
        name: Name in messages.
        shape: Shape of one example: (height, width, channels), (dimensions,), or
            another of more axes.
        dtype: NumPy dtype of the raw examples: uint8 of images in [0, 255]; float32 of
            images in [-1, 1] that have more levels than 256, and of all other data.
        num_examples: Number of examples; for a density, of those in an epoch.
        num_classes: Labels are int32 in [0, num_classes); None without labels.
        class_names: Names of the classes, or None.
        condition_size: Length of the vector that each example comes with in place of a
            label, or None.
    """

    def __init__(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        num_examples: int,
        num_classes: int | None = None,
        class_names: Sequence[str] | None = None,
        condition_size: int | None = None,
    ):
        self.name = name
        self.shape = tuple(shape)
        self.dtype = np.dtype(dtype)
        self.num_examples = num_examples
        self.num_classes = num_classes
        self.class_names = None if class_names is None else tuple(class_names)
        self.condition_size = condition_size

    @abc.abstractmethod
    def draws(
        self,
        first: tf.Tensor,
        last: tf.Tensor,
        batch_size: int,
        seed: int,
        shuffle: bool,
    ) -> tf.data.Dataset:
        """Returns a data set with an element for each batch of a part of the stream.

        Args:
            first: Number of the first batch, int64 scalar.
            last: Number after the last batch, int64 scalar.
            batch_size: Examples in a batch.
            seed: The stream's seed.
            shuffle: Whether the order is random.
        """

    @abc.abstractmethod
    def reader(self, batch_size: int, with_labels: bool) -> Callable:
        """Returns the function from an element of `draws` to a batch.

        It can be traced by `tf.data.Dataset.map`. Examples are float32 of shape
        `(batch_size, *shape)`, images in [-1, 1], or where an example has several parts
        a dictionary of such.

        Args:
            batch_size: Examples in a batch.
            with_labels: Whether a batch is `(examples, labels)`, or `examples` alone.
                Labels are int32 of shape `(batch_size,)`, or float32 vectors of shape
                `(batch_size, condition_size)`.
        """

    @property
    def windows(self) -> dict[str, tuple[float, float]]:
        """Options of `kgan.data.source` that scale images of 16 or 32 bits as here."""
        return {}

    @property
    def options(self) -> dict:
        """Options of `kgan.data.source` by which `name` is read as here."""
        return self.windows

    @abc.abstractmethod
    def fingerprint(self) -> str:
        """Returns a SHA-256 that changes when an example or a label does."""

    def identity(self) -> dict:
        """Returns what tells these data from others, without reading all of them.

        JSON values by name: numbers, texts and lists, and for data in files a
        dictionary of their sizes by name. Two runs with equal identities see the same
        data, unless a change kept all sizes.
        """
        names = self.class_names
        return {
            "examples": self.num_examples,
            "shape": list(self.shape),
            "dtype": self.dtype.name,
            "classes": self.num_classes if names is None else list(names),
        }

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.name!r}: {self.num_examples} x {self.shape} "
            f"{self.dtype}, num_classes={self.num_classes}>"
        )


class IndexedSource(Source):
    """Examples that are read by their index.

    A subclass sets `array`, or overrides `read` if the examples are not held.

    Attributes:
        array: All examples, `(num_examples, *shape)`, in memory or mapped to a file,
            of a type that `read` converts to `dtype`; None if they are decoded when
            they are read.
        labels: int32 of shape `(num_examples,)`, or None.
        conditions: float32 of shape `(num_examples, condition_size)`, or None.
        memory_limit: The largest size in bytes that is held in memory.
    """

    array: np.ndarray | None = None
    labels: np.ndarray | None = None
    conditions: np.ndarray | None = None

    def __init__(self, *args, memory_limit: int = DEFAULT_MEMORY_LIMIT, **kwargs):
        super().__init__(*args, **kwargs)
        self.memory_limit = memory_limit

    @functools.cached_property
    def _held(self) -> tf.Tensor:
        """All examples, copied once for all data sets that read them."""
        return on_host(self.read())

    @property
    def _told(self) -> np.ndarray | None:
        """What a game is told of each example: its label or its vector, if any."""
        return self.labels if self.conditions is None else self.conditions

    @property
    def nbytes(self) -> int:
        """Size of all examples in bytes."""
        return self.num_examples * int(np.prod(self.shape)) * self.dtype.itemsize

    def read(self, indices: np.ndarray | None = None) -> np.ndarray:
        """Reads examples by their indices, integers of shape `(n,)`; None reads all.

        They are an array of shape `(n, *shape)` and type `dtype`.
        """
        return self.array[slice(None) if indices is None else indices]

    def originals(self) -> Iterator[Callable[[], np.ndarray]]:
        """Yields for each example, in order, a function that reads it as it is stored.

        An image then has its own size and may have others beside it; few are in memory
        at a time.
        """
        for first in range(0, self.num_examples, _AT_ONCE):
            last = min(first + _AT_ONCE, self.num_examples)
            for row in self.read(np.arange(first, last)):
                yield lambda row=row: row

    def fingerprint(self):
        found = hashlib.sha256(repr((self.shape, self.dtype.name)).encode())
        found.update(np.ascontiguousarray(self.array))
        if self._told is not None:
            found.update(np.ascontiguousarray(self._told))
        return found.hexdigest()

    def identity(self):
        known = super().identity()
        if self.array is not None:
            count = min(self.num_examples, _ROWS)
            rows = np.linspace(0, self.num_examples - 1, count).astype(np.int64)
            known["rows"] = digest(self.array[rows])
            if self.labels is not None:
                known["labels"] = digest(self.labels)
        return known

    def draws(self, first, last, batch_size, seed, shuffle):
        return stream.index_batches(
            first, last, self.num_examples, batch_size, seed, shuffle
        )

    def reader(self, batch_size, with_labels):
        lookup = self._lookup(batch_size)
        if not with_labels:
            return lambda indices: _to_unit_range(lookup(indices))
        labels = on_host(self._told)
        return lambda indices: (
            _to_unit_range(lookup(indices)),
            tf.gather(labels, indices),
        )

    def _lookup(self, batch_size: int) -> Callable[[tf.Tensor], tf.Tensor]:
        if self.array is not None and self.nbytes <= self.memory_limit:
            held = self._held
            return lambda indices: tf.gather(held, indices)

        def read(indices):
            examples = tf.numpy_function(self.read, [indices], self.dtype)
            return tf.ensure_shape(examples, (batch_size, *self.shape))

        return read


def digest(array: np.ndarray) -> str:
    """Returns the SHA-256 of an array's values."""
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def on_host(array: np.ndarray) -> tf.Tensor:
    """Returns an array as a tensor in the memory of the CPU."""
    # Made eagerly: inside a traced function it would be copied into the graph.
    with tf.device("CPU:0"):
        return tf.convert_to_tensor(array)


def _to_unit_range(examples: tf.Tensor) -> tf.Tensor:
    if examples.dtype != tf.uint8:
        return examples
    return tf.cast(examples, tf.float32) / 127.5 - 1.0
