"""Images and their mirror images, as one source of twice the examples."""

import hashlib

import numpy as np
import tensorflow as tf

from kgan.data.base import IndexedSource, Source
from kgan.data.crops import Cropped
from kgan.data.sides import Sides


def mirrored(source: Source) -> Source:
    """Returns a source of the images of another and of their mirror images.

    Of pairs both images are mirrored together; of unpaired images each side is.

    Raises a `ValueError` if the examples are no images.
    """
    if isinstance(source, Sides):
        return source.mirrored(mirrored)
    if isinstance(source, Cropped):
        return Cropped(mirrored(source.source), source.shape[:2])
    if not isinstance(source, IndexedSource) or len(source.shape) != 3:
        raise ValueError(
            f"mirror must be False for {source.name}, whose examples are no images, "
            f"(height, width, channels). Received: True, with shape {source.shape}"
        )
    return Mirrored(source)


class Mirrored(IndexedSource):
    """The n images of a source, then the same from right to left.

    Example n + i is example i mirrored, with its label. The identity is that of the
    source: the files are the same.

    Args:
        source: An `IndexedSource` of images, `(height, width, channels)`.

    Source: Karras et al. (2020), Training Generative Adversarial Networks with Limited
    Data, section 2, where it is called x-flips.
    """

    def __init__(self, source: IndexedSource):
        super().__init__(
            source.name,
            source.shape,
            source.dtype,
            2 * source.num_examples,
            source.num_classes,
            source.class_names,
            source.condition_size,
            memory_limit=source.memory_limit,
        )
        self.source = source

    @property
    def labels(self):
        return _twice(self.source.labels)

    @property
    def conditions(self):
        return _twice(self.source.conditions)

    @property
    def windows(self):
        return self.source.windows

    @property
    def window(self):
        return getattr(self.source, "window", None)

    def read(self, indices=None):
        if indices is None:
            indices = np.arange(self.num_examples)
        count = self.source.num_examples
        indices = np.asarray(indices)
        images = np.array(self.source.read(indices % count))
        mirrored = indices >= count
        images[mirrored] = images[mirrored][:, :, ::-1]
        return images

    def fingerprint(self):
        return hashlib.sha256(
            f"mirrored {self.source.fingerprint()}".encode()
        ).hexdigest()

    def identity(self):
        return self.source.identity()

    def _lookup(self, batch_size):
        lookup, count = self.source._lookup(batch_size), self.source.num_examples

        def read(indices):
            images = lookup(indices % count)
            mirrored = (indices >= count)[:, None, None, None]
            return tf.where(mirrored, tf.reverse(images, axis=[2]), images)

        return read


def _twice(labels):
    return None if labels is None else np.concatenate([labels, labels])
