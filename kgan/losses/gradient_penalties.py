"""Terms on the gradient of the critic with respect to its input."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments, registry, seeds
from kgan.core.schedules import Scheduled
from kgan.losses import term


def _sum_of_squares(gradients):
    axes = list(range(1, gradients.shape.rank))
    return tf.reduce_sum(tf.square(gradients), axis=axes)


def _distance_to_one(gradients):
    # The constant inside the root: without it a zero gradient has the slope NaN.
    return tf.square(tf.sqrt(_sum_of_squares(gradients) + 1e-12) - 1.0)


class Penalty(term.LossTerm):
    """Base class of gradient penalties: D minimises weight · mean(value(∇D(points))).

    The gradient at an example is taken of the sum of all logits, which is that
    example's own gradient as long as the critic treats examples independently.
    BatchNormalization breaks this; so Gulrajani et al. (2017), section 4, leave it out.

    Attributes:
        through_augmentation: Whether the points are data as they came, and the gradient
            that of D(T(points)), T the augmentation with the draws of the loss. False:
            the points are what D sees, T(x) and T(G(z)). Both are in use and differ:
            how T scales an image enters the first alone.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class ZeroCentredBetween(kgan.penalties.Penalty):
            kind = "zero_centred_between"

            def points(self, real, fake, seed):
                return 0.5 * (real + fake)

            def value(self, gradients):
                return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])
        ```
    """

    reads = ("input_gradient",)
    through_augmentation = False

    def __init__(self, weight: Scheduled = 10.0, interval: int = 1):
        super().__init__(weight, interval=interval)

    def points(self, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns the points at which the critic is differentiated.

        At `real` or `fake` itself the pass of the adversarial loss serves too.

        Args:
            real: float32 real data, batch axis first: as the critic sees it, or as it
                came where `through_augmentation`.
            fake: float32 generated data of the same shape.
            seed: int32 of shape `(2,)`, for penalties that draw.
        """
        raise NotImplementedError

    def value(self, gradients: tf.Tensor) -> tf.Tensor:
        """Computes each example's penalty from the gradients, batch axis first."""
        raise NotImplementedError

    def discriminator_term(self, view):
        return self.value(view.input_gradient(self))


class _SquaredNorm(Penalty):
    def __init__(
        self,
        weight: Scheduled = 10.0,
        interval: int = 1,
        through_augmentation: bool = False,
    ):
        super().__init__(weight, interval)
        self.through_augmentation = arguments.boolean(
            "through_augmentation", through_augmentation
        )

    def value(self, gradients):
        return 0.5 * _sum_of_squares(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class R1(_SquaredNorm):
    """The penalty at real data: γ/2 · E‖∇D(x)‖², γ the weight.

    With it, training converges locally where unregularised training circles the
    equilibrium. Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do
    actually Converge?" (2018), equation 9. With `through_augmentation` it is that of
    StyleGAN2-ADA, γ/2 · E‖∇ₓ D(T(x))‖². Example:
    `gan.compile(terms=[kgan.penalties.R1(10.0, interval=16)])`.
    """

    kind = "r1"

    def points(self, real, fake, seed):
        return real


@keras.saving.register_keras_serializable(package="kgan")
class R2(_SquaredNorm):
    """The penalty at generated data: γ/2 · E‖∇D(G(z))‖², γ the weight.

    Mescheder, Geiger and Nowozin (2018), equation 10.
    """

    kind = "r2"

    def points(self, real, fake, seed):
        return fake


@keras.saving.register_keras_serializable(package="kgan")
class GradientPenalty(Penalty):
    """The penalty of WGAN-GP: λ · E(‖∇D(x̂)‖ − 1)², λ the weight.

    x̂ = ε x + (1 − ε) G(z) with ε uniform in [0, 1), one for each example. Gulrajani et
    al., "Improved Training of Wasserstein GANs" (2017), equation 3.
    """

    kind = "gradient_penalty"

    def points(self, real, fake, seed):
        column = tf.reshape(real, (tf.shape(real)[0], -1))[:, :1]
        mix = seeds.uniform_like(column, seed)
        mix = tf.reshape(mix, [-1] + [1] * (real.shape.rank - 1))
        return fake + mix * (real - fake)

    def value(self, gradients):
        return _distance_to_one(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class DRAGAN(Penalty):
    """The penalty around the data: λ · E(‖∇D(x + δ)‖ − 1)², λ the weight.

    δ = ½ s u, where s is the standard deviation of all entries of the batch (of each
    replica and micro-batch) and u is uniform in [0, 1) for each entry. It goes with any
    loss. Kodali et al., "On Convergence and Stability of GANs" (2017), algorithm 1,
    with the noise of the authors' program.
    """

    kind = "dragan"

    def points(self, real, fake, seed):
        noise = seeds.uniform_like(real, seed)
        return real + 0.5 * tf.math.reduce_std(real) * noise

    def value(self, gradients):
        return _distance_to_one(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class MaxGradientPenalty(GradientPenalty):
    """The penalty of the Lipschitz GAN: λ · max ‖∇D(x̂)‖², λ the weight.

    The maximum is that of each replica and micro-batch, over the points x̂ of
    `GradientPenalty`: a critic's Lipschitz constant is its largest gradient norm. Zhou
    et al., "Lipschitz Generative Adversarial Nets" (2019), section 4.
    """

    kind = "max_gradient_penalty"

    def value(self, gradients):
        squares = _sum_of_squares(gradients)
        return tf.fill(tf.shape(squares), tf.reduce_max(squares))


_REGISTRY = term.of_room(
    "A penalty must be a `kgan.penalties.Penalty` or one of", __name__, Penalty
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find


def by_name(identifiers: Sequence[Any]) -> Any:
    """Returns a list of what `get` takes as penalties by the names of their logs.

    Raises:
        ValueError: If it is no list, or one of them no penalty.
    """
    found = term.get_all("penalties", identifiers, get)
    own = registry.numbered([penalty.kind for penalty in found])
    return dict(zip(own, found, strict=True))
