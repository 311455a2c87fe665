"""Keeps the scores of a critic near zero."""

import keras
import tensorflow as tf

from kgan.losses.term import Term


@keras.saving.register_keras_serializable(package="kgan")
class Drift(Term):
    """Keeps the critic's score of real data from drifting away: ε · E D(x)².

    The Wasserstein loss depends on the difference of the scores of real and of
    generated data alone, so that nothing else holds both of them near zero.

    Args:
        weight: ε, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.

    Raises:
        ValueError: If `weight` is negative.

    Example:
        ```python
        gan.compile(
            loss="wasserstein",
            penalties=[kgan.penalties.GradientPenalty()],
            regularizers=[kgan.regularizers.Drift()],
        )
        ```

    Source: Karras et al. (2018), Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, appendix A.1.
    """

    kind = "drift"

    def __init__(self, weight=1e-3):
        super().__init__(weight)

    def discriminator_term(self, view):
        """Gives D(x)² for each logit of the real data."""
        return tf.square(view.real_outputs["logits"])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"weight": super().get_config()["weight"]}
