"""Points as features."""

import numpy as np

from kgan.metrics.features.base import Extractor, Outputs


class Points(Extractor):
    """Points in the plane, or vectors, unchanged: float32 of shape `(n, d)`."""

    name = "points"

    def __call__(self, images):
        points = np.asarray(images)
        if points.ndim != 2 or points.dtype != np.float32:
            raise ValueError(
                f"`images` for the features {self.name!r} must be float32 points of "
                f"shape (n, d). Received: {points.dtype} of shape {points.shape}"
            )
        return Outputs(points, None, points)

    def describe(self):
        return {"name": self.name, "version": 1}
