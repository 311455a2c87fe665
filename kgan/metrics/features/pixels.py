"""Images as they are, without a network."""

import numpy as np

from kgan.metrics.features import images as _images
from kgan.metrics.features.base import Extractor, Outputs


class Pixels(Extractor):
    """Gives the pixels themselves, divided by 255, one row an image.

    For small images, and to see what a network's features add: a shift by one pixel
    is a large distance here.
    """

    name = "pixels"

    def __call__(self, images):
        """Flattens uint8 images to float32 in [0, 1]."""
        images = np.asarray(images)
        _images.check(images, self.name)
        rows = images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
        return Outputs(rows, None, images)

    def describe(self):
        """Names itself."""
        return {"name": self.name, "version": 1}
