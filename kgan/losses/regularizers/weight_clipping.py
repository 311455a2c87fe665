"""Weight clipping of the critic (WGAN)."""

import keras
import tensorflow as tf

from kgan.core import schedules
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class WeightClipping(LossTerm):
    """Clipping of D's weights after each of its updates: w ← max(−c, min(w, c)).

    All critics with such weights share a Lipschitz constant, as the Wasserstein
    distance requires. Biases and scales are clipped as well. Arjovsky, Chintala and
    Bottou (2017), Wasserstein GAN, algorithm 1.

    Args:
        limit: c, a non-negative float or a schedule of the training step.
    """

    kind = "weight_clipping"

    def __init__(self, limit: float = 0.01):
        super().__init__()
        self.limit = schedules.check("limit", limit)

    def constrain(self, weight, step):
        limit = tf.cast(schedules.at(self.limit, step), weight.dtype)
        return tf.clip_by_value(weight, -limit, limit)
