"""A version of a model for TensorFlow Serving: all that its folder holds."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments
from kgan.export import batching, card, versions, warmup
from kgan.export.provenance import Provenance
from kgan.games.endpoints import Signatures

# With as many in each of the requests that are joined, indices still have 32 bits.
_MOST_IMAGES = 10**6


def saved_model(
    gan,
    filepath,
    version=None,
    averaged=True,
    discriminator=False,
    max_images=256,
    provenance=None,
    allow_untrained=False,
):
    """Writes the next version of a model that TensorFlow Serving runs as it stands.

    The folder `filepath/VERSION` appears when all of it is written:

        saved_model.pb, variables/                     the networks, without Python
        assets.extra/tf_serving_warmup_requests        requests for each signature
        batching_params.pbtxt                          how requests are joined
        README.md                                      the model's card
        SHA256SUMS                                     checksums of all files

    Signatures, with named inputs and outputs:

    - `serving_default`: `latents` float32 `(batch, latent_dim)` → `images` float32
      `(batch, height, width, channels)` in [0, 1].
    - `generate`: `num_images` int32, `seed` int64, `truncation` float32 in [0, 1] →
      `images` uint8 `(num_images, height, width, channels)`, those of `gan.generate`.
    - `generate_png`: the same → `image_bytes`, PNG files, `(num_images,)`.
    - `interpolate`: `steps` int32, `first_seed` and `second_seed` int64, `truncation`
      → `images` uint8 `(steps, height, width, channels)`, those of `gan.interpolate`.
    - `discriminate`, if asked for: `images` uint8 `(batch, height, width, channels)` →
      `score` float32 `(batch,)`, and `probability` where the loss has one.

    Conditional models take `labels` int32, too: one for each row, and in requests by
    seed one for all images or one for each; −1 stands for all classes in turn. Models
    of points give `points`, float32, and no PNG. Numbers of requests may have an axis
    more, and so have the answers then: that is how TensorFlow Serving joins requests.

    Args:
        gan: A trained `kgan.GAN`.
        filepath: Folder of all versions; its name is the model's.
        version: Number of this one, a positive integer. None: the next.
        averaged: Whether the averaged generator is taken where there is one.
        discriminator: Whether D is served as well.
        max_images: The most images of one request, and about the most rows of one
            call; in [2, 10⁶].
        provenance: A `Provenance` for the model's card.
        allow_untrained: Whether a model that never played a round may be exported.

    Returns:
        The path of the folder, a `pathlib.Path`.

    Raises:
        ValueError: If the model is no GAN, was not compiled or not trained, if its
            weights are not finite, or a number is out of range.
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
    sampler = served_sampler(gan, averaged, allow_untrained)
    if arguments.integer("`max_images`", max_images, 2) > _MOST_IMAGES:
        raise ValueError(
            f"`max_images` must be at most {_MOST_IMAGES:,}. Received: {max_images}"
        )
    scorer = gan.scorer if discriminator else None
    signatures = Signatures(sampler, gan.data_shape, max_images, scorer)
    check_weights(signatures.networks())
    name = pathlib.Path(filepath).resolve().name

    def fill(folder):
        _write_networks(signatures, folder)
        warmup.write(signatures, name, folder)
        batching.write(folder)
        text = card.text(name, gan, signatures, provenance or Provenance())
        (folder / card.NAME).write_text(text, "utf-8")

    return versions.write(filepath, version, fill)


def served_sampler(gan, averaged, allow_untrained):
    """Gives the sampler whose network is exported; refuses a model not worth it.

    Raises:
        ValueError: If it is no GAN, or was not compiled or not trained.
    """
    if not hasattr(gan, "chosen_sampler"):
        raise ValueError(f"`gan` must be a kgan.GAN. Received: a {type(gan).__name__}")
    if not gan.compiled:
        raise ValueError(
            "A GAN must be compiled before it is exported: call `compile`, then `fit`, "
            "or load a model that was saved after both."
        )
    if gan.step == 0 and not allow_untrained:
        raise ValueError(
            "A GAN must be trained before it is exported: it has played no round. "
            "`allow_untrained=True` exports it all the same."
        )
    return gan.chosen_sampler(averaged)


def check_weights(networks):
    """Refuses networks whose training has failed.

    Raises:
        ValueError: If a weight is NaN or infinite.
    """
    for variable in (v for network in networks for v in network.weights):
        if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
            raise ValueError(
                "Weights must be finite. Received: NaN or infinity in "
                f"{variable.path}; training has failed"
            )


def _write_networks(signatures, folder):
    # Not `keras.export.ExportArchive`, which writes each variable twice.
    module = tf.Module()
    networks = signatures.networks()
    module.values = [v.value for network in networks for v in network.variables]
    functions = {
        name: tf.function(e.function, input_signature=e.specs, autograph=False)
        for name, e in signatures.endpoints.items()
    }
    tf.saved_model.save(module, folder, signatures=functions)
