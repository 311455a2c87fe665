"""D names the class of what it sees, and G makes its classes easy to name (AC-GAN)."""

import keras
import tensorflow as tf

from kgan.losses.objectives.base import Objective


@keras.saving.register_keras_serializable(package="kgan")
class AuxiliaryClassifier(Objective):
    """Trains a head to name the class, on real and on generated data (AC-GAN).

    With P(C | x) the softmax of the head, and c the label of a real example or the one
    from which the generator has made a fake,

        L_C = E log P(C = c | x_real) + E log P(C = c | x_fake)

    D maximises L_S + L_C and G maximises L_C − L_S, where L_S is the log-likelihood of
    the right source, which is the adversarial loss. So the terms that are minimised
    are −L_C for D, and for G the part of it that fakes make.

    The generator takes labels; the discriminator needs none, since it names them. Only
    with `on_fake=False` and `generator_weight=0.0` may the generator take none.

    Args:
        weight: Strength for D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: Strength for G, the same. None: as for D. 0.1 keeps the
            classifier from outweighing the adversarial loss.
        head: Name of the head, float32 logits of shape `(batch, classes)`.
        on_fake: Whether D learns to classify the fakes too. False leaves out the second
            part of L_C for D, as Gulrajani et al. (2017) do: early fakes do not yet
            look like their class.

    Raises:
        ValueError: If a weight is negative, `head` is no name or `on_fake` no boolean.

    Example:
        ```python
        gan.compile(objectives=[kgan.objectives.AuxiliaryClassifier()])
        gan.fit(images, labels)
        ```

    Source: Odena, Olah and Shlens (2017), Conditional Image Synthesis with Auxiliary
    Classifier GANs, section 3, equations 2 and 3.
    """

    kind = "auxiliary_classifier"
    needs_labels = True

    def __init__(self, weight=1.0, generator_weight=None, head="classes", on_fake=True):
        super().__init__(weight, generator_weight, head)
        if not isinstance(on_fake, bool):
            raise ValueError(f"`on_fake` must be a boolean. Received: {on_fake!r}")
        self.on_fake = on_fake

    @property
    def judges_fakes(self):
        """Whether fakes are compared with their labels, by D or by G."""
        weight = self.weight if self.generator_weight is None else self.generator_weight
        return self.on_fake or weight != 0.0

    def discriminator_term(self, view):
        """Gives −log P(C = c) for each real example, plus that of its fake."""
        surprise = self._surprise(view.real_outputs, view)
        return surprise + self.generator_term(view) if self.on_fake else surprise

    def generator_term(self, view):
        """Gives −log P(C = c) for each generated example."""
        return self._surprise(view.fake_outputs, view)

    def _surprise(self, outputs, view):
        return tf.nn.sparse_softmax_cross_entropy_with_logits(
            view.labels, outputs[self.head]
        )

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "on_fake": self.on_fake}
