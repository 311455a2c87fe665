"""Samples of a game of latents, as examples that metrics compare with reals."""

import numpy as np

from kgan.core import arguments
from kgan.games.sampler import rows_of
from kgan.metrics.examples import Examples


class Generated(Examples):
    """Samples by index from a seed.

    Args:
        sampler: A `kgan.games.sampler.Sampler`.
        shape: Shape of a sample.
        count: How many.
        seed: Seed of the latents.
        truncation: ψ of `kgan.latents.truncate`.
        labels: Class of each sample, or of all. None: all classes in turn.
        weights: Which weights the sampler has, in words, for the provenance.
    """

    name = "generated examples"

    def __init__(
        self, sampler, shape, count, seed=0, truncation=1.0, labels=None, weights=None
    ):
        self.count = arguments.positive_integer("num_images", count)
        arguments.index("seed", seed)
        arguments.truncation(truncation)
        self.shape = tuple(shape)
        self.num_classes = sampler.num_classes
        self.seed = seed
        self._sampler = sampler
        self._truncation = truncation
        if labels is None and self.num_classes is not None:
            labels = np.arange(count) % self.num_classes
        self._labels = sampler.labels(count, labels)
        self._weights = weights

    def batches(self, batch_size):
        """Raises `FloatingPointError` for samples with NaN or infinity."""
        for first in range(0, self.count, batch_size):
            rows = min(batch_size, self.count - first)
            labels = rows_of(self._labels, first, rows)
            arguments = rows, self.seed, first, self._truncation, labels
            yield self._sampler.finite_rows(*arguments), labels

    def provenance(self):
        return {"generator": self._weights, "truncation": self._truncation}
