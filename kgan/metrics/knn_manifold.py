"""Metrics that surround each example by a ball up to its k-th nearest neighbour."""

import abc

import numpy as np

from kgan.core import arguments
from kgan.metrics import neighbours
from kgan.metrics.base import Figure, Metric
from kgan.metrics.feature_rows import LIMIT, Rows


class Balls(Metric):
    """Compares rows of reals and of fakes by balls around them.

    Figures of other numbers of examples, or another `k`, are not comparable: the more
    examples, the smaller the balls. So by default as many reals as fakes are compared.

    Args:
        k: Which neighbour bounds a ball, a positive integer.
        limit: Most examples of either set, a positive integer.
        equal: Whether the longer set is cut to the length of the shorter one.
    """

    def __init__(self, k, limit=LIMIT, equal=True, features=None):
        self.k = arguments.positive_integer("k", k)
        self.limit = arguments.positive_integer("limit", limit)
        self.equal = equal
        super().__init__(features)

    def statistics(self):
        return {"real": Rows(self.limit), "fake": Rows(self.limit)}

    def compute(self, collected, context):
        rows = collected["real"].rows, collected["fake"].rows
        real, fake = neighbours.sides(*rows, self.k, self.equal, context.allow_few)
        details = {"k": self.k, "num_real": len(real), "num_fake": len(fake)}
        return self.compare(real, fake, details)

    @abc.abstractmethod
    def compare(
        self, real: np.ndarray, fake: np.ndarray, details: dict
    ) -> dict[str, Figure]:
        """Computes the figures of reals `(n, d)` and fakes `(m, d)`, with `details`."""
