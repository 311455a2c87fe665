"""Terms on the gradient of the critic with respect to its input.

A penalty names the points at which the critic is differentiated and gives a value for
each gradient. The training step does the rest: it evaluates the critic once for each
distinct set of points, and every `interval` updates only where a penalty is lazy.

The gradient at an example is taken of the sum of all logits, which is that example's
own gradient as long as the critic treats examples independently. BatchNormalization in
the critic breaks this; so Gulrajani et al. (2017), section 4, leave it out.
"""

import keras
import tensorflow as tf

from kgan.core import registry, seeds
from kgan.losses.term import LossTerm


def _sum_of_squares(gradients):
    axes = list(range(1, gradients.shape.rank))
    return tf.reduce_sum(tf.square(gradients), axis=axes)


def _distance_to_one(gradients):
    # The constant inside the root: without it a zero gradient has the slope NaN.
    return tf.square(tf.sqrt(_sum_of_squares(gradients) + 1e-12) - 1.0)


def _between(real, fake, seed):
    """Draws one point on the line between each real and fake example."""
    column = tf.reshape(real, (tf.shape(real)[0], -1))[:, :1]
    mix = seeds.uniform_like(column, seed)
    mix = tf.reshape(mix, [-1] + [1] * (real.shape.rank - 1))
    return fake + mix * (real - fake)


class Penalty(LossTerm):
    """Base class of gradient penalties.

    The discriminator minimises `weight · mean(value(∇D(points)))` besides its
    adversarial loss. `interval` counts updates of D, from 0.

    Args:
        weight: Strength, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong:
            see `kgan.Term`.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

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

    kind = "penalty"
    reads = ("input_gradient",)

    def __init__(self, weight=10.0, interval=1):
        super().__init__(weight, interval=interval)

    def points(self, real, fake, seed):
        """Returns the points at which the critic is differentiated.

        Returning `real` or `fake` itself lets the step reuse the pass that the
        adversarial loss needs anyway.

        Args:
            real: float32 real data as the critic sees it, batch axis first.
            fake: float32 generated data of the same shape.
            seed: int32 of shape `(2,)`, for penalties that draw.

        Returns:
            A tensor of the same shape.
        """
        raise NotImplementedError

    def value(self, gradients):
        """Computes the penalty of each example.

        Args:
            gradients: float32 gradient of the critic at `points`, batch axis first.

        Returns:
            A float32 tensor of shape `(batch,)`.
        """
        raise NotImplementedError

    def discriminator_term(self, view):
        return self.value(view.input_gradient(self))

    def get_config(self):
        weight = super().get_config()["weight"]
        return {"weight": weight, "interval": self.interval}


@keras.saving.register_keras_serializable(package="kgan")
class R1(Penalty):
    """Penalises the critic's gradient on real data: γ/2 · E‖∇D(x)‖².

    With it, training converges locally where unregularised training circles the
    equilibrium. Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do
    actually Converge?" (2018), equation 9.

    Args:
        weight: γ, a non-negative float or a schedule of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

    Example:
        ```python
        gan.compile(penalties=[kgan.penalties.R1(weight=10.0, interval=16)])
        ```
    """

    kind = "r1"

    def points(self, real, fake, seed):
        """Gives the real data."""
        return real

    def value(self, gradients):
        """Gives ½ ‖∇D(x)‖² for each example."""
        return 0.5 * _sum_of_squares(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class R2(Penalty):
    """Penalises the critic's gradient on generated data: γ/2 · E‖∇D(G(z))‖².

    Mescheder, Geiger and Nowozin (2018), equation 10.

    Args:
        weight: γ, a non-negative float or a schedule of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

    Example:
        ```python
        gan.compile(penalties=[kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)])
        ```
    """

    kind = "r2"

    def points(self, real, fake, seed):
        """Gives the generated data."""
        return fake

    def value(self, gradients):
        """Gives ½ ‖∇D(G(z))‖² for each example."""
        return 0.5 * _sum_of_squares(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class GradientPenalty(Penalty):
    """Holds the critic's gradient norm near 1 between data and samples (WGAN-GP).

    λ · E(‖∇D(x̂)‖ − 1)² with x̂ = ε x + (1 − ε) G(z) and ε uniform in [0, 1), one for
    each example. Gulrajani et al., "Improved Training of Wasserstein GANs" (2017),
    equation 3. The norm is √(Σ g² + 10⁻¹²): without a constant inside the root its
    derivative at a zero gradient is NaN.

    Args:
        weight: λ, a non-negative float or a schedule of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

    Example:
        ```python
        gan.compile(loss="wasserstein", penalties=[kgan.penalties.GradientPenalty()])
        ```
    """

    kind = "gradient_penalty"

    def points(self, real, fake, seed):
        """Gives one random point on the line between each real and fake example."""
        return _between(real, fake, seed)

    def value(self, gradients):
        """Gives (‖∇D(x̂)‖ − 1)² for each example."""
        return _distance_to_one(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class DRAGAN(Penalty):
    """Holds the critic's gradient norm near 1 around the data.

    λ · E(‖∇D(x + δ)‖ − 1)² with δ = ½ s u, where s is the standard deviation of all
    entries of the batch and u is uniform in [0, 1) for each entry. The points do not
    depend on G, and the penalty goes with any loss: it flattens D where it is steep
    around real data, which is where a collapsing generator goes. Kodali et al., "On
    Convergence and Stability of GANs" (2017), algorithm 1, with the noise of the
    authors' program. On several replicas, and in micro-batches, s is that of each part.

    Args:
        weight: λ, a non-negative float or a schedule of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

    Example:
        ```python
        gan.compile(loss="minimax", penalties=[kgan.penalties.DRAGAN()])
        ```
    """

    kind = "dragan"

    def points(self, real, fake, seed):
        """Gives the real data with noise."""
        noise = seeds.uniform_like(real, seed)
        return real + 0.5 * tf.math.reduce_std(real) * noise

    def value(self, gradients):
        """Gives (‖∇D(x + δ)‖ − 1)² for each example."""
        return _distance_to_one(gradients)


@keras.saving.register_keras_serializable(package="kgan")
class MaxGradientPenalty(Penalty):
    """Bounds the critic's steepest place between data and samples (Lipschitz GAN).

    λ · max ‖∇D(x̂)‖² over the points x̂ of the batch, which are those of
    `GradientPenalty`. A critic's Lipschitz constant is its largest gradient norm; the
    others may be as small as they like. Zhou et al., "Lipschitz Generative Adversarial
    Nets" (2019), section 4. On several replicas, and in micro-batches, it is the mean
    of the maxima of all parts.

    Args:
        weight: λ, a non-negative float or a schedule of the training step.
        interval: Acts in every `interval`-th update of D, `interval` times as strong.

    Raises:
        ValueError: If `weight` is negative or `interval` is not a positive integer.

    Example:
        ```python
        gan.compile(penalties=[kgan.penalties.MaxGradientPenalty(weight=1.0)])
        ```
    """

    kind = "max_gradient_penalty"

    def points(self, real, fake, seed):
        """Gives one random point on the line between each real and fake example."""
        return _between(real, fake, seed)

    def value(self, gradients):
        """Gives max ‖∇D(x̂)‖² over the batch, once for each example."""
        squares = _sum_of_squares(gradients)
        return tf.fill(tf.shape(squares), tf.reduce_max(squares))


_CLASSES = (R1, R2, GradientPenalty, DRAGAN, MaxGradientPenalty)
_PENALTIES = {cls.kind: cls for cls in _CLASSES}

_REGISTRY = registry.Registry(
    "A penalty must be a `kgan.penalties.Penalty` or one of", Penalty, _PENALTIES
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find


def by_name(identifiers):
    """Finds penalties and gives each the name under which it is logged.

    Args:
        identifiers: Sequence of what `get` takes.

    Returns:
        A dictionary of names and penalties; a second of one kind gets a number.

    Raises:
        ValueError: If `identifiers` is no sequence, or one of them no penalty.
    """
    if not isinstance(identifiers, (list, tuple)):
        raise ValueError(f"`penalties` must be a list. Received: {identifiers!r}")
    found = [get(identifier) for identifier in identifiers]
    own = registry.numbered([penalty.kind for penalty in found])
    return dict(zip(own, found, strict=True))
