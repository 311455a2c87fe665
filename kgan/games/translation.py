"""Methods of a trained game of translation."""

import os
import pathlib
from typing import Any

import numpy as np
import tensorflow as tf

from kgan.core import arguments
from kgan.core.pictures import is_picture
from kgan.export import saved_model
from kgan.export.endpoints import Endpoint, Input
from kgan.games.endpoints import named
from kgan.games.sampler import as_floats, data_name, in_batches, to_float, to_uint8
from kgan.metrics.examples import Examples

_ROWS = 8


class Translation:
    """Mixin of games whose generator translates a source into a target.

    It reads `generator`, and `ema_generator` where there is an average. A source or a
    target that is no picture (`kgan.core.pictures`), such as one of many bands, stays
    float32.
    """

    @property
    def translator(self):
        """The network that translates: the averaged generator if there is one."""
        self.begin_averages()
        average = getattr(self, "ema_generator", None)
        return self.generator if average is None else average

    @property
    def data_shape(self):
        """Shape of a target."""
        return tuple(self.generator.output_shape[1:])

    @property
    def is_image(self):
        """Whether targets are images in [−1, 1]."""
        return is_picture(self.data_shape)

    def averages(self):
        return {} if self.ema_momentum is None else {"generator": self.ema_momentum}

    def call(self, inputs):
        return self.translator(inputs, training=False)

    def translate(self, images: np.ndarray, batch_size: int = 32) -> np.ndarray:
        """Translates images; returns a NumPy array of targets, uint8 if pictures.

        Args:
            images: Array of sources, uint8, or float32 in [−1, 1].
            batch_size: Images in memory at a time.

        Raises:
            ValueError: If images are none that the generator takes.
        """
        return in_batches(self._translated, batch_size, self._sources(images))

    def _sources(self, images):
        shape = self.generator.input_shape[1:]
        return as_floats("images", images, shape, is_picture(shape))

    def translated(self, images):
        """Returns translations as the network's floats, in one batch."""
        return self(tf.convert_to_tensor(self._sources(images)))

    def _translated(self, images):
        return _seen(self(tf.convert_to_tensor(images, tf.float32)))

    # === What the rest of kgan asks of any game ===

    def shown(self, rows=None, seed=0, examples=None, columns=8):
        """Returns the columns source, output and target, for the first examples."""
        if examples is None:
            raise ValueError(
                "`examples` must be a batch of the data: what a translation shows. "
                "Received: none"
            )
        batch = self.unpack(examples)
        first = {name: np.asarray(x)[: rows or _ROWS] for name, x in batch.items()}
        return {
            "source": _seen(first["source"]),
            "output": self._translated(first["source"]),
            "target": _seen(first["target"]),
        }

    def examples(self, count, seed=0, dataset=None):
        """Returns translations of a data set's sources, which metrics compare.

        Args:
            count: The most of them.
            seed: Without a meaning here: nothing is drawn.
            dataset: A `kgan.data.Pairs`.
        """
        return Translated(self, dataset, count)

    def endpoints(self):
        """Returns `serving_default` and `translate`: uint8 images or float32 values."""
        shape, target = self.generator.input_shape[1:], self.data_shape
        from_bytes, to_bytes = is_picture(shape), is_picture(target)
        name, given = data_name(from_bytes, shape), data_name(to_bytes, target)
        spec = tf.TensorSpec(
            (None, *shape), tf.uint8 if from_bytes else tf.float32, name
        )
        words = ", ".join(map(str, target))

        def translate(images, _=None):
            images = to_float(images) if from_bytes else images
            translated = self.translator(images, training=False)
            return {given: to_uint8(translated) if to_bytes else translated}

        endpoint = Endpoint(
            named(name, translate),
            (Input(spec, "in [0, 255]" if from_bytes else "finite", 0),),
            {
                given: f"uint8 (batch, {words}), in [0, 255]"
                if to_bytes
                else f"float32 (batch, {words})"
            },
            (self.translator,),
        )
        return dict.fromkeys(("serving_default", "translate"), endpoint)

    def export(
        self, filepath: str | os.PathLike, version: int | None = None, **options: Any
    ) -> pathlib.Path:
        """Exports a SavedModel: see `kgan.export.saved_model`."""
        return saved_model(self, filepath, version, **options)


def _seen(data):
    """Returns pictures as uint8, other data as they are; a NumPy array."""
    return np.asarray(to_uint8(data) if is_picture(data.shape[1:]) else data)


class Translated(Examples):
    """Translations of the sources of paired data, in their order."""

    name = "translations"

    def __init__(self, game, dataset, count):
        sources = getattr(dataset, "sources", None)
        if sources is None:
            raise ValueError(
                "`dataset` must be a source of pairs, `kgan.data.Pairs`, whose sources "
                f"are translated. Received: {dataset!r}"
            )
        self.game, self.sources = game, sources
        self.count = min(
            arguments.positive_integer("num_images", count), sources.num_examples
        )
        self.shape = game.data_shape

    def batches(self, batch_size):
        for first in range(0, self.count, batch_size):
            rows = np.arange(first, min(first + batch_size, self.count))
            translated = self.game.translated(self.sources.read(rows))
            if not np.isfinite(translated).all():
                raise FloatingPointError(
                    "The generator must give finite samples. Received: NaN or infinity "
                    f"among translations {rows[0]} to {rows[-1]}"
                )
            yield _seen(translated), None
