"""Diversity of samples: their mean distance over that of real data."""

import keras
import numpy as np
import tensorflow as tf

from kgan.engine import feeding
from kgan.games import sampler

# Rows that are compared: 2,016 pairs, of which those within a class are enough up to
# some tens of classes.
_ROWS = 64
_PAIRS = 32


def mean_distance(data, labels=None):
    """Computes the mean Euclidean distance of all pairs of examples.

        1/|P| Σ ‖xᵢ − xⱼ‖ over P = {(i, j): i < j, labelᵢ = labelⱼ}

    Args:
        data: Array of shape `(n, ...)`, of floats.
        labels: Integers of shape `(n,)`; None: all pairs count.

    Returns:
        A float; NaN if there is no pair.
    """
    from scipy.spatial.distance import pdist

    rows = np.reshape(data, (len(data), -1))
    labels = np.zeros(len(rows)) if labels is None else np.asarray(labels)
    groups = [rows[labels == label] for label in np.unique(labels)]
    distances = [pdist(group) for group in groups if len(group) > 1]
    return float(np.concatenate(distances).mean()) if distances else float("nan")


def _num_pairs(labels):
    _, counts = np.unique(labels, return_counts=True)
    return int((counts * (counts - 1) // 2).sum())


class Reference:
    """Real data by whose distances samples are measured.

    Args:
        real: Real data as for `fit`.
        model: A compiled game of latents.

    Attributes:
        distance: Mean distance of the first 64 real examples, or of the first batch if
            it is smaller: within classes if G takes labels, and 32 pairs share theirs.
            It is 0 where no two of them differ, to which nothing can be compared.
    """

    def __init__(self, real, model):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(real)
        first = next(feeding.peek(x, y, _ROWS)[0], None)
        if first is None:
            raise ValueError("`real` must be an array or a tf.data.Dataset.")
        model.check(first)
        batch = model.unpack(keras.tree.map_structure(tf.convert_to_tensor, first))
        # Of several outputs the largest, as `generate` returns it.
        data = max(tf.nest.flatten(batch["real"]), key=lambda x: np.prod(x.shape[1:]))
        data, labels = np.asarray(data, np.float32)[:_ROWS], batch.get("condition")
        self.labels = self._classes = None
        if model.raw_sampler.told:
            self.labels = sampler.rows_of(labels, 0, _ROWS)
        # Labels that an objective alone reads do not say what G is to make.
        if labels is not None and model.num_classes is not None:
            self.labels = np.ravel(labels).astype(np.int32)[:_ROWS]
            self._classes = self.labels if _num_pairs(self.labels) >= _PAIRS else None
        self.rows = len(data)
        self.distance = mean_distance(data, self._classes) if self.rows > 1 else 0.0

    def diversity(self, model, seed=0):
        """Returns the mean distance of raw samples over that of real data, a float.

        It is 0 where all samples are equal, near 1 where they vary as real data, NaN
        where they are not finite.

        Args:
            model: The game.
            seed: Seed of the latents.
        """
        classes = {} if self.labels is None else {"labels": self.labels}
        examples = model.raw_examples(self.rows, seed, **classes)
        try:
            ((samples, _),) = examples.batches(self.rows)
        except FloatingPointError:
            return float("nan")
        if samples.dtype == np.uint8:
            samples = np.asarray(sampler.to_float(samples))
        return mean_distance(samples, self._classes) / self.distance
