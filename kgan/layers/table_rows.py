"""Rows of a table as networks see them: drawn levels, and places within them."""

import functools
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from kgan.core import table_blocks
from kgan.core.config import Configured
from kgan.core.table_blocks import Block

# Latents are uniform on ±√3, of variance 1.
RADIUS = 3.0**0.5
# Shares stay so far from 0 and 1: the Gumbel quantile of both is infinite.
_EDGE = 1e-6
TEMPERATURE = 0.3


def latents_of(uniform: Any) -> Any:
    """Returns latents, uniform on ±√3, of numbers that are uniform in [0, 1)."""
    return RADIUS * (2.0 * uniform - 1.0)


def gumbel(latents: Any) -> Any:
    """Computes Gumbel(0, 1) noise from latents: −log(−log u), u = (x / √3 + 1) / 2.

    Its mean is γ = 0.5772 and its variance π²/6. u is clipped to [10⁻⁶, 1 − 10⁻⁶].
    """
    share = ops.clip(0.5 * (latents / RADIUS + 1.0), _EDGE, 1.0 - _EDGE)
    return -ops.log(-ops.log(share))


def straight_through(logits: Any, noise: Any, temperature: float = TEMPERATURE) -> Any:
    """Returns the one-hot argmax of l + g, with the gradient of softmax((l + g) / τ).

    With Gumbel noise g it is drawn from softmax(l). Source: Jang, Gu and Poole (2017),
    Categorical Reparameterization with Gumbel-Softmax, sections 2.1 and 2.2.

    Args:
        logits: l, float32 `(batch, levels)`.
        noise: g of the same shape.
        temperature: τ, positive.
    """
    drawn = logits + noise
    soft = ops.softmax(drawn / temperature, axis=-1)
    hard = ops.one_hot(ops.argmax(drawn, axis=-1), logits.shape[-1])
    return hard + (soft - ops.stop_gradient(soft))


@functools.lru_cache
def codes(levels: int, dims: int) -> np.ndarray:
    """Returns a unit vector for each level, float32 `(levels, dims)`, always the same.

    They point in random directions, of which thousands in 32 dimensions are apart.
    """
    vectors = np.random.default_rng([levels, dims]).normal(size=(levels, dims))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / lengths).astype(np.float32)


def rows_of(coded: Any, blocks: Sequence[Block]) -> tf.Tensor:
    """Returns coded rows as networks see them, float32 `(batch, width)`.

    Args:
        coded: `(batch, coded width)`, see `kgan.core.table_blocks.Block`.
        blocks: The blocks of the table.
    """
    coded = tf.cast(coded, tf.float32)
    parts = []
    for block, first in table_blocks.coded_places(blocks):
        level = tf.cast(coded[:, first], tf.int32)
        if block.dims:
            parts.append(tf.gather(codes(block.levels, block.dims), level))
        else:
            parts.append(tf.one_hot(level, block.levels))
        if block.has_place:
            parts.append(coded[:, first + 1 : first + 2])
    return tf.concat(parts, axis=-1)


def levels_of(values: Any, blocks: Sequence[Block]) -> list:
    """Splits values of all levels, `(batch, all levels)`, by block."""
    ends = np.cumsum([block.levels for block in blocks])
    return [
        values[:, end - b.levels : end] for b, end in zip(blocks, ends, strict=True)
    ]


def drawn(raw: Any, noise: Any, blocks: Sequence[Block]) -> tf.Tensor:
    """Returns the coded rows that `TableRows` draws, float32 `(batch, coded width)`."""
    total = table_blocks.noise_width(blocks)
    sums = levels_of(raw[:, :total] + noise, blocks)
    place, parts = total, []
    for block, values in zip(blocks, sums, strict=True):
        level = tf.argmax(values, axis=-1, output_type=tf.int32)
        parts.append(tf.cast(level, tf.float32)[:, None])
        if block.has_place:
            has = tf.gather(tf.constant(block.places, tf.float32), level)
            parts.append(tf.tanh(raw[:, place : place + 1]) * has[:, None])
            place += 1
    return tf.concat(parts, axis=-1)


@keras.saving.register_keras_serializable(package="kgan")
class TableRows(Configured):
    """Draws a row of a table from logits and latents.

    Inputs: `[raw, latents]`. `raw`, float32 `(batch, all levels + blocks with places)`,
    has a logit for each level of each block, then a number for each block with places.
    The last latents, one for each level, become Gumbel noise g: the level of a block is
    the argmax of l + g, whose gradient is `straight_through`. The place is tanh of its
    number, and 0 at levels without places, as in the data. Output: float32
    `(batch, width)`, as networks see a row. Given `raw` the blocks are independent.

    Args:
        blocks: List of `kgan.core.table_blocks.Block`, or of their configs.
        temperature: τ of the gradient, positive.

    Example:
        ```python
        block = kgan.tabular.Block("sex", shares=(0.33, 0.67), places=(False, False))
        kgan.layers.TableRows([block])([keras.ops.zeros((8, 2)), latents])
        ```
    """

    def __init__(
        self, blocks: Sequence[Any], temperature: float = TEMPERATURE, **kwargs: Any
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        known = [b if isinstance(b, Block) else Block.from_config(b) for b in blocks]
        self._blocks = tuple(known)
        # As Keras writes it into a file: no lists of its own objects.
        self.blocks = [block.get_config() for block in known]
        self.temperature = temperature

    def call(self, inputs):
        raw, latents = inputs
        total = table_blocks.noise_width(self._blocks)
        noise = levels_of(gumbel(latents[:, -total:]), self._blocks)
        logits = levels_of(raw[:, :total], self._blocks)
        place, parts = total, []
        for block, values, drawn in zip(self._blocks, logits, noise, strict=True):
            level = straight_through(values, drawn, self.temperature)
            parts.append(
                level @ codes(block.levels, block.dims) if block.dims else level
            )
            if block.has_place:
                has = level @ np.asarray(block.places, np.float32)[:, None]
                parts.append(
                    ops.tanh(raw[:, place : place + 1]) * ops.stop_gradient(has)
                )
                place += 1
        return ops.concatenate(parts, axis=-1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], table_blocks.width(self._blocks))


@keras.saving.register_keras_serializable(package="kgan")
class FirstLatents(Configured):
    """Returns the first latents of a row, float `(batch, count)`, of `(batch, more)`.

    Args:
        count: How many.

    Example: `kgan.layers.FirstLatents(64)(latents)`
    """

    def __init__(self, count: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.count = count

    def call(self, inputs):
        return inputs[:, : self.count]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.count)
