"""Fully connected networks for rows of a table."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers

from kgan.core import table_blocks
from kgan.core.table_blocks import Block
from kgan.layers.table_rows import TEMPERATURE, FirstLatents, TableRows

LATENT_DIM = 64
# A judge of twice the width serves the smaller generator as well as an equal one.
GENERATOR_HIDDEN, DISCRIMINATOR_HIDDEN = (128, 128), (256, 256)
_SLOPE = 0.2


def table_generator(
    blocks: Sequence[Block],
    latent_dim: int = LATENT_DIM,
    hidden: Sequence[int] = GENERATOR_HIDDEN,
    temperature: float = TEMPERATURE,
    name: str = "generator",
) -> keras.Model:
    """Builds a generator whose columns are independent given its first latents.

    The body, a network named `"body"`, maps the first `latent_dim` latents alone to
    logits and places; the others, one for each level, become the noise that draws
    levels (`kgan.layers.TableRows`). So the probability of a level given the first
    latents is a softmax, and samples of a condition can be drawn exactly. Untrained, it
    has the frequencies of the data: its last kernel is 0, its biases are their logs.

    Args:
        blocks: The blocks of a table, `Table.blocks`.
        latent_dim: Number of latents that the body takes.
        hidden: Units of its hidden layers.
        temperature: τ of `kgan.layers.TableRows`.
        name: Name of the model.

    Returns:
        A Functional `keras.Model` from latents, float32 `(batch, latent_dim + all
        levels)`, to rows, float32 `(batch, width)`.

    Example: `kgan.models.table_generator(table.blocks)`
    """
    noise = table_blocks.noise_width(blocks)
    core = keras.Input((latent_dim,), name="core")
    x = _hidden(core, hidden)
    places = sum(block.has_place for block in blocks)
    raw = layers.Dense(
        noise + places,
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(0.0),
        dtype="float32",
        name="raw",
    )
    body = keras.Model(core, raw(x), name="body")
    shares = np.concatenate([block.shares for block in blocks])
    logs = np.log(np.maximum(shares, 1e-12))
    raw.bias.assign(np.concatenate([logs, np.zeros(places)]))
    latents = keras.Input((latent_dim + noise,), dtype="float32", name="latents")
    rows = TableRows(blocks, temperature, name="rows")
    output = rows([body(FirstLatents(latent_dim, name="first")(latents)), latents])
    return keras.Model(latents, output, name=name)


def table_discriminator(
    blocks: Sequence[Block],
    hidden: Sequence[int] = DISCRIMINATOR_HIDDEN,
    name: str = "discriminator",
) -> keras.Model:
    """Builds a discriminator of rows, float32 `(batch, width)`, to logits `(batch, 1)`.

    Its arguments are those of `table_generator`.
    """
    rows = keras.Input((table_blocks.width(blocks),), dtype="float32", name="rows")
    logits = layers.Dense(1, dtype="float32", name="logits")
    return keras.Model(rows, logits(_hidden(rows, hidden)), name=name)


def _hidden(x: Any, units: Sequence[int]) -> Any:
    for index, width in enumerate(units, start=1):
        x = layers.Dense(width, name=f"hidden_{index}")(x)
        x = layers.LeakyReLU(_SLOPE, name=f"leaky_relu_{index}")(x)
    return x
