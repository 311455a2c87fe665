"""Values themselves as features."""

import numpy as np

from kgan.metrics.features.base import Extractor, Outputs


class Points(Extractor):
    """The values of each example in a row: points, series, voxels, many bands.

    Examples are float32 of shape `(n, ...)`, features the same of shape `(n, d)`.
    """

    name = "points"

    def __call__(self, images):
        points = np.asarray(images)
        if points.ndim < 2 or points.dtype != np.float32:
            raise ValueError(
                f"`images` for the features {self.name!r} must be float32 points of "
                "shape (n, d), or other values (n, ...). "
                f"Received: {points.dtype} of shape {points.shape}"
            )
        rows = points if points.ndim == 2 else points.reshape(len(points), -1)
        return Outputs(rows, None, points)

    def exact(self, images):
        return self(images).features

    def describe(self):
        return {"name": self.name, "version": 1}
