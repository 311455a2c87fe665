"""Consistency regularisation of D under small changes of the data (CR and bCR)."""

from typing import Any

import keras
import tensorflow as tf

from kgan.core.schedules import Scheduled
from kgan.losses.regularizers.flip_and_shift import FlipAndShift
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class Consistency(LossTerm):
    """The change of D's logits under small changes of the data (CR and bCR).

        λ · ( E (D(x) − D(T(x)))² + E (D(G(z)) − D(T(G(z))))² )

    λ is the weight. T changes each example at random and keeps what it shows. The
    adversarial loss sees unchanged data, unlike with an augmentation. Zhang et al.
    (2020), Consistency Regularization for Generative Adversarial Networks, equation 1,
    and Zhao et al. (2021), Improved Consistency Regularization for GANs, algorithm 1,
    with λ = 10.

    Args:
        on_fake: Whether the second expectation counts as well (balanced consistency):
            without it G may learn to show the changes.
        transform: T, a layer called with `training=True`, such as those of
            `kgan.augment`; one with weights must be built. Default: `FlipAndShift`,
            which takes images alone.
    """

    kind = "consistency"

    def __init__(
        self,
        weight: Scheduled = 10.0,
        on_fake: bool = False,
        transform: Any = None,
        interval: int = 1,
    ):
        super().__init__(weight, interval=interval)
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
        value = self._change(view.real, view.real_outputs, view.judge_real)
        if self.on_fake:
            value += self._change(view.fake, view.fake_outputs, view.judge_fake)
        return value

    def _change(self, data, outputs, judge):
        changed = judge(self.transform(data, training=True))
        return tf.square(outputs["logits"] - changed["logits"])
