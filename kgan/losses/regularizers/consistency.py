"""D must say the same of an image and of the image slightly changed."""

import keras
import tensorflow as tf

from kgan.losses.regularizers.flip_and_shift import FlipAndShift
from kgan.losses.term import Term


@keras.saving.register_keras_serializable(package="kgan")
class Consistency(Term):
    """Makes the discriminator blind to small changes of the data (CR and bCR).

        λ · ( E (D(x) − D(T(x)))² + E (D(G(z)) − D(T(G(z))))² )

    T changes each example at random and keeps what it shows. The second expectation
    comes with `on_fake=True` alone (balanced consistency): without it the generator may
    learn to show the changes. The adversarial loss sees unchanged data, unlike with an
    augmentation.

    Args:
        weight: λ, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        on_fake: Whether generated data count as well.
        transform: T, a layer called with `training=True`, such as those of
            `kgan.augment`; one with weights must be built. Default: `FlipAndShift`,
            which takes images alone.

    Raises:
        ValueError: If `weight` is negative, or `transform` is no layer.

    Example:
        ```python
        regularizer = kgan.regularizers.Consistency(
            on_fake=True, transform=kgan.augment.DiffAugment("translation,cutout")
        )
        gan.compile(loss="hinge", regularizers=[regularizer])
        ```

    Source: Zhang et al. (2020), Consistency Regularization for Generative Adversarial
    Networks, equation 1, and Zhao et al. (2021), Improved Consistency Regularization
    for GANs, algorithm 1, with λ = 10.
    """

    kind = "consistency"

    def __init__(self, weight=10.0, on_fake=False, transform=None):
        super().__init__(weight)
        self.on_fake = bool(on_fake)
        if transform is None:
            transform = FlipAndShift(name="transform")
        elif isinstance(transform, dict):
            transform = keras.saving.deserialize_keras_object(transform)
        if not isinstance(transform, keras.layers.Layer):
            raise ValueError(
                "`transform` must be a layer, for example kgan.augment.DiffAugment(). "
                f"Received: {transform!r}"
            )
        self.transform = transform

    def discriminator_term(self, view):
        """Gives (D(x) − D(T(x)))², and the same of generated data, for each logit."""
        value = self._change(view.real, view.real_outputs, view.judge_real)
        if self.on_fake:
            value += self._change(view.fake, view.fake_outputs, view.judge_fake)
        return value

    def _change(self, data, outputs, judge):
        changed = judge(self.transform(data, training=True))
        return tf.square(outputs["logits"] - changed["logits"])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "weight": super().get_config()["weight"],
            "on_fake": self.on_fake,
            "transform": keras.saving.serialize_keras_object(self.transform),
        }
