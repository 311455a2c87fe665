"""The drift term on the scores of a critic."""

import keras
import tensorflow as tf

from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class Drift(LossTerm):
    """The square of the critic's scores of real data: ε · E D(x)², ε the weight.

    The Wasserstein loss depends on the difference of the scores of real and of
    generated data alone, so that nothing else keeps both of them near zero. Karras et
    al. (2018), Progressive Growing of GANs for Improved Quality, Stability, and
    Variation, appendix A.1. Example: `gan.compile(loss="wasserstein",
    terms=["gradient_penalty", "drift"])`.
    """

    kind = "drift"

    def __init__(self, weight: Scheduled = 1e-3, interval: int = 1):
        super().__init__(weight, interval=interval)

    def discriminator_term(self, view):
        return tf.square(view.real_outputs["logits"])
