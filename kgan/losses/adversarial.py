"""Adversarial losses: the value function V(D, G) and its relatives.

Every loss is computed from logits, the discriminator's output before any sigmoid, and
gives one value per example. `softplus(x) = log(1 + eˣ)` is exact where `log(sigmoid)`
loses its gradient: −log σ(x) = softplus(−x) and −log(1 − σ(x)) = softplus(x).
"""

import keras
import tensorflow as tf

from kgan.core import registry


class AdversarialLoss:
    """Base class of all adversarial losses.

    A subclass writes two formulas. Both receive float32 tensors of one shape whose
    first axis is the batch, and return per-example losses of that shape.

    Attributes:
        relativistic: Whether `generator_loss` reads the real logits; otherwise the
            training step does not compute them and passes None.
        probabilistic: Whether σ(logits) estimates the probability that a sample is
            real. Otherwise the logits are the score of a critic.
        boundary: The logit above which D takes a sample for real; None where logits
            mean something by their differences alone.

    Example:
        ```python
        class Exponential(kgan.losses.AdversarialLoss):
            def discriminator_loss(self, real_logits, fake_logits):
                return tf.exp(-real_logits) + tf.exp(fake_logits)

            def generator_loss(self, real_logits, fake_logits):
                return tf.exp(-fake_logits)

        gan.compile(loss=Exponential())
        ```
    """

    relativistic = False
    probabilistic = False
    boundary = 0.0

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives what the discriminator minimises, one value per example.

        Args:
            real_logits: D's output on real data.
            fake_logits: D's output on generated data, of the same shape.

        Returns:
            A tensor of the same shape.
        """
        raise NotImplementedError

    def generator_loss(self, real_logits, fake_logits):
        """Gives what the generator minimises, one value per example.

        Args:
            real_logits: D's output on real data, or None unless `relativistic`.
            fake_logits: D's output on generated data.

        Returns:
            A tensor of the shape of `fake_logits`.
        """
        raise NotImplementedError

    def at(self, step):
        """Gives the loss at a training step: this one, unless it changes."""
        return self

    def score(self, logits):
        """Gives D(x) as a user reads it: a probability where there is one."""
        return tf.sigmoid(logits) if self.probabilistic else logits

    def get_config(self):
        """Returns the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config):
        """Makes the loss that `get_config` describes."""
        return cls(**config)


class _CrossEntropy(AdversarialLoss):
    """What minimax and non-saturating share: D's smoothed cross-entropy.

    With label 1 − α for real samples the best discriminator is
    (1 − α) p_data / (p_data + p_g): still a function of the same ratio, since only the
    real label is smoothed.
    """

    probabilistic = True

    def __init__(self, label_smoothing=0.0):
        if not 0.0 <= label_smoothing < 0.5:
            raise ValueError(
                f"`label_smoothing` must lie in [0, 0.5). Received: {label_smoothing!r}"
            )
        self.label_smoothing = float(label_smoothing)

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives −(1 − α) log D(x) − α log(1 − D(x)) − log(1 − D(G(z)))."""
        # softplus(−l) + α l = (1 − α) softplus(−l) + α softplus(l)
        smoothing = self.label_smoothing * real_logits
        return tf.nn.softplus(-real_logits) + smoothing + tf.nn.softplus(fake_logits)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"label_smoothing": self.label_smoothing}


@keras.saving.register_keras_serializable(package="kgan")
class Minimax(_CrossEntropy):
    """The minimax game as it stands in the paper.

    D maximises V(D, G) = E log D(x) + E log(1 − D(G(z))); G minimises V, of which only
    log(1 − D(G(z))) depends on G. Early on, when D rejects samples with confidence,
    this gradient vanishes: `NonSaturating` has the same fixed point without that.

    Goodfellow et al., "Generative Adversarial Nets" (2014), equation 1. One-sided label
    smoothing: Salimans et al., "Improved Techniques for Training GANs" (2016),
    section 3.4.

    Args:
        label_smoothing: α in [0, 0.5): real samples get the label 1 − α.

    Raises:
        ValueError: If `label_smoothing` lies outside [0, 0.5).

    Example:
        ```python
        gan.compile(loss=kgan.losses.Minimax())
        ```
    """

    def generator_loss(self, real_logits, fake_logits):
        """Gives log(1 − D(G(z)))."""
        return -tf.nn.softplus(fake_logits)


@keras.saving.register_keras_serializable(package="kgan")
class NonSaturating(_CrossEntropy):
    """D as in the minimax game; G maximises log D(G(z)): fakes labelled as real.

    Goodfellow et al., "Generative Adversarial Nets" (2014), section 3. One-sided label
    smoothing: Salimans et al. (2016), section 3.4.

    Args:
        label_smoothing: α in [0, 0.5): real samples get the label 1 − α when D is
            trained.

    Raises:
        ValueError: If `label_smoothing` lies outside [0, 0.5).

    Example:
        ```python
        gan.compile(loss=kgan.losses.NonSaturating(label_smoothing=0.1))
        ```
    """

    def generator_loss(self, real_logits, fake_logits):
        """Gives −log D(G(z))."""
        return tf.nn.softplus(-fake_logits)


@keras.saving.register_keras_serializable(package="kgan")
class LeastSquares(AdversarialLoss):
    """Least squares with target 1 for real and 0 for fake.

    D minimises ½ (D(x) − 1)² + ½ D(G(z))², G minimises ½ (D(G(z)) − 1)². The gradient
    does not saturate for samples far from the decision boundary. Mao et al., "Least
    Squares Generative Adversarial Networks" (2017), equation 9.

    Example:
        ```python
        gan.compile(loss="least_squares")
        ```
    """

    boundary = 0.5  # halfway between the targets

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives ½ (D(x) − 1)² + ½ D(G(z))²."""
        return 0.5 * (tf.square(real_logits - 1.0) + tf.square(fake_logits))

    def generator_loss(self, real_logits, fake_logits):
        """Gives ½ (D(G(z)) − 1)²."""
        return 0.5 * tf.square(fake_logits - 1.0)


@keras.saving.register_keras_serializable(package="kgan")
class Wasserstein(AdversarialLoss):
    """The dual form of the Wasserstein-1 distance.

    The critic maximises E D(x) − E D(G(z)), G maximises E D(G(z)). It bounds the
    distance only while D is 1-Lipschitz, so use it with
    `kgan.penalties.GradientPenalty`. Arjovsky, Chintala and Bottou, "Wasserstein GAN"
    (2017), equation 2.

    Example:
        ```python
        gan.compile(
            loss="wasserstein", penalties=[kgan.penalties.GradientPenalty(10.0)]
        )
        ```
    """

    boundary = None

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives D(G(z)) − D(x)."""
        return fake_logits - real_logits

    def generator_loss(self, real_logits, fake_logits):
        """Gives −D(G(z))."""
        return -fake_logits


@keras.saving.register_keras_serializable(package="kgan")
class Hinge(AdversarialLoss):
    """The hinge loss: D stops once a sample is beyond the margin.

    D minimises max(0, 1 − D(x)) + max(0, 1 + D(G(z))), G minimises −D(G(z)). Lim and
    Ye, "Geometric GAN" (2017); Miyato et al., "Spectral Normalization for Generative
    Adversarial Networks" (2018), equations 16 and 17.

    Example:
        ```python
        gan.compile(loss="hinge")
        ```
    """

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives max(0, 1 − D(x)) + max(0, 1 + D(G(z)))."""
        return tf.nn.relu(1.0 - real_logits) + tf.nn.relu(1.0 + fake_logits)

    def generator_loss(self, real_logits, fake_logits):
        """Gives −D(G(z))."""
        return -fake_logits


@keras.saving.register_keras_serializable(package="kgan")
class RelativisticPairing(AdversarialLoss):
    """Each fake is judged against the real sample it is paired with.

    With f(t) = softplus(−t): D minimises f(D(x) − D(G(z))), G minimises
    f(D(G(z)) − D(x)). It has no minima in which modes are dropped, and converges
    locally with `kgan.penalties.R1` and `R2`. Jolicoeur-Martineau, "The relativistic
    discriminator" (2019), equations 3 and 4; Huang et al., "The GAN is dead; long live
    the GAN!" (2024), equation 2.

    Example:
        ```python
        gan.compile(
            loss="relativistic_pairing",
            penalties=[kgan.penalties.R1(1.0), kgan.penalties.R2(1.0)],
        )
        ```
    """

    relativistic = True
    boundary = None

    def discriminator_loss(self, real_logits, fake_logits):
        """Gives softplus(D(G(z)) − D(x))."""
        return tf.nn.softplus(fake_logits - real_logits)

    def generator_loss(self, real_logits, fake_logits):
        """Gives softplus(D(x) − D(G(z)))."""
        return tf.nn.softplus(real_logits - fake_logits)


_LOSSES = {
    "minimax": Minimax,
    "non_saturating": NonSaturating,
    "least_squares": LeastSquares,
    "wasserstein": Wasserstein,
    "hinge": Hinge,
    "relativistic_pairing": RelativisticPairing,
}


def names():
    """Returns the names that `get` knows."""
    return tuple(_LOSSES)


def get(identifier, **arguments):
    """Finds a loss by its name; gives an object back as it came.

    Args:
        identifier: One of `names()`, or an `AdversarialLoss`.
        **arguments: Arguments of the loss's constructor, with a name.

    Returns:
        An `AdversarialLoss`.

    Raises:
        ValueError: If there is no such loss.

    Example:
        ```python
        loss = kgan.losses.get("non_saturating", label_smoothing=0.1)
        ```
    """
    if isinstance(identifier, AdversarialLoss) and not arguments:
        return identifier
    if not isinstance(identifier, str) or identifier not in _LOSSES:
        expected = "`loss` must be a `kgan.losses.AdversarialLoss` or one of"
        raise ValueError(registry.unknown(expected, identifier, _LOSSES))
    return _LOSSES[identifier](**arguments)
