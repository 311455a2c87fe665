"""Methods of a trained game of translation."""

import dataclasses

import numpy as np
import tensorflow as tf

from kgan.core import arguments, backend
from kgan.core.pictures import is_picture
from kgan.export.endpoints import Endpoint, Input, Portable, Servable
from kgan.export.exportable import Exportable
from kgan.games.endpoints import named
from kgan.games.sampler import as_floats, data_name, in_batches, to_float, to_uint8
from kgan.metrics.examples import Examples

_ROWS = 8


class Translation(Exportable):
    """Mixin of games whose generator translates a source into a target.

    It reads `generator`, and `ema_generator` where there is an average. A source or a
    target that is no picture (`kgan.core.pictures`), such as one of many bands, stays
    float32.
    """

    @property
    def translator(self):
        """The network that translates: the averaged generator if there is one."""
        self.begin_averages()
        return self._translator

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

    @property
    def _translator(self):
        average = getattr(self, "ema_generator", None)
        return self.generator if average is None else average

    def call(self, inputs):
        if backend.is_tensorflow():  # elsewhere `predict` did, which traces this
            self.begin_averages()
        return self._translator(inputs, training=False)

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
        return self._floats(self._sources(images))

    def _translated(self, images):
        return _seen(self._floats(images))

    def _floats(self, images):
        return backend.infer(self.translator, tf.convert_to_tensor(images, tf.float32))

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

        def function(network):
            def translated(images, _=None):
                images = to_float(images) if from_bytes else images
                output = network(images, training=False)
                # ONNX wants names of outputs that are no input's.
                return {"translated": tf.cast(output, tf.float32)}

            return translated

        def translate(images, _=None):
            (output,) = function(self.translator)(images).values()
            return {given: to_uint8(output) if to_bytes else output}

        def examples(count):
            draw = np.random.default_rng(0)
            pictures = draw.integers(0, 256, (count, *shape), np.uint8)
            return {name: pictures if from_bytes else np.float32(pictures / 255)}

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
        portable = Portable(
            "generator",
            self.translator,
            function,
            [spec],
            examples,
            to_uint8 if to_bytes else None,
        )
        served = dict.fromkeys(("serving_default", "translate"), endpoint)
        return dataclasses.replace(Servable.of(self, served), portable=portable)


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
