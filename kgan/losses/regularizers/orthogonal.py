"""Orthogonal regularisation of kernels."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm

_PLAYERS = ("generator", "discriminator")
_KERNEL_RANK = 2


@keras.saving.register_keras_serializable(package="kgan")
class Orthogonal(LossTerm):
    """The inner products of different columns of each kernel, whatever their length.

        β · Σ_W ‖Wᵀ W ⊙ (1 − I)‖²_F

    β is the weight. The sum is over all trainable weights of rank 2 and more, each
    reshaped to `(inputs, outputs)`, its last axis that of the columns; so embeddings
    take part as well, and in a transposed convolution the columns are those of its
    inputs. It makes a generator smooth enough for latents from a truncated
    distribution. Brock, Donahue and Simonyan (2019), Large Scale GAN Training for High
    Fidelity Natural Image Synthesis, equation 3; there too for G alone, and β = 10⁻⁴.

    Args:
        players: Whose kernels are regularized: one or both of `"generator"` and
            `"discriminator"`, a sequence.
    """

    kind = "orthogonal"

    def __init__(
        self,
        weight: Scheduled = 1e-4,
        generator_weight: Scheduled | None = None,
        players: Sequence[str] = ("generator",),
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, interval)
        given = [players] if isinstance(players, str) else players
        listed = isinstance(given, (list, tuple)) and given
        if not listed or not all(player in _PLAYERS for player in given):
            raise ValueError(
                "`players` must be one or both of 'generator' and 'discriminator'. "
                f"Received: {players!r}"
            )
        self.players = tuple(given)

    def overrides(self, method):
        player = method.removesuffix("_term")
        return super().overrides(method) and player in self.players

    def discriminator_term(self, view):
        return _coherence(view.weights)

    generator_term = discriminator_term


def _coherence(weights):
    """Computes the sum over all kernels, a scalar."""
    total = tf.constant(0.0)
    for weight in weights:
        if weight.shape.rank >= _KERNEL_RANK:
            columns = weight.shape[-1]
            kernel = tf.reshape(tf.cast(weight, tf.float32), (-1, columns))
            products = tf.matmul(kernel, kernel, transpose_a=True)
            total += tf.reduce_sum(tf.square(products * (1.0 - tf.eye(columns))))
    return total
