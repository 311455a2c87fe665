"""Keeps each weight of the critic within a limit."""

import keras
import tensorflow as tf

from kgan.core import schedules
from kgan.losses.term import Term


@keras.saving.register_keras_serializable(package="kgan")
class WeightClipping(Term):
    """Clips each weight of the critic to [−c, c] after each of its updates (WGAN).

    w ← max(−c, min(w, c))

    All critics with such weights share a Lipschitz constant, as the Wasserstein
    distance asks for. All trainable weights of D are clipped, biases and scales as
    well. A gradient penalty serves the same end and leaves D its capacity.

    Args:
        limit: c, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.

    Raises:
        ValueError: If `limit` is negative.

    Example:
        ```python
        gan = kgan.GAN(generator, critic, discriminator_steps=5)
        gan.compile(
            keras.optimizers.RMSprop(5e-5),
            keras.optimizers.RMSprop(5e-5),
            loss="wasserstein",
            regularizers=[kgan.regularizers.WeightClipping()],
        )
        ```

    Source: Arjovsky, Chintala and Bottou (2017), Wasserstein GAN, algorithm 1.
    """

    kind = "weight_clipping"

    def __init__(self, limit=0.01):
        super().__init__()
        self.limit = schedules.check("limit", limit)

    def constrain(self, weight, step):
        """Gives the weight clipped to [−c, c]."""
        limit = tf.cast(schedules.at(self.limit, step), weight.dtype)
        return tf.clip_by_value(weight, -limit, limit)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"limit": schedules.config(self.limit)}
