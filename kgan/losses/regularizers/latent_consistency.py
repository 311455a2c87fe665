"""Latent consistency regularisation (zCR)."""

import keras
import tensorflow as tf

from kgan.core import draws, schedules, seeds
from kgan.core.schedules import Scheduled
from kgan.losses.term import LossTerm


@keras.saving.register_keras_serializable(package="kgan")
class LatentConsistency(LossTerm):
    """What a small step of the latents changes in samples and in D's logits (zCR).

    With δ ~ N(0, σ² I) drawn for each example of n entries, D and G minimise

        λ_D · E (D(G(z)) − D(G(z + δ)))²   and   −λ_G · E ‖G(z) − G(z + δ)‖² / n,

    λ the weights, which keeps G from mapping many latents to one sample. Zhao et al.
    (2021), Improved Consistency Regularization for GANs, algorithm 2; weights and
    deviation: Kang et al. (2023), StudioGAN, on CIFAR-10.

    Args:
        deviation: σ, a non-negative float or a schedule of the training step.
        seed: Integer for the own `keras.random.SeedGenerator`, or None. In a `kgan.GAN`
            the model's seed decides instead.
    """

    kind = "latent_consistency"
    reads = ("latents",)

    def __init__(
        self,
        weight: Scheduled = 20.0,
        generator_weight: Scheduled | None = 0.5,
        deviation: float = 0.05,
        seed: int | None = None,
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, interval)
        self.deviation = schedules.check("deviation", deviation)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def discriminator_term(self, view):
        near = view.judge_fake(view.generate(self._near(view)))
        return tf.square(view.fake_outputs["logits"] - near["logits"])

    def generator_term(self, view):
        change = tf.square(view.fake - view.generate(self._near(view)))
        return -tf.reduce_mean(change, axis=list(range(1, change.shape.rank)))

    def _near(self, view):
        uniform = seeds.uniform_like(view.latents, self.seed_generator.next())
        deviation = schedules.at(self.deviation, view.step)
        return view.latents + draws.normal(uniform, deviation)
