"""Games that were exported as SavedModels, those of latents as far as they generate."""

import json
import pathlib

import keras
import tensorflow as tf

from kgan.engine.interface import Interface
from kgan.export import versions
from kgan.export.card import RECORD
from kgan.export.requests import MAX_REQUESTS
from kgan.games.endpoints import in_chunks
from kgan.games.exported_translation import ExportedTranslation
from kgan.games.generative import Generative
from kgan.games.sampler import Sampler


def find(path):
    """Returns the folder of an exported model's version, or None.

    Args:
        path: That folder, or that of all versions, for the newest.
    """
    path = pathlib.Path(path)
    newest = [path / str(number) for number in versions.existing(path)[-1:]]
    for folder in (path, *newest):
        if (folder / "saved_model.pb").is_file():
            return folder
    return None


def load(folder):
    """Loads an exported model as the game that it was, as far as it generates.

    Args:
        folder: A version, as `find` returns it.

    Raises:
        ValueError: If it holds neither a generator from latents nor a translator.
    """
    path = pathlib.Path(folder, RECORD)
    translates = path.is_file() and "directions" in json.loads(path.read_text("utf-8"))
    return ExportedTranslation(folder) if translates else Exported(folder)


class Exported(Generative, Interface):
    """A generator that was exported as a SavedModel.

    It generates, interpolates and is measured as the game that it was exported from.
    Latents are drawn here, and images come from the signature `serving_default`; they
    may differ by 1 of 255 from those of the game.

    Args:
        folder: A version, as `kgan.export.saved_model` returns it.

    Raises:
        ValueError: If it holds no generator from latents, exported by kgan.
    """

    compiled = True  # it was, where it was exported from
    scorer = None
    has_layers = False

    def __init__(self, folder):
        path = pathlib.Path(folder, RECORD)
        if not path.is_file():
            raise ValueError(
                f"An exported model must hold {RECORD}, as `kgan export` writes it of "
                f"games that generate from latents. Received: {folder}"
            )
        record = json.loads(path.read_text("utf-8"))
        self.data_shape = tuple(record["data_shape"])
        self.is_image, self.num_classes = record["is_image"], record["num_classes"]
        self.prior = keras.saving.deserialize_keras_object(record["prior"])
        self.latent_dim = self.prior.latent_dim
        self._step = record["step"]
        self.notice = record.get("notice")
        network = SavedModel(folder, self.data_shape, self.is_image)
        self.ema_generator = network if record["averaged"] else None
        self.raw_sampler = self.averaged_sampler = Sampler(
            network, self.prior, self.num_classes, is_image=self.is_image
        )

    @property
    def step(self):
        return self._step

    @property
    def weights(self):
        return self.raw_sampler.network.weights

    def chosen_sampler(self, averaged):
        if self.ema_generator is not None and not averaged:
            raise ValueError(
                "`averaged` must be True for this exported model, which holds the "
                "averaged generator alone. Received: False"
            )
        return self.raw_sampler

    def discriminate(self, data, labels=None, batch_size=128):
        raise self._unanswered("discriminate", "holds no discriminator")

    def endpoints(self, **options):
        raise self._unanswered("endpoints", "was exported already")


class SavedModel:
    """The signature of latents, called as the network that it came from.

    It is `decode`, or of a generator without styles `serving_default`.
    """

    def __init__(self, folder, data_shape, is_image):
        # The signature lives as long as what was loaded.
        self._loaded = tf.saved_model.load(folder)
        signatures = self._loaded.signatures
        self.truncates = "decode" in signatures
        name = "decode" if self.truncates else "serving_default"
        self._signature = signatures[name]
        self._spec = tf.TensorSpec((None, *data_shape), tf.float32)
        self._is_image = is_image

    @property
    def weights(self):
        return self._signature.variables

    def __call__(self, inputs, training=False, truncation=1.0, cutoff=None):
        rows = tf.nest.flatten(inputs)
        if self.truncates:
            rows.append(tf.broadcast_to(truncation, tf.shape(rows[0])[:1]))
        # Not every export has more rows at a time.
        return in_chunks(self._rows, self._spec, *rows, size=MAX_REQUESTS)

    def _rows(self, latents, *further):
        given = {"latents": latents}
        if self.truncates:
            *further, given["truncation"] = further
        given |= dict(zip(("labels",), further, strict=False))
        (samples,) = self._signature(**given).values()
        return 2.0 * samples - 1.0 if self._is_image else samples
