"""The style ambiguity loss of creative adversarial networks (CAN)."""

import keras
import tensorflow as tf

from kgan.core.schedules import Scheduled
from kgan.losses.objectives.base import Objective


@keras.saving.register_keras_serializable(package="kgan")
class StyleAmbiguity(Objective):
    """A head of D that learns K styles, of which G's images shall show none (CAN).

    With p the softmax of the head, D minimises −log p of the style of real images, and
    G minimises for generated ones

        −Σ_k ( 1/K · log p_k + (1 − 1/K) · log(1 − p_k) ),

    which is least where all styles are equally likely. Data are `(images, styles)`,
    while neither network takes labels. Elgammal et al. (2017), CAN: Creative
    Adversarial Networks, equation 3.

    Args:
        head: Name of the head, float32 logits of shape `(batch, styles)`.
    """

    kind = "style_ambiguity"
    needs_labels = True

    def __init__(
        self,
        weight: Scheduled = 1.0,
        generator_weight: Scheduled | None = None,
        head: str = "styles",
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, head, interval)

    def discriminator_term(self, view):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(
            view.labels, view.real_outputs[self.head]
        )

    def generator_term(self, view):
        logits = view.fake_outputs[self.head]
        share = 1.0 / logits.shape[-1]
        of_style, of_rest = tf.nn.log_softmax(logits), _log_rest(logits)
        return -tf.reduce_sum(share * of_style + (1.0 - share) * of_rest, axis=-1)


def _log_rest(logits):
    """Computes log(1 − p_k) for p = softmax(logits), without loss where p_k nears 1."""
    largest = tf.one_hot(
        tf.argmax(logits, axis=-1), logits.shape[-1], on_value=True, off_value=False
    )
    # For the largest p_k: log Σ_{j≠k} exp(x_j) − log Σ_j exp(x_j).
    others = tf.where(largest, logits.dtype.min, logits)
    sums = [tf.reduce_logsumexp(x, axis=-1, keepdims=True) for x in (others, logits)]
    # No other one is above 1/2. The largest is taken out first: a logarithm's infinite
    # slope would come through the `where` as NaN.
    probabilities = tf.where(largest, 0.0, tf.nn.softmax(logits))
    return tf.where(largest, sums[0] - sums[1], tf.math.log1p(-probabilities))
