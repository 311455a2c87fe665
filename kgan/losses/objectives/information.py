"""G shows its codes so clearly that a head of D can read them (InfoGAN)."""

import keras
import tensorflow as tf

from kgan.core import arguments, schedules
from kgan.losses.objectives.base import Objective


@keras.saving.register_keras_serializable(package="kgan")
class Information(Objective):
    """Keeps the generated data informative about a few of their latents (InfoGAN).

    The last latents are codes c, as `kgan.priors.Codes` draws them. A head Q guesses
    them from the fake; what it finds bounds the mutual information from below:

        L_I = E log Q(c | G(z, c)) + H(c) ≤ I(c; G(z, c))

    D and G both minimise −L_I, each through its own weights; H(c) is constant and left
    out. For a categorical code Q is a softmax; for a continuous one it is a normal
    distribution of variance 1, whose mean μ the head gives: ½ (c − μ)², up to a
    constant. Nobody labels the codes: they come to mean what varies most in the data.

    Args:
        weight: Strength λ for D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: Strength for G, the same. None: as for D.
        head: Name of the head, float32 of shape `(batch, width)` in the order of the
            codes: logits for each block, then the means.
        categorical: Number of classes of each categorical code, at least 2; a list or a
            tuple, possibly empty.
        continuous: Number of continuous codes.
        continuous_weight: Strength of the continuous codes beside the others, a float
            or a schedule. A categorical code counts in nats, a continuous one by a
            density.

    Raises:
        ValueError: If a weight is negative, `head` is no name, or there are no codes.

    Example:
        ```python
        codes = {"categorical": (10,), "continuous": 2}
        gan = kgan.GAN(generator, discriminator, prior=kgan.priors.Codes(74, **codes))
        gan.compile(objectives=[kgan.objectives.Information(**codes)])
        ```

    Source: Chen et al. (2016), InfoGAN: Interpretable Representation Learning by
    Information Maximizing Generative Adversarial Nets, equations 5 and 6.
    """

    kind = "information"
    reads = ("latents",)

    def __init__(
        self,
        weight=1.0,
        generator_weight=None,
        head="codes",
        categorical=(10,),
        continuous=2,
        continuous_weight=1.0,
    ):
        super().__init__(weight, generator_weight, head)
        self.categorical, self.continuous = arguments.codes(categorical, continuous)
        self.continuous_weight = schedules.check("continuous_weight", continuous_weight)

    @property
    def width(self):
        """Number of latents that are codes, and of values that the head gives."""
        return sum(self.categorical) + self.continuous

    def check(self, shapes, prior):
        """Refuses a head of another width, and a prior that draws no such codes.

        A prior of your own tells its codes by attributes `categorical` and
        `continuous`, as `kgan.priors.Codes` does.
        """
        super().check(shapes, prior)
        drawn = [getattr(prior, name, None) for name in ("categorical", "continuous")]
        if drawn != [self.categorical, self.continuous]:
            raise ValueError(
                f"`prior` must draw the codes that `{self.kind}` reads, for example "
                f"kgan.priors.Codes({prior.latent_dim}, {self.categorical}, "
                f"{self.continuous}). Received: {type(prior).__name__}"
                + (f" with codes {drawn}" if drawn[0] is not None else "")
            )

    def discriminator_term(self, view):
        """Gives −log Q(c | fake) for each generated example."""
        return self._surprise(view)

    def generator_term(self, view):
        """Gives −log Q(c | fake) for each generated example."""
        return self._surprise(view)

    def _surprise(self, view):
        sizes = [*self.categorical, self.continuous]
        given = tf.split(view.latents[:, -self.width :], sizes, axis=-1)
        guessed = tf.split(view.fake_outputs[self.head], sizes, axis=-1)
        *blocks, (values, means) = zip(given, guessed, strict=True)
        weight = schedules.at(self.continuous_weight, view.step)
        surprise = weight * 0.5 * tf.reduce_sum(tf.square(values - means), axis=-1)
        for one_hot, logits in blocks:
            surprise += tf.nn.softmax_cross_entropy_with_logits(one_hot, logits)
        return surprise

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "categorical": list(self.categorical),
            "continuous": self.continuous,
            "continuous_weight": schedules.config(self.continuous_weight),
        }
