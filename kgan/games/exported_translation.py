"""Games of translation that were exported as SavedModels."""

import json
import pathlib

import numpy as np
import tensorflow as tf

from kgan.engine.interface import Interface
from kgan.export.card import RECORD
from kgan.games.direction import Direction
from kgan.games.sampler import to_float, to_uint8
from kgan.games.translation import Translation

_AT_ONCE = 16  # images of a request


class ExportedTranslation(Translation, Interface):
    """A translator that was exported as a SavedModel.

    It translates and is measured as the game that it was exported from, by the
    signatures `translate` and `translate_NAME`; pictures are uint8 on their way.

    Args:
        folder: A version, as `kgan.export.saved_model` returns it.

    Raises:
        ValueError: If it holds no translator, exported by kgan.
    """

    compiled = True  # it was, where it was exported from
    ema_momentum = None

    def __init__(self, folder):
        path = pathlib.Path(folder, RECORD)
        record = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        if "directions" not in record:
            raise ValueError(
                f"An exported model must hold {RECORD} with its directions, as `kgan "
                f"export` writes it of games of translation. Received: {folder}"
            )
        self.directions = dict.fromkeys(record["directions"])
        self._step = record["step"]
        self.notice = record.get("notice")
        self._loaded = tf.saved_model.load(folder)
        self._directions = {}
        for place, (name, told) in enumerate(record["directions"].items()):
            called = f"translate_{name}" if place else "translate"
            signature = self._loaded.signatures[called]
            self._directions[name] = ExportedDirection(signature, told)

    @property
    def step(self):
        return self._step

    @property
    def weights(self):
        found = [d.network.variables for d in self._directions.values()]
        return [variable for variables in found for variable in variables]

    def begin_averages(self):
        """Does nothing: what was exported is the average, if there was one."""

    def direction(self, name=None):
        return self._directions[self.check_direction(name)]

    def _shapes(self):
        way = self.direction()
        return way.source_shape, way.target_shape

    def unpack(self, element):
        return element

    def describe(self):
        return {}

    def endpoints(self, **options):
        raise self._unanswered("endpoints", "was exported already")


class ExportedDirection(Direction):
    """One direction of an exported translator.

    Args:
        signature: The signature, a function of images.
        record: What the record says of it: shapes, and whether it is drawn.
    """

    def __init__(self, signature, record):
        self.network = signature  # it lives as long as what was loaded
        for name in ("takes", "returns", "source_shape", "target_shape"):
            setattr(self, name, tuple(record[name]))
        self.is_random = record["is_random"]
        self.latent_dim = None

    def floats(self, images, numbers):
        found = [
            self._rows(images[first:][:_AT_ONCE], numbers[first:][:_AT_ONCE])
            for first in range(0, len(images), _AT_ONCE)
        ]
        return np.concatenate(found)

    def _rows(self, images, numbers):
        (spec,) = (
            s
            for s in self.network.structured_input_signature[1].values()
            if s.name != "seeds"
        )
        given = {spec.name: to_uint8(images) if self.from_images else images}
        given = {name: tf.convert_to_tensor(x) for name, x in given.items()}
        if self.is_random:
            given["seeds"] = tf.convert_to_tensor(numbers, tf.int64)
        try:
            (output,) = self.network(**given).values()
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(self.refusal(images, error)) from None
        return np.asarray(to_float(output) if self.to_images else output)
