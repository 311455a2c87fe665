"""Keeps the columns of a player's kernels orthogonal to each other."""

import keras
import tensorflow as tf

from kgan.losses.term import Term

_PLAYERS = ("generator", "discriminator")
_KERNEL_RANK = 2


@keras.saving.register_keras_serializable(package="kgan")
class Orthogonal(Term):
    """Keeps the columns of each kernel orthogonal, whatever their length.

        β · Σ_W ‖Wᵀ W ⊙ (1 − I)‖²_F

    The sum is over all trainable weights of rank 2 and more, each reshaped to
    `(inputs, outputs)`, its last axis that of the columns; so embeddings take part as
    well, and in a transposed convolution the columns are those of its inputs. A
    generator that is smooth in this way bears latents from a truncated distribution,
    which it was not trained on.

    Args:
        weight: β for D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: β for G, the same. None: as for D.
        players: Whose kernels are regularized: one or both of `"generator"` and
            `"discriminator"`, a sequence.

    Raises:
        ValueError: If a weight is negative, or `players` are none of these.

    Example:
        ```python
        gan.compile(loss="hinge", regularizers=[kgan.regularizers.Orthogonal()])
        ```

    Source: Brock, Donahue and Simonyan (2019), Large Scale GAN Training for High
    Fidelity Natural Image Synthesis, equation 3; there too for G alone, and β = 10⁻⁴.
    """

    kind = "orthogonal"

    def __init__(self, weight=1e-4, generator_weight=None, players=("generator",)):
        super().__init__(weight, generator_weight)
        given = [players] if isinstance(players, str) else players
        listed = isinstance(given, (list, tuple)) and given
        if not listed or not all(player in _PLAYERS for player in given):
            raise ValueError(
                "`players` must be one or both of 'generator' and 'discriminator'. "
                f"Received: {players!r}"
            )
        self.players = tuple(given)

    def overrides(self, method):
        """Says whether this term acts on the player to whom the method belongs."""
        player = method.removesuffix("_term")
        return super().overrides(method) and player in self.players

    def discriminator_term(self, view):
        """Gives the sum over D's kernels, a scalar."""
        return _coherence(view.weights)

    def generator_term(self, view):
        """Gives the sum over G's kernels, a scalar."""
        return _coherence(view.weights)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "players": list(self.players)}


def _coherence(weights):
    """Sums the squared inner products of different columns over all kernels."""
    total = tf.constant(0.0)
    for weight in weights:
        if weight.shape.rank >= _KERNEL_RANK:
            columns = weight.shape[-1]
            kernel = tf.reshape(tf.cast(weight, tf.float32), (-1, columns))
            products = tf.matmul(kernel, kernel, transpose_a=True)
            total += tf.reduce_sum(tf.square(products * (1.0 - tf.eye(columns))))
    return total
