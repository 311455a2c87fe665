"""Samples of a game of latents, as examples that metrics compare with reals."""

import functools
import warnings

import numpy as np

from kgan.core import arguments
from kgan.games.sampler import rows_of
from kgan.metrics import labels as data_labels
from kgan.metrics.examples import Examples

_DATA, _BALANCED = "data", "balanced"


class Generated(Examples):
    """Samples by index from a seed.

    Args:
        sampler: A `kgan.games.sampler.Sampler`.
        shape: Shape of a sample.
        count: How many.
        seed: Seed of the latents and of the labels.
        truncation: ψ, as in `kgan.GAN.generate`.
        labels: "data": as frequent as in `dataset`; "balanced": all classes in turn;
            or the class of each sample, or of all.
        weights: Which weights the sampler has, in words, for the provenance.
        dataset: The real examples, as in `kgan.metrics.labels.of_data`, or None. They
            are read when labels are needed.
    """

    name = "generated examples"

    def __init__(
        self,
        sampler,
        shape,
        count,
        seed=0,
        truncation=1.0,
        labels=_DATA,
        weights=None,
        dataset=None,
    ):
        self.count = arguments.positive_integer("num_images", count)
        arguments.index("seed", seed)
        arguments.truncation(truncation)
        self.shape = tuple(shape)
        self._is_image = sampler.is_image
        self.num_classes = sampler.num_classes
        self.seed = seed
        self._sampler = sampler
        self._truncation = truncation
        self._dataset = dataset
        self._weights = weights
        self._given = _DATA if labels is None else labels
        if not isinstance(self._given, str):
            self._given = sampler.labels(count, labels)
        elif labels not in (None, _DATA, _BALANCED):
            raise ValueError(
                f"`labels` must be {_DATA!r}, {_BALANCED!r}, or classes. "
                f"Received: {labels!r}"
            )

    @property
    def labels(self):
        """Label, or condition, of each sample; None of a game without."""
        return self._labels[0]

    @functools.cached_property
    def _labels(self):
        """The labels, and where they are from, in words."""
        if not isinstance(self._given, str):
            return self._given, "given"
        if self._sampler.told:
            return self._conditions(), "of the data"
        if self.num_classes is None:
            return None, None
        known = None
        if self._given == _DATA and self._dataset is not None:
            known = data_labels.of_data(self._dataset)
        if known is None:
            in_turn = np.arange(self.count) % self.num_classes
            return in_turn.astype(np.int32), "balanced"
        # In order: an even spread over them is one over the classes.
        known = np.sort(_checked(known, self.num_classes))
        self._compare_classes()
        return data_labels.drawn(known, self.count, self.seed), "of the data"

    def _compare_classes(self):
        names = getattr(self._dataset, "class_names", None)
        if names is not None and len(names) != self.num_classes:
            warnings.warn(
                f"The {len(names)} classes of {self._dataset.name} are not the "
                f"{self.num_classes} of the model: label i is taken for its class i. "
                "kgan.metrics.Evaluator(class_names=...) finds them by name",
                stacklevel=2,
            )

    def _conditions(self):
        known = None
        if self._given == _DATA and self._dataset is not None:
            known = data_labels.of_data(self._dataset)
        if known is None:
            raise ValueError(
                "`labels` must be a condition for each sample, or `dataset` a "
                "tf.data.Dataset of (examples, conditions) from which they are drawn. "
                f"Received: labels={self._given!r} and dataset={self._dataset!r}"
            )
        drawn = data_labels.drawn(known, self.count, self.seed)
        return self._sampler.labels(self.count, drawn)

    def batches(self, batch_size):
        """Raises `FloatingPointError` for samples with NaN or infinity."""
        for first in range(0, self.count, batch_size):
            rows = min(batch_size, self.count - first)
            labels = rows_of(self.labels, first, rows)
            arguments = rows, self.seed, first, self._truncation, labels
            samples = self._sampler.finite_rows(*arguments)
            yield samples, None if self.num_classes is None else labels

    def provenance(self):
        made = {"generator": self._weights, "truncation": self._truncation}
        _, origin = self._labels
        return made if origin is None else made | {"labels": origin}


def _checked(labels, num_classes):
    """Returns the data's labels as int32 `(n,)`, checked to be classes of the game."""
    labels = np.asarray(labels)
    whole = labels.dtype.kind in "iu" and labels.size == len(labels) > 0
    if not whole or labels.min() < 0 or labels.max() >= num_classes:
        found = f" from {labels.min()} to {labels.max()}" if labels.size else ""
        raise ValueError(
            f"`dataset` must have labels that are classes in [0, {num_classes}), as "
            f"frequent as which samples are generated; labels={_BALANCED!r} takes all "
            f"classes in turn. Received: {labels.dtype} labels of shape {labels.shape}"
            f"{found}"
        )
    return labels.reshape(-1).astype(np.int32)
