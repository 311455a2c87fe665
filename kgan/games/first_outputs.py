"""Warnings of a GAN's networks by what they return before the first step.

Of a network that is no graph of layers nothing else tells whether it ends in a sigmoid.
"""

import warnings

import numpy as np
import tensorflow as tf

from kgan.games import gan_checks, network_checks
from kgan.games.sampler import rows_of
from kgan.losses.input_gradients import LOGITS, heads, joined

# Examples that are looked at, or as many more as D's layers take together.
_ROWS = 16
# By which real data are multiplied: logits grow, and change their sign.
_SCALES = (1.0, -1.0, 10.0, -10.0)


def warn(game, batch):
    """Warns of a D that returns probabilities, of a G without pixels darker than gray.

    Args:
        game: A compiled GAN.
        batch: Its first batch, as `unpack` returns it.
    """
    if not network_checks.tells_outputs(game.discriminator):
        _warn_of_probabilities(game, batch)
    if game.is_image and not network_checks.tells_outputs(game.generator):
        _warn_of_bright_images(game, batch)


def _warn_of_probabilities(game, batch):
    group = gan_checks.group_of(game.discriminator)
    batch = rows_of(batch, 0, _ROWS + -_ROWS % group)
    try:
        logits = np.concatenate([_logits(game, batch, scale) for scale in _SCALES])
    except Exception:  # D may look up levels, or assert a range: then nothing is known
        return
    low, high = logits.min(), logits.max()
    # Zeros are of a last layer that starts there.
    if low >= 0 and high <= 1 and high > 0:
        warnings.warn(
            f"The discriminator {game.discriminator.name} returned values from "
            f"{low:.3g} to {high:.3g}, for data ten times as large and of the other "
            "sign, too. If it ends in a sigmoid, leave that out: a loss takes logits, "
            "and applies it.",
            UserWarning,
            stacklevel=2,
        )


def _logits(game, batch, scale):
    data = tf.nest.map_structure(lambda x: scale * x, batch["real"])
    judged = joined(game._packed(data), game._for_judge(batch.get("condition")))
    outputs = heads(game.discriminator(judged, training=False))
    maps = tf.nest.flatten(outputs[LOGITS])
    return np.concatenate([np.ravel(tf.cast(each, tf.float32)) for each in maps])


def _warn_of_bright_images(game, batch):
    batch = rows_of(batch, 0, _ROWS)
    rows = len(tf.nest.flatten(batch["real"])[0])
    latents = game.latents(rows, tf.constant([0, 0])).get("latents")
    inputs = game._generator_inputs(latents, batch.get("condition"))
    samples = tf.nest.flatten(game.generator(inputs, training=False))
    main = max(samples, key=lambda x: np.prod(x.shape[1:]))
    low, high = float(tf.reduce_min(main)), float(tf.reduce_max(main))
    if low >= 0 and high > 0:
        warnings.warn(
            f"The generator {game.generator.name} returned values from {low:.3g} to "
            f"{high:.3g} in its first {rows} images, none below 0. Images lie in "
            "[-1, 1]: if it ends in a sigmoid, take tanh.",
            UserWarning,
            stacklevel=2,
        )
