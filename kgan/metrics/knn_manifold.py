"""Metrics that surround each example by a ball up to its k-th nearest fellow."""

import abc

import numpy as np

from kgan.core import arguments
from kgan.metrics import neighbours
from kgan.metrics.base import Figure, Metric
from kgan.metrics.feature_rows import LIMIT, Rows


class Balls(Metric):
    """Compares rows of reals and of fakes by balls around them.

    Figures depend on the numbers of examples: the more there are, the smaller the
    balls. So by default as many reals as fakes are compared.

    Args:
        k: Which neighbour bounds a ball, a positive integer.
        limit: Most examples of either side.
        equal: Whether the longer side is cut to the length of the shorter one.
        features: Name of an extractor or an extractor.

    Raises:
        ValueError: If `k` or `limit` is not a positive integer.
    """

    def __init__(self, k, limit=LIMIT, equal=True, features=None):
        self.k = arguments.positive_integer("k", k)
        self.limit = arguments.positive_integer("limit", limit)
        self.equal = equal
        super().__init__(features)

    def statistics(self):
        """Collects rows of reals and of fakes."""
        return {"real": Rows(self.limit), "fake": Rows(self.limit)}

    def compute(self, collected, context):
        """Computes both figures; `Few` below `neighbours.LEAST` examples of a side."""
        rows = collected["real"].rows, collected["fake"].rows
        real, fake = neighbours.sides(*rows, self.k, self.equal, context.allow_few)
        details = {"k": self.k, "num_real": len(real), "num_fake": len(fake)}
        return self.compare(real, fake, details)

    @abc.abstractmethod
    def compare(
        self, real: np.ndarray, fake: np.ndarray, details: dict
    ) -> dict[str, Figure]:
        """Computes the figures of rows that are as many as are to be compared.

        Args:
            real: Features of shape `(n, d)`.
            fake: Features of shape `(m, d)`.
            details: What stands beside each figure.

        Returns:
            A `Figure` for each name in `figures`.
        """
