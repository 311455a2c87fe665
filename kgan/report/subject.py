"""A game of latents beside its data: what the parts of the page ask of both."""

import functools
import typing

import numpy as np

from kgan.metrics.examples import as_compared
from kgan.report.markup import without_folders

_BATCH = 256
# Of the features of one set: pixels of large images are many.
_BYTES = 2**29
_NUM_SEEDS = 2**62


class Examples(typing.NamedTuple):
    """Features of examples, float32 `(n, d)`, and what finds the examples again.

    `indices`, int64 `(n,)`, are positions in the source, or among what the model
    generates; `classes`, integers `(n,)` or None, were given, or told by a classifier.
    """

    features: np.ndarray
    indices: np.ndarray
    classes: np.ndarray | None


class Subject:
    """A game, its data, and the choices that hold for the whole page.

    Args:
        gan: A game of latents, such as a `kgan.GAN`.
        source: The `kgan.data.Source` that it was trained on.
        extractor: The `kgan.metrics.features.Extractor` by which examples are near.
        averaged: Whether the averaged generator is shown.
        truncation: ψ, as in `kgan.GAN.generate`.
        seed: Seed of the latents and of the choice of real examples.
        num_real: Most real examples whose features are found.
        num_fake: Most generated examples whose features are found.
        labels: Which classes they have, as in `kgan.metrics.Evaluator`.
    """

    def __init__(
        self,
        gan,
        source,
        extractor,
        averaged,
        truncation,
        seed,
        num_real,
        num_fake,
        labels="data",
    ):
        self.gan = gan
        self.source = source
        self.extractor = extractor
        self.averaged = averaged
        self.truncation = truncation
        self.seed = seed
        self.num_real = min(num_real, source.num_examples)
        self.num_fake = num_fake
        self.labels = labels
        self._chosen = {"averaged": averaged, "truncation": truncation}

    @property
    def is_image(self) -> bool:
        """Whether examples are images, not points or other values."""
        return self.gan.is_image

    @property
    def data_name(self) -> str:
        """What the data are called; of a folder its last part."""
        return without_folders(self.source.name)

    @property
    def classes(self) -> int | None:
        """Number of classes that the generator takes, or None."""
        return self.gan.num_classes

    @property
    def probabilistic(self) -> bool:
        """Whether D returns probabilities; True where no loss was chosen."""
        loss = getattr(self.gan, "adversarial_loss", None)
        return getattr(loss, "probabilistic", True)

    @property
    def weights(self) -> str:
        """Which weights are shown, in words."""
        average = self.averaged and self.gan.ema_generator is not None
        return "averaged over the steps" if average else "of the last step"

    def generate(self, count: int, start: int = 0, labels=None) -> np.ndarray:
        """Generates examples; see `kgan.GAN.generate`."""
        chosen = {"start": start, "labels": labels, **self._chosen}
        return self.gan.generate(count, seed=self.seed, **chosen)

    def interpolate(self, number: int, steps: int, label=None) -> np.ndarray:
        """Generates the examples of a path; each number has other ends."""
        first = self.seed + 2 * number
        ends = first % _NUM_SEEDS, (first + 1) % _NUM_SEEDS
        return self.gan.interpolate(*ends, steps=steps, label=label, **self._chosen)

    def read(self, indices: np.ndarray) -> np.ndarray:
        """Reads real examples by their indices: uint8 images, or float32 values."""
        return as_compared(self.source.read(indices), self.is_image)

    def real_points(self, count: int) -> np.ndarray:
        """Reads, or draws, points of the data."""
        if hasattr(self.source, "sample"):
            return self.source.sample(count, self.seed)
        return self.source.read(self._order(count))

    @functools.cached_property
    def real(self) -> Examples:
        """Real examples, a random sample of all."""
        order = self._order(self.num_real)
        features, predicted = self._extract(
            self.read(order[first : first + _BATCH])
            for first in range(0, len(order), _BATCH)
        )
        order = order[: len(features)]
        labels = getattr(self.source, "labels", None)
        return Examples(features, order, predicted if labels is None else labels[order])

    @functools.cached_property
    def fake(self) -> Examples:
        """Generated examples; a `FloatingPointError` for NaN or infinity."""
        generated = self._generated(self.num_fake)
        batches = generated.batches(_BATCH)
        features, predicted = self._extract(data for data, _ in batches)
        indices, given = np.arange(len(features)), generated.labels
        return Examples(
            features, indices, predicted if given is None else given[indices]
        )

    def fake_points(self, count: int) -> np.ndarray:
        """Generates points, of such classes as `fake` has."""
        batches = self._generated(count).batches(_BATCH)
        return np.concatenate([points for points, _ in batches])

    def _generated(self, count):
        chosen = {"labels": self.labels, **self._chosen}
        return self.gan.examples(count, self.seed, self.source, **chosen)

    def again(self, index: int) -> np.ndarray:
        """Generates one of `fake` by its index, in a batch of its own."""
        label = None if self.classes is None else self.fake.classes[index]
        return self.generate(1, int(index), label)

    def _extract(self, batches):
        """Computes features of as many examples as there is room for, and classes."""
        features, classes, count, room = [], [], 0, 1
        for batch in batches:
            outputs = self.extractor(batch)
            room = max(1, _BYTES // outputs.features[0].nbytes)
            features.append(outputs.features[: room - count])
            if self._tells_classes:
                classes.append(outputs.logits.argmax(axis=1)[: room - count])
            count += len(features[-1])
            if count >= room:
                break
        joined = np.concatenate(classes) if classes else None
        return np.concatenate(features), joined

    @functools.cached_property
    def _tells_classes(self):
        """Whether the extractor is a classifier of the data's classes."""
        classes = self.source.num_classes
        return classes is not None and self.extractor.num_classes == classes

    def class_name(self, index: int) -> str:
        """Returns the name of a class."""
        names = self.source.class_names
        if names is None or self.classes not in (None, len(names)):
            return f"class {index}"
        return names[index]

    def _order(self, count):
        order = np.random.default_rng(self.seed).permutation(self.source.num_examples)
        return order[:count]
