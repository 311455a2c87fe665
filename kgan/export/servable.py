"""A version of a model for TensorFlow Serving: all that its folder holds."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from kgan import checks
from kgan.export import batching, card, versions, warmup
from kgan.export.provenance import Provenance
from kgan.export.signatures import Signatures


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
        max_images: The most images of one request.
        provenance: A `Provenance` for the model's card.
        allow_untrained: Whether a model that never played a round may be exported.

    Returns:
        The path of the folder, a `pathlib.Path`.

    Raises:
        ValueError: If the model was not compiled or not trained, if its weights are
            not finite, or a number is out of range.
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
    checks.integer("`max_images`", max_images, 2)
    scorer = gan.scorer if discriminator else None
    signatures = Signatures(sampler, gan.data_shape, max_images, scorer)
    name = pathlib.Path(filepath).resolve().name

    def fill(folder):
        _write_networks(signatures, folder)
        warmup.write(signatures, name, folder)
        batching.write(folder)
        text = card.text(name, gan, signatures, averaged, provenance or Provenance())
        (folder / card.NAME).write_text(text, "utf-8")

    return versions.write(filepath, version, fill)


def served_sampler(gan, averaged, allow_untrained):
    """Gives the sampler whose network is exported; refuses one that is worth nothing.

    Raises:
        ValueError: If the model was not compiled or not trained, or its weights are
            not finite.
    """
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
    sampler = gan.averaged_sampler if averaged else gan.raw_sampler
    for variable in sampler.network.weights:
        if not np.isfinite(keras.ops.convert_to_numpy(variable)).all():
            raise ValueError(
                f"The generator's weights must be finite. Received: NaN or infinity in "
                f"{variable.path}; training has failed"
            )
    return sampler


def _write_networks(signatures, folder):
    # Not `keras.export.ExportArchive`, which writes each variable twice.
    module = tf.Module()
    networks = signatures.networks()
    module.values = [v.value for network in networks for v in network.variables]
    functions = {
        name: tf.function(function, input_signature=specs, autograph=False)
        for name, (function, specs) in signatures.endpoints().items()
    }
    tf.saved_model.save(module, folder, signatures=functions)
