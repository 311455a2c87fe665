"""A small step of the latents moves the image, but not what D says of it."""

import keras
import tensorflow as tf

from kgan.augment import draws
from kgan.core import schedules, seeds
from kgan.losses.term import Term


@keras.saving.register_keras_serializable(package="kgan")
class LatentConsistency(Term):
    """Makes G sensitive, and D blind, to a small step of the latents (zCR).

    With δ ~ N(0, σ² I) drawn for each example, D minimises

        λ_D · E (D(G(z)) − D(G(z + δ)))²

    and G minimises

        −λ_G · E ‖G(z) − G(z + δ)‖² / n,   n the size of an example:

    near latents give different samples, which keeps G from mapping many of them to one,
    while all of them are as good.

    Args:
        weight: λ_D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: λ_G, the same. None: as for D.
        deviation: σ, the same.
        seed: Integer for the own `keras.random.SeedGenerator`, or None. In a `kgan.GAN`
            the model's seed decides instead.

    Raises:
        ValueError: If a weight or `deviation` is negative.

    Example:
        ```python
        terms = [kgan.regularizers.Consistency(on_fake=True), "latent_consistency"]
        gan.compile(loss="hinge", regularizers=terms)  # ICR
        ```

    Source: Zhao et al. (2021), Improved Consistency Regularization for GANs, algorithm
    2. The weights and the deviation are those of Kang et al. (2023), StudioGAN, who
    train CIFAR-10 with them.
    """

    kind = "latent_consistency"
    reads = ("latents",)

    def __init__(self, weight=20.0, generator_weight=0.5, deviation=0.05, seed=None):
        super().__init__(weight, generator_weight)
        self.deviation = schedules.check("deviation", deviation)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def discriminator_term(self, view):
        """Gives (D(G(z)) − D(G(z + δ)))² for each logit."""
        near = view.judge_fake(view.generate(self._near(view)))
        return tf.square(view.fake_outputs["logits"] - near["logits"])

    def generator_term(self, view):
        """Gives minus the mean of (G(z) − G(z + δ))² over each example's entries."""
        change = tf.square(view.fake - view.generate(self._near(view)))
        return -tf.reduce_mean(change, axis=list(range(1, change.shape.rank)))

    def _near(self, view):
        uniform = seeds.uniform_like(view.latents, self.seed_generator.next())
        deviation = schedules.at(self.deviation, view.step)
        return view.latents + draws.normal(uniform, deviation)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "deviation": schedules.config(self.deviation),
            "seed": self.seed,
        }
