"""Points as they are."""

import numpy as np

from kgan.metrics.features.base import Extractor, Outputs


class Points(Extractor):
    """Gives points in the plane, or vectors, back as they came."""

    name = "points"

    def __call__(self, images):
        """Hands float32 points of shape `(n, d)` through."""
        points = np.asarray(images)
        if points.ndim != 2 or points.dtype != np.float32:
            raise ValueError(
                f"`images` for the features {self.name!r} must be float32 points of "
                f"shape (n, d). Received: {points.dtype} of shape {points.shape}"
            )
        return Outputs(points, None, points)

    def describe(self):
        """Names itself."""
        return {"name": self.name, "version": 1}
