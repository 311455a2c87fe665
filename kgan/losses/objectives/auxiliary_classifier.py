"""The auxiliary classifier of AC-GAN: D predicts classes of real and generated data."""

import keras
import tensorflow as tf

from kgan.core.schedules import Scheduled
from kgan.losses.objectives.base import Objective


@keras.saving.register_keras_serializable(package="kgan")
class AuxiliaryClassifier(Objective):
    """A head of D that classifies real and generated data (AC-GAN).

    With P(C | x) the softmax of the head, and c the label of a real example or the one
    from which G has made a fake, D and G both minimise −L_C besides their losses:

        L_C = E log P(C = c | x_real) + E log P(C = c | x_fake)

    D takes no labels; G does, unless `on_fake=False` and `generator_weight=0.0`. Odena,
    Olah and Shlens (2017), Conditional Image Synthesis with Auxiliary Classifier GANs,
    section 3, equations 2 and 3.

    Args:
        generator_weight: 0.1 keeps the classifier from outweighing G's other loss.
        head: Name of the head, float32 logits of shape `(batch, classes)`.
        on_fake: Whether the second part of L_C counts for D. Gulrajani et al. (2017)
            leave it out: early fakes do not yet look like their class.
    """

    kind = "auxiliary_classifier"
    needs_labels = True

    def __init__(
        self,
        weight: Scheduled = 1.0,
        generator_weight: Scheduled | None = None,
        head: str = "classes",
        on_fake: bool = True,
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, head, interval)
        if not isinstance(on_fake, bool):
            raise ValueError(f"`on_fake` must be a boolean. Received: {on_fake!r}")
        self.on_fake = on_fake

    @property
    def judges_fakes(self):
        weight = self.weight if self.generator_weight is None else self.generator_weight
        return self.on_fake or weight != 0.0

    def discriminator_term(self, view):
        surprise = self._surprise(view.real_outputs, view)
        return surprise + self.generator_term(view) if self.on_fake else surprise

    def generator_term(self, view):
        return self._surprise(view.fake_outputs, view)

    def _surprise(self, outputs, view):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(
            view.labels, outputs[self.head]
        )
