"""Adversarial losses: the value function V(D, G) and its relatives.

All take logits, D's output before any sigmoid. `softplus(x) = log(1 + eˣ)` is exact
where `log(sigmoid)` loses its gradient: −log σ(x) = softplus(−x).
"""

from typing import Any

import keras
import tensorflow as tf

from kgan.core import registry


class AdversarialLoss:
    """Base class of all adversarial losses.

    A subclass writes `discriminator_loss` and `generator_loss`, what either player
    minimises, of D's logits of real and of generated data: float32 tensors of one
    shape, that of the result, whose first axis is the batch.

    Attributes:
        relativistic: Whether `generator_loss` reads the real logits; otherwise it
            receives None, and they are not computed.
        probabilistic: Whether σ(logits) estimates the probability that a sample is
            real. Otherwise the logits are the score of a critic.
        boundary: The logit above which a sample counts as real; None where only
            differences of logits have a meaning.

    Example:
        ```python
        class Exponential(kgan.losses.AdversarialLoss):
            def discriminator_loss(self, real_logits, fake_logits):
                return tf.exp(-real_logits) + tf.exp(fake_logits)

            def generator_loss(self, real_logits, fake_logits):
                return tf.exp(-fake_logits)

        gan.compile(loss=Exponential())  # or by name: loss="hinge"
        ```
    """

    relativistic = False
    probabilistic = False
    boundary = 0.0

    def discriminator_loss(
        self, real_logits: tf.Tensor, fake_logits: tf.Tensor
    ) -> tf.Tensor:
        raise NotImplementedError

    def generator_loss(
        self, real_logits: tf.Tensor, fake_logits: tf.Tensor
    ) -> tf.Tensor:
        raise NotImplementedError

    def at(self, step: Any) -> Any:
        """Returns the loss at a training step: this one, unless it changes."""
        return self

    def score(self, logits: tf.Tensor) -> tf.Tensor:
        """Returns D(x): a probability where there is one, otherwise the logits."""
        return tf.sigmoid(logits) if self.probabilistic else logits

    def get_config(self) -> dict:
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class _CrossEntropy(AdversarialLoss):
    """D minimises −(1 − α) log D(x) − α log(1 − D(x)) − log(1 − D(G(z)))."""

    probabilistic = True

    def __init__(self, label_smoothing=0.0):
        if not 0.0 <= label_smoothing < 0.5:
            raise ValueError(
                f"`label_smoothing` must lie in [0, 0.5). Received: {label_smoothing!r}"
            )
        self.label_smoothing = float(label_smoothing)

    def discriminator_loss(self, real_logits, fake_logits):
        # softplus(−l) + α l = (1 − α) softplus(−l) + α softplus(l)
        smoothing = self.label_smoothing * real_logits
        return tf.nn.softplus(-real_logits) + smoothing + tf.nn.softplus(fake_logits)

    def get_config(self) -> dict:
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable(package="kgan")
class Minimax(_CrossEntropy):
    """The minimax loss: V(D, G) = E log D(x) + E log(1 − D(G(z))).

    D maximises V; G minimises log(1 − D(G(z))), whose gradient vanishes early on, when
    D rejects samples with confidence. Goodfellow et al., "Generative Adversarial Nets"
    (2014), equation 1. One-sided label smoothing: Salimans et al., "Improved Techniques
    for Training GANs" (2016), section 3.4.

    Args:
        label_smoothing: α in [0, 0.5): for D the label of real samples is 1 − α.
    """

    def generator_loss(self, real_logits, fake_logits):
        return -tf.nn.softplus(fake_logits)


@keras.saving.register_keras_serializable(package="kgan")
class NonSaturating(_CrossEntropy):
    """The non-saturating loss: D as in `Minimax`, while G maximises log D(G(z)).

    Goodfellow et al. (2014), section 3.
    """

    def generator_loss(self, real_logits, fake_logits):
        return tf.nn.softplus(-fake_logits)


@keras.saving.register_keras_serializable(package="kgan")
class LeastSquares(AdversarialLoss):
    """Least squares: D minimises ½ (D(x) − 1)² + ½ D(G(z))², G ½ (D(G(z)) − 1)².

    The gradient does not saturate for samples far from the decision boundary. Mao et
    al., "Least Squares Generative Adversarial Networks" (2017), equation 9.
    """

    boundary = 0.5  # halfway between the targets

    def discriminator_loss(self, real_logits, fake_logits):
        return 0.5 * (tf.square(real_logits - 1.0) + tf.square(fake_logits))

    def generator_loss(self, real_logits, fake_logits):
        return 0.5 * tf.square(fake_logits - 1.0)


@keras.saving.register_keras_serializable(package="kgan")
class MeanSquares(LeastSquares):
    """Twice `LeastSquares`: D minimises (D(x) − 1)² + D(G(z))², G (D(G(z)) − 1)².

    It is what the programs of CycleGAN and CUT compute, whose further terms have their
    weights beside it.
    """

    def discriminator_loss(self, real_logits, fake_logits):
        return 2.0 * super().discriminator_loss(real_logits, fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        return 2.0 * super().generator_loss(real_logits, fake_logits)


@keras.saving.register_keras_serializable(package="kgan")
class Wasserstein(AdversarialLoss):
    """The Wasserstein-1 distance: D maximises E D(x) − E D(G(z)), G E D(G(z)).

    It bounds the distance only while D is 1-Lipschitz: add a gradient penalty.
    Arjovsky, Chintala and Bottou, "Wasserstein GAN" (2017), equation 2.
    """

    boundary = None

    def discriminator_loss(self, real_logits, fake_logits):
        return fake_logits - real_logits

    def generator_loss(self, real_logits, fake_logits):
        return -fake_logits


@keras.saving.register_keras_serializable(package="kgan")
class Hinge(AdversarialLoss):
    """The hinge loss: D minimises max(0, 1 − D(x)) + max(0, 1 + D(G(z))), G −D(G(z)).

    Lim and Ye, "Geometric GAN" (2017); Miyato et al., "Spectral Normalization for
    Generative Adversarial Networks" (2018), equations 16 and 17.
    """

    def discriminator_loss(self, real_logits, fake_logits):
        return tf.nn.relu(1.0 - real_logits) + tf.nn.relu(1.0 + fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        return -fake_logits


@keras.saving.register_keras_serializable(package="kgan")
class RelativisticPairing(AdversarialLoss):
    """Relativistic pairing: D minimises f(D(x) − D(G(z))), G f(D(G(z)) − D(x)).

    With f(t) = softplus(−t) it has no minima in which modes are dropped, and converges
    locally with `kgan.penalties.R1` and `R2`. Jolicoeur-Martineau, "The relativistic
    discriminator" (2019), equations 3 and 4; Huang et al., "The GAN is dead; long live
    the GAN!" (2024), equation 2.
    """

    relativistic = True
    boundary = None

    def discriminator_loss(self, real_logits, fake_logits):
        return tf.nn.softplus(fake_logits - real_logits)

    def generator_loss(self, real_logits, fake_logits):
        return tf.nn.softplus(real_logits - fake_logits)


_LOSSES = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "mean_squares": MeanSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic_pairing": RelativisticPairing,
}
_REGISTRY = registry.Registry(
    "`loss` must be a `kgan.losses.AdversarialLoss` or one of", AdversarialLoss, _LOSSES
)
names = _REGISTRY.names


def get(identifier: str | AdversarialLoss, **arguments: Any) -> AdversarialLoss:
    """Returns the loss of a name, or an object as it came.

    Args:
        identifier: One of `names()`, or an `AdversarialLoss`.
        **arguments: Arguments of the constructor, with a name.

    Raises:
        ValueError: If there is no such loss.
    """
    if isinstance(identifier, AdversarialLoss) and not arguments:
        return identifier
    return _REGISTRY.find(identifier)(**arguments)
