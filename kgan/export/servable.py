"""A version of a model for TensorFlow Serving: all that its folder holds."""

import json
import os
import pathlib
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.core import backend
from kgan.engine.interface import Interface
from kgan.export import batching, card, versions, warmup
from kgan.export.endpoints import Servable
from kgan.export.provenance import Provenance


def saved_model(
    game: keras.Model,
    filepath: str | os.PathLike,
    version: int | None = None,
    averaged: bool = True,
    *,
    provenance: Provenance | None = None,
    allow_untrained: bool = False,
    **options: Any,
) -> pathlib.Path:
    """Writes the next version of a model that TensorFlow Serving runs as it is.

    The folder `filepath/VERSION` appears when all of it is written:

        saved_model.pb, variables/                     the networks, without Python
        assets.extra/tf_serving_warmup_requests        requests for each signature
        batching_params.pbtxt                          how requests are joined
        README.md                                      the model's card
        kgan.json                                      shapes and prior, for kgan
        SHA256SUMS                                     checksums of all files

    Its signatures, with named inputs and outputs, are `game.endpoints`; those of a
    `kgan.GAN` stand in `kgan.games.endpoints`. Numbers of requests may have an axis
    more, and so have the answers then: that is how TensorFlow Serving joins requests.

    Args:
        game: A trained game, such as a `kgan.GAN`.
        filepath: Folder of all versions; its name is the model's.
        version: Number of this one, a positive integer. None: the next.
        averaged: Whether averaged weights are served where there are any.
        provenance: A `Provenance` for the model's card.
        allow_untrained: Whether a model that never played a round may be exported.
        **options: Further arguments of the game's `endpoints`; a `kgan.GAN` has
            `discriminator` (whether D is served as well) and `max_images` (the most
            images of one request, and about the most rows of one call).

    Returns:
        The path of the folder, a `pathlib.Path`.

    Raises:
        ValueError: If the model is no game, was not compiled or not trained, if its
            weights are not finite, or an option is out of range.
        FileExistsError: If the version exists.
        OSError: If the folder cannot be written.

    Example:
        ```python
        path = kgan.export.saved_model(gan, "saved_models/digits")  # .../digits/1
        served = tf.saved_model.load(path)
        generate = served.signatures["generate"]
        images = generate(
            num_images=tf.constant(4),
            seed=tf.constant(7, tf.int64),
            truncation=tf.constant(1.0),
        )["images"]
        ```
    """
    servable = servable_of(game, averaged, allow_untrained, **options)
    check_weights(servable.networks)
    name = pathlib.Path(filepath).resolve().name
    provenance = provenance or Provenance()

    def fill(folder):
        _write_networks(servable, folder)
        warmup.write(servable.endpoints, name, folder)
        batching.write(folder)
        text = card.text(name, game, servable, provenance)
        (folder / card.NAME).write_text(text, "utf-8")
        if servable.record is not None:
            labels = {"labels": provenance.labels} if provenance.labels else {}
            record = json.dumps(servable.record | labels, indent=2)
            (folder / card.RECORD).write_text(f"{record}\n", "utf-8")

    return versions.write(filepath, version, fill)


def servable_of(game, averaged, allow_untrained, **options):
    """Returns what a game serves, a `Servable`; checks that it is worth it.

    Raises:
        ValueError: If it is no game, or was not compiled or not trained.
    """
    name = type(game).__name__
    if not isinstance(game, Interface):
        raise ValueError(f"`game` must be a game, as kgan.GAN. Received: a {name}")
    backend.require_tensorflow("`export`")
    if not game.compiled:
        raise ValueError(
            f"A {name} must be compiled before it is exported: call `compile`, then "
            "`fit`, or load a model that was saved after both."
        )
    if game.step == 0 and game.notice is None and not allow_untrained:
        raise ValueError(
            f"A {name} must be trained before it is exported: it has played no round. "
            "`allow_untrained=True` exports it all the same."
        )
    if not averaged:  # not every game has averages
        options = {"averaged": False, **options}
    return Servable.of(game, game.endpoints(**options))


def check_weights(networks):
    """Raises a `ValueError` if a weight is NaN or infinite: the training has failed."""
    for variable in (v for network in networks for v in network.weights):
        if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
            raise ValueError(
                "Weights must be finite. Received: NaN or infinity in "
                f"{variable.path}; training has failed"
            )


def _write_networks(servable, folder):
    # Not `keras.export.ExportArchive`, which writes each variable twice.
    module = tf.Module()
    variables = [v for network in servable.networks for v in network.variables]
    module.values = [variable.value for variable in variables]
    functions = {
        name: tf.function(e.function, input_signature=e.specs, autograph=False)
        for name, e in servable.endpoints.items()
    }
    tf.saved_model.save(module, folder, signatures=functions)
