"""Random crops of images that are held at a larger size."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.data import checks
from kgan.data.base import IndexedSource


def sizes(
    image_size: Any, load_size: Any
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Returns both options as (height, width), or None.

    Raises a `ValueError` if one is no size, or the crop does not fit in what is loaded.
    """
    size, load = (
        checks.image_size(value, name)
        for name, value in (("image_size", image_size), ("load_size", load_size))
    )
    if load is not None and (size is None or min(np.subtract(load, size)) < 0):
        needs = (
            "be given with"
            if size is None
            else f"be at most, on both sides, the {load} of"
        )
        raise ValueError(
            f"image_size, the size of the crops, must {needs} load_size. Received: "
            f"{image_size!r} and load_size={load_size!r}"
        )
    return size, load


class Cropped(IndexedSource):
    """Images of which batches show a part, and all else the centre.

    Args:
        source: An `IndexedSource` of images, `(height, width, channels)`.
        size: (height, width) of the part.

    Source: the "jitter" of Isola et al. (2017), section 6.2, who crop 256 from 286.
    """

    def __init__(self, source: IndexedSource, size: tuple[int, int]):
        super().__init__(
            source.name,
            (*size, source.shape[2]),
            source.dtype,
            source.num_examples,
            memory_limit=source.memory_limit,
        )
        self.source = source
        self.room = np.subtract(source.shape[:2], size)

    @property
    def windows(self):
        return self.source.windows

    @property
    def window(self):
        return self.source.window

    def read(self, indices=None):
        top, left = self.room // 2
        rows, columns = self.shape[:2]
        images = self.source.read(indices)
        return images[:, top : top + rows, left : left + columns]

    def fingerprint(self):
        of = f"{self.source.fingerprint()} cropped to {self.shape}"
        return hashlib.sha256(of.encode()).hexdigest()

    def identity(self):
        return self.source.identity() | {"shape": list(self.shape)}

    def _lookup(self, batch_size):
        """Returns a function of indices, or of indices and where the crops lie.

        The latter are floats in [0, 1) of shape `(batch_size, 2)`, see `draw`.
        """
        lookup, (rows, columns) = self.source._lookup(batch_size), self.shape[:2]
        centre = np.broadcast_to(self.room // 2, (batch_size, 2))

        def read(element):
            if isinstance(element, tuple):
                indices, where = element
                corners = tf.cast(where * tf.cast(self.room + 1, tf.float32), tf.int64)
            else:
                indices, corners = element, tf.constant(centre, tf.int64)
            images = lookup(indices)
            down = corners[:, :1] + tf.range(rows, dtype=tf.int64)
            right = corners[:, 1:] + tf.range(columns, dtype=tf.int64)
            images = tf.gather(images, down, axis=1, batch_dims=1)
            return tf.gather(images, right, axis=2, batch_dims=1)

        return read


def draw(
    first: tf.Tensor, last: tf.Tensor, batch_size: int, seed: int
) -> tf.data.Dataset:
    """Returns a data set of where the crops of each batch of a part of the stream lie.

    They are floats in [0, 1), `(batch_size, 2)`: the corner's share of the room, down
    and to the right. Those of batch i are a pure function of (seed, i).
    """
    base = tf.constant([seed, _SALT], tf.int64)

    def where(number):
        own = tf.random.experimental.stateless_fold_in(base, number)
        return tf.random.stateless_uniform((batch_size, 2), own)

    return tf.data.Dataset.range(first, last).map(where)


_SALT = 0x63726F70  # other draws than those of the order, which have the same seed
