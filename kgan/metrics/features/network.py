"""Extractors that call a network: checked images, prepared, in calls of one size."""

import abc

import numpy as np

from kgan.metrics.features import images as _images
from kgan.metrics.features.base import Extractor, Outputs
from kgan.metrics.features.batching import in_batches


class NetworkExtractor(Extractor):
    """Extracts features, and logits where the network has them.

    A subclass gives `_network`, a function from float32 images of one call to features
    or to (features, logits), and `_prepare`.

    Attributes:
        batch: Images in a call of the network.
    """

    batch: int

    @property
    @abc.abstractmethod
    def _network(self):
        """The function that is called."""

    @abc.abstractmethod
    def _prepare(self, images):
        """Turns uint8 images into the network's float32 input."""

    def __call__(self, images):
        """Extracts features of uint8 images, gray or RGB, of any size."""
        images = np.asarray(images)
        _images.check(images, self.name)
        outputs = in_batches(self._network, self._prepare, images, self.batch)
        features, logits = outputs if len(outputs) == 2 else (*outputs, None)
        return Outputs(features, logits, images)
