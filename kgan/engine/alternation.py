"""Whose turn it is: both players' in every round, or periods of one alone."""

import keras
import tensorflow as tf

from kgan.core import arguments


@keras.saving.register_keras_serializable(package="kgan")
class Periods:
    """Trains D alone for n rounds, then G alone for m rounds, and so on.

    With t rounds played, D moves where t mod (n + m) < n, and G where it does not. A
    player that waits keeps its weights, its moving statistics and the state of its
    optimizer, so that schedules of its step size wait as well.

    Algorithm 1 of Goodfellow et al. (2014) alternates within a round, k updates of D
    and one of G; early texts describe long periods instead, of an epoch and more. D
    learns in n rounds which samples were real when they began: where n is small, the
    game is nearly that of Algorithm 1; where it is large, G meets a D that rejects all
    it does, and D meets a G that has run away from it.

    Args:
        discriminator: n, a positive integer.
        generator: m, a positive integer.

    Raises:
        ValueError: If one of them is not a positive integer.

    Example:
        ```python
        periods = kgan.alternation.Periods(discriminator=5, generator=5)
        gan.compile(alternation=periods)
        ```
    """

    def __init__(self, discriminator=1, generator=1):
        self.discriminator = arguments.positive_integer("discriminator", discriminator)
        self.generator = arguments.positive_integer("generator", generator)

    def acts(self, step):
        """Says who moves.

        Args:
            step: Number of rounds played before, an integer or an integer tensor.

        Returns:
            `(discriminator, generator)`: booleans, or boolean tensors.
        """
        phase = step % (self.discriminator + self.generator)
        return phase < self.discriminator, phase >= self.discriminator

    def before(self, step):
        """Says in how many rounds each player has moved, which intervals count.

        Args:
            step: As in `acts`.

        Returns:
            `(discriminator, generator)`: integer tensors.
        """
        length = self.discriminator + self.generator
        begun = tf.minimum(step % length, self.discriminator)
        of_discriminator = step // length * self.discriminator + begun
        return of_discriminator, step - of_discriminator

    def get_config(self):
        """Returns the constructor's arguments."""
        return {"discriminator": self.discriminator, "generator": self.generator}

    @classmethod
    def from_config(cls, config):
        """Makes the object that `get_config` describes."""
        return cls(**config)


def get(identifier):
    """Gives an alternation back as it came, and makes one of a dictionary.

    Args:
        identifier: None where both players move in every round, a dictionary of the
            arguments of `Periods`, or an object with methods `acts` and `before` like
            its own.

    Raises:
        ValueError: If it is nothing of these.
    """
    if isinstance(identifier, dict):
        return Periods(**identifier)
    methods = all(hasattr(identifier, name) for name in ("acts", "before"))
    if identifier is not None and (isinstance(identifier, type) or not methods):
        raise ValueError(
            "`alternation` must be None or a `kgan.alternation.Periods`. "
            f"Received: {identifier!r}"
        )
    return identifier
