"""Top-k training: G learns from the samples of the largest logits alone."""

from typing import Any

import keras
import tensorflow as tf

from kgan.core import schedules
from kgan.core.schedules import Scheduled
from kgan.losses import adversarial
from kgan.losses.adversarial import AdversarialLoss


@keras.saving.register_keras_serializable(package="kgan")
class TopK(adversarial.AdversarialLoss):
    """A loss that G minimises over the best samples of a batch alone.

    These are the ⌈share · n⌉ of n generated samples that have the largest logits: the
    gradient of samples that D rejects with confidence tends to lead away from the
    modes. Each replica and micro-batch ranks its own. Sinha et al., "Top-k Training of
    GANs" (2020), section 3.

    Args:
        loss: The loss, by its name or as an object; D minimises it as it is.
        share: Number in (0, 1], or a schedule of the training step.

    Raises:
        ValueError: If `share` is out of range, or there is no such loss.

    Example:
        ```python
        share = keras.optimizers.schedules.PolynomialDecay(1.0, 10_000, 0.5)
        gan.compile(loss=kgan.top_k.TopK("non_saturating", share))
        ```
    """

    def __init__(
        self, loss: str | AdversarialLoss = "non_saturating", share: Scheduled = 0.5
    ):
        if isinstance(loss, dict):
            loss = keras.saving.deserialize_keras_object(loss)
        self.loss = adversarial.get(loss)
        self.share = schedules.check("share", share, maximum=1.0)
        if not callable(self.share) and self.share == 0.0:
            raise ValueError("`share` must be above 0. Received: 0.0")
        self.relativistic = self.loss.relativistic
        self.probabilistic = self.loss.probabilistic
        self.boundary = self.loss.boundary
        self._step = None

    def at(self, step):
        now = TopK(self.loss.at(step), self.share)
        now._step = step
        return now

    def score(self, logits):
        return self.loss.score(logits)

    def discriminator_loss(self, real_logits, fake_logits):
        return self.loss.discriminator_loss(real_logits, fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        values = self.loss.generator_loss(real_logits, fake_logits)
        step = 0 if self._step is None else self._step
        return values * weights(fake_logits, schedules.at(self.share, step))

    def get_config(self):
        loss = keras.saving.serialize_keras_object(self.loss)
        return {"loss": loss, "share": schedules.config(self.share)}


def weights(logits: tf.Tensor, share: Any) -> tf.Tensor:
    """Returns n / k for the k = ⌈share · n⌉ largest logits, and 0 for the others.

    Args:
        logits: float32 of shape `(n, ...)`; several of an example count by their mean.
        share: Scalar in (0, 1].
    """
    rows = tf.shape(logits)[0]
    means = tf.reduce_mean(tf.reshape(tf.stop_gradient(logits), (rows, -1)), axis=1)
    # The rank of a sample, 0 for the best: a place in an order is an order's inverse.
    ranks = tf.argsort(tf.argsort(means, direction="DESCENDING", stable=True))
    # A little less than the product, which float32 may round up past a whole number.
    exact = tf.cast(share, tf.float32) * tf.cast(rows, tf.float32)
    count = tf.maximum(tf.math.ceil(exact * (1.0 - 1e-6)), 1.0)
    chosen = tf.cast(tf.cast(ranks, tf.float32) < count, tf.float32)
    shape = [-1] + [1] * (logits.shape.rank - 1)
    return tf.reshape(chosen * tf.cast(rows, tf.float32) / count, shape)
