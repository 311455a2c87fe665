"""Pixels as features."""

import numpy as np

from kgan.metrics.features import images as _images
from kgan.metrics.features.base import Extractor, Outputs


class Pixels(Extractor):
    """The pixels themselves, divided by 255, one row an image.

    For small images and for comparison: a shift by one pixel is a large distance here.
    """

    name = "pixels"

    def __call__(self, images):
        images = np.asarray(images)
        _images.check(images, self.name)
        return Outputs(self.exact(images), None, images)

    def exact(self, images):
        return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)

    def describe(self):
        return {"name": self.name, "version": 1}
