"""Extractors that call a network."""

import abc

import numpy as np

from kgan.metrics.features import images as _images
from kgan.metrics.features.base import Extractor, Outputs
from kgan.metrics.features.batching import in_batches


class NetworkExtractor(Extractor):
    """Checks and prepares images, and calls a network on `batch` of them at a time."""

    batch: int

    @property
    @abc.abstractmethod
    def _network(self):
        """Function from float32 images to features, or to (features, logits)."""

    @abc.abstractmethod
    def _prepare(self, images):
        """Converts uint8 images to the network's float32 input."""

    def __call__(self, images):
        images = np.asarray(images)
        _images.check(images, self.name)
        outputs = in_batches(self._network, self._prepare, images, self.batch)
        features, logits = outputs if len(outputs) == 2 else (*outputs, None)
        return Outputs(features, logits, images)
