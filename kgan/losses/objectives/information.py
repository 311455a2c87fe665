"""The mutual information of codes and generated data (InfoGAN)."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from kgan.core import arguments, schedules
from kgan.core.schedules import Scheduled
from kgan.losses.objectives.base import Objective


@keras.saving.register_keras_serializable(package="kgan")
class Information(Objective):
    """A bound on the mutual information of codes and generated data (InfoGAN).

    The last latents are codes c, as `kgan.priors.Codes` draws them. A head Q predicts
    them, and D and G both minimise −L_I without the constant H(c):

        L_I = E log Q(c | G(z, c)) + H(c) ≤ I(c; G(z, c))

    For a categorical code Q is a softmax; for a continuous one it is a normal
    distribution of variance 1, whose mean μ is the head: ½ (c − μ)², up to a constant.
    Chen et al. (2016), InfoGAN, equations 5 and 6.

    Args:
        head: Name of the head, float32 of shape `(batch, width)` in the order of the
            codes: logits for each block, then the means.
        categorical: Number of classes of each categorical code, at least 2; a list or a
            tuple, possibly empty.
        continuous: Number of continuous codes.
        continuous_weight: Strength of the continuous codes beside the others, a float
            or a schedule: a categorical code counts in nats, the other by a density.

    Example:
        ```python
        codes = {"categorical": (10,), "continuous": 2}
        gan = kgan.GAN(generator, discriminator, prior=kgan.priors.Codes(74, **codes))
        gan.compile(terms=[kgan.objectives.Information(**codes)])
        ```
    """

    kind = "information"
    reads = ("latents",)

    def __init__(
        self,
        weight: Scheduled = 1.0,
        generator_weight: Scheduled | None = None,
        head: str = "codes",
        categorical: Sequence[int] = (10,),
        continuous: int = 2,
        continuous_weight: float = 1.0,
        interval: int = 1,
    ):
        super().__init__(weight, generator_weight, head, interval)
        self.categorical, self.continuous = arguments.codes(categorical, continuous)
        self.continuous_weight = schedules.check("continuous_weight", continuous_weight)

    @property
    def width(self):
        return sum(self.categorical) + self.continuous

    def check(self, shapes, prior):
        """Checks the head, and `categorical` and `continuous` of the prior."""
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
        sizes = [*self.categorical, self.continuous]
        given = tf.split(view.latents[:, -self.width :], sizes, axis=-1)
        guessed = tf.split(view.fake_outputs[self.head], sizes, axis=-1)
        *blocks, (values, means) = zip(given, guessed, strict=True)
        weight = schedules.at(self.continuous_weight, view.step)
        surprise = weight * 0.5 * tf.reduce_sum(tf.square(values - means), axis=-1)
        for one_hot, logits in blocks:
            surprise += tf.nn.softmax_cross_entropy_with_logits(one_hot, logits)
        return surprise

    generator_term = discriminator_term
