"""Games of translation that were exported as SavedModels."""

import json
import pathlib

import numpy as np
import tensorflow as tf

from kgan.export.card import RECORD
from kgan.games.direction import Direction
from kgan.games.loaded_translation import LoadedTranslation
from kgan.games.sampler import to_float, to_uint8

_AT_ONCE = 16  # images of a request


class ExportedTranslation(LoadedTranslation):
    """A translator that was exported as a SavedModel.

    It translates and is measured as the game that it was exported from, by the
    signatures `translate` and `translate_NAME`; pictures are uint8 on their way.

    Args:
        folder: A version, as `kgan.export.saved_model` returns it.

    Raises:
        ValueError: If it holds no translator, exported by kgan.
    """

    def __init__(self, folder):
        path = pathlib.Path(folder, RECORD)
        record = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        if "directions" not in record:
            raise ValueError(
                f"An exported model must hold {RECORD} with its directions, as `kgan "
                f"export` writes it of games of translation. Received: {folder}"
            )
        self._loaded = tf.saved_model.load(folder)
        ways = {}
        for place, (name, told) in enumerate(record["directions"].items()):
            called = f"translate_{name}" if place else "translate"
            ways[name] = ExportedDirection(self._loaded.signatures[called], told)
        super().__init__(ways, record["step"], record.get("notice"))

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
