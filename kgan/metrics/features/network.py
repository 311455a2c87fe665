"""Extractors that call a network."""

import abc

import numpy as np
import tensorflow as tf

from kgan.metrics.features import images as _images
from kgan.metrics.features.base import Extractor, Outputs
from kgan.metrics.features.batching import in_batches


def rows_of(model):
    """Returns a Keras model as a function to a list of its outputs, a row an image."""

    @tf.function(autograph=False)
    def network(images):
        shape = (tf.shape(images)[0], -1)
        outputs = tf.nest.flatten(model(images, training=False))
        return [tf.cast(tf.reshape(x, shape), tf.float32) for x in outputs]

    return network


class NetworkExtractor(Extractor):
    """Checks and prepares images, and calls a network on `batch` of them at a time."""

    batch: int

    @property
    @abc.abstractmethod
    def _network(self):
        """Function from float32 images to features, or to (features, logits)."""

    @abc.abstractmethod
    def _prepare(self, images):
        """Converts uint8 images, or float32 ones in [0, 255], to its float32 input."""

    def __call__(self, images):
        images = np.asarray(images)
        _images.check(images, self.name)
        outputs = in_batches(self._network, self._prepare, images, self.batch)
        features, logits = outputs if len(outputs) == 2 else (*outputs, None)
        return Outputs(features, logits, images)

    def exact(self, images):
        _images.check(images, self.name, np.float32)
        return in_batches(self._network, self._prepare, images, self.batch)[0]
