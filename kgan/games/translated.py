"""Translations of a data set, as examples that metrics compare."""

import numpy as np
import tensorflow as tf

from kgan.core import arguments, registry
from kgan.core.pictures import is_picture
from kgan.games.sampler import to_float, to_uint8
from kgan.metrics.examples import Examples, as_compared

_DISTURBANCES = ("noise", "jpeg")
_QUALITY = 75  # of JPEG, the usual one


class Translated(Examples):
    """Translations of one side of a data set, in its order.

    Args:
        game: A `kgan.games.translation.Translation`.
        dataset: A source of pairs or of two sets, as `kgan.data.Pairs`: it has
            `sources` and `targets`.
        count: The most of them.
        seed: Of translations that are drawn.
        direction: Name of the game's direction. Of the second one the targets are
            translated, and belong to the sources. None: the first.

    Attributes:
        sources: An `IndexedSource` of what is translated.
        targets: The same of what translations are compared with.

    Raises:
        ValueError: If the data have no sources, `count` is no positive integer, or
            there is no such direction.
        FloatingPointError: If a translation is not finite; when they are read.
    """

    name = "translations"

    def __init__(self, game, dataset, count, seed=0, direction=None):
        sources = getattr(dataset, "sources", None)
        if sources is None:
            raise ValueError(
                "`dataset` must be a source of pairs, `kgan.data.Pairs`, whose sources "
                f"are translated. Received: {dataset!r}"
            )
        self.game, self.seed = game, seed
        self.direction = game.check_direction(direction)
        sides = sources, dataset.targets
        is_first = self.direction == next(iter(game.directions))
        self.sources, self.targets = sides if is_first else sides[::-1]
        count = arguments.positive_integer("num_images", count)
        self.count = min(count, self.sources.num_examples)
        shape = game.direction(direction).target_shape
        self.shape = self.targets.shape if None in shape else shape

    def batches(self, batch_size):
        for _, translated in self._floats(batch_size):
            is_image = is_picture(translated.shape[1:])
            data = to_uint8(translated).numpy() if is_image else translated
            yield data, None

    def _floats(self, batch_size):
        """Yields `(rows, translations)`: indices of sources, the network's floats."""
        for first in range(0, self.count, batch_size):
            rows = np.arange(first, min(first + batch_size, self.count))
            translated = self.game.translated(
                self.sources.read(rows), self.direction, self.seed + first
            )
            yield rows, _finite(translated, rows)


class TranslatedPairs(Translated):
    """Translations beside the targets of their pairs: arrays `(n, 2, ...)`.

    Pictures are uint8, other values float32.
    """

    name = "translated pairs"

    def __init__(self, game, dataset, count, seed=0, direction=None):
        super().__init__(game, dataset, count, seed, direction)
        belong = self.targets.num_examples == self.sources.num_examples
        if not (belong and getattr(dataset, "kind", "pairs") == "pairs"):
            raise ValueError(
                "`dataset` must be pairs, where a target belongs to each source. "
                f"Received: {dataset!r}"
            )

    def batches(self, batch_size):
        for first, (translated, _) in zip(
            range(0, self.count, batch_size), super().batches(batch_size), strict=True
        ):
            rows = np.arange(first, first + len(translated))
            targets = as_compared(self.targets.read(rows), self.is_image)
            yield np.stack([translated, targets], axis=1), None


class Annotated(Translated):
    """Translations of label maps, the class of each pixel as one more channel: uint8.

    Raises, besides what `Translated` does, a `ValueError` if sources are no label maps
    of up to 256 classes, translations no pictures, or it is not the first direction.
    """

    name = "translated label maps"

    def __init__(self, game, dataset, count, seed=0, direction=None):
        super().__init__(game, dataset, count, seed, direction)
        is_first = self.sources is dataset.sources
        has_labels = hasattr(self.sources, "labels_of")
        if not (is_first and has_labels and self.sources.shape[-1] <= 256):
            raise ValueError(
                "`dataset` must have label maps of up to 256 classes as sources "
                "(`source_labels`), which the first direction translates. Received: "
                f"sources of shape {self.sources.shape}"
            )
        if not is_picture(self.shape):
            raise ValueError(
                "`dataset` must have pictures as targets. Received: targets of shape "
                f"{self.shape}"
            )

    def batches(self, batch_size):
        for rows, translated in self._floats(batch_size):
            classes = self.sources.read(rows).argmax(axis=-1)[..., None]
            pictures = to_uint8(translated).numpy()
            yield np.concatenate([pictures, classes.astype(np.uint8)], axis=-1), None


class Cycles(Translated):
    """Sources beside what comes back of them: float32 arrays `(n, 2, ...)`.

    A translator may hide its source in its translation, as a pattern of less than a
    gray level, from which the other one restores it: the cycle then closes though the
    translation shows nothing of the source. A small disturbance of the translations
    destroys such a message: Chu, Zhmoginov and Sandler (2017), CycleGAN, a Master of
    Steganography.

    Args:
        game: As of `Translated`, and so are the next three.
        dataset: The same.
        count: The same.
        seed: Of the noise, too.
        direction: As of `Translated`: that of the way there.
        disturbance: None; "noise": each value of a translation is moved up or down by
            one gray level; "jpeg": translations are kept as JPEG of quality 75.

    Raises:
        ValueError: If there is no such disturbance, or translations are no pictures
            that it could meet.
    """

    name = "cycles"

    def __init__(self, game, dataset, count, seed=0, direction=None, disturbance=None):
        super().__init__(game, dataset, count, seed, direction)
        if disturbance is not None:
            expected = "`disturbance` must be None or one of"
            registry.check_known(expected, disturbance, _DISTURBANCES)
        known = self.shape[-1] in (1, 3) if disturbance == "jpeg" else True
        if disturbance is not None and not (self.is_image and known):
            raise ValueError(
                "`disturbance` must be None for translations that are no gray or RGB "
                f"pictures. Received: {disturbance!r} for shape {self.shape}"
            )
        self.disturbance = disturbance

    def batches(self, batch_size):
        (back,) = self.game.directions.keys() - {self.direction}
        there = self.game.direction(self.direction)
        for rows, translated in self._floats(batch_size):
            sources = there.sources(self.sources.read(rows))
            kept = np.clip(self._disturbed(translated, rows[0]), -1.0, 1.0)
            returned = self.game.translated(kept, back, self.seed + int(rows[0]))
            yield np.stack([sources, _finite(returned, rows)], axis=1), None

    def _disturbed(self, images, first):
        if self.disturbance == "noise":
            draw = np.random.default_rng([self.seed, int(first)])
            signs = draw.choice(np.array([-1.0, 1.0], np.float32), images.shape)
            return images + signs / np.float32(127.5)
        if self.disturbance == "jpeg":
            files = (
                tf.io.encode_jpeg(image, quality=_QUALITY) for image in to_uint8(images)
            )
            decoded = [tf.io.decode_jpeg(f, channels=images.shape[-1]) for f in files]
            return to_float(tf.stack(decoded)).numpy()
        return images


def _finite(translated, rows):
    if not np.isfinite(translated).all():
        raise FloatingPointError(
            "The generator must give finite samples. Received: NaN or infinity "
            f"among translations {rows[0]} to {rows[-1]}"
        )
    return translated
