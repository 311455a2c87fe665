"""Further terms of the players' losses, and what they may look at.

Regularizers and the objectives of further heads share this seam. A term is a layer: its
state, if it has one, is saved with the model, and goes through the pure functions of
the training step as a network's moving statistics do.
"""

import keras

from kgan.core import arguments, registry, schedules
from kgan.losses.view import View as View

# All terms that were imported, by kind.
_KINDS = {}


class LossTerm(keras.layers.Layer):
    """Base class of all further terms.

    The discriminator minimises `weight · mean(discriminator_term(view))` besides its
    adversarial loss, the generator `generator_weight · mean(generator_term(view))`. A
    subclass writes one of them or both. Weights that it adds in its constructor by
    `add_weight(trainable=False)` are its state: float32, assigned in
    `discriminator_term`, averaged over the replicas after each update.

    Args:
        weight: Strength for D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: Strength for G, the same. None: as for D.
        interval: Acts in every `interval`-th update of its player, `interval` times as
            strong: see `kgan.Term`.

    Attributes:
        kind: The name by which it is found, and logged: the discriminator's term under
            it, the generator's under `g_` and it.
        reads: Fields of the view without which it cannot be computed: a game that has
            them not refuses the term.
        needs_labels: Whether it reads `view.labels`.
        judges_fakes: Whether it compares fakes with `view.labels`, which are theirs
            only where the generator takes labels.
        num_classes: Number of classes of those labels, where neither a head nor the
            generator tells it; otherwise None.

    Raises:
        ValueError: If a weight is negative.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class FeatureScale(kgan.terms.LossTerm):
            kind = "feature_scale"

            def discriminator_term(self, view):
                return tf.square(view.real_outputs["features"])
        ```
    """

    kind = "term"
    reads = ()
    needs_labels = False
    judges_fakes = False
    num_classes = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = vars(cls)
        if isinstance(own.get("name"), str) and "kind" not in own:
            cls.kind = own["name"]  # as penalties were named once
        if "kind" in vars(cls):
            _KINDS[cls.kind] = cls

    def __init__(self, weight=1.0, generator_weight=None, interval=1):
        super().__init__(name=self.kind, dtype="float32", trainable=False)
        self.weight = schedules.check("weight", weight)
        self.generator_weight = generator_weight
        if generator_weight is not None:
            self.generator_weight = schedules.check(
                "generator_weight", generator_weight
            )
        self.interval = arguments.positive_integer("interval", interval)
        self.built = True

    def discriminator_term(self, view):
        """Gives what D minimises too: one value for each example, or a scalar."""

    def generator_term(self, view):
        """Gives what G minimises too: one value for each example, or a scalar."""

    def constrain(self, weight, step):
        """Gives the value that a trainable weight of D takes after each update of D.

        Args:
            weight: Its value.
            step: Number of rounds played before.

        Returns:
            A tensor of the same shape.
        """

    def check(self, shapes, prior):
        """Refuses networks that do not fit; called by `compile`.

        Args:
            shapes: Shapes of D's heads for one example, by name.
            prior: The `kgan.priors.Prior` of the latents.

        Raises:
            ValueError: If a head is missing or has another shape, or the latents are
                not what the term reads.
        """

    def check_networks(self, networks):
        """Refuses networks without what the term calls of them; called by `compile`.

        Args:
            networks: Networks of the game by name.
        """

    def overrides(self, method):
        """Says whether this term's class writes one of the methods above."""
        return getattr(type(self), method) is not getattr(LossTerm, method)

    def weight_at(self, step):
        """Gives the weight of D's term at a training step."""
        return schedules.at(self.weight, step)

    def generator_weight_at(self, step):
        """Gives the weight of G's term at a training step."""
        own = self.generator_weight
        return self.weight_at(step) if own is None else schedules.at(own, step)

    def get_config(self):
        """Returns the constructor's arguments."""
        config = {
            "weight": schedules.config(self.weight),
            "generator_weight": schedules.config(self.generator_weight),
        }
        # A subclass's constructor need not take an interval.
        return config if self.interval == 1 else config | {"interval": self.interval}

    @classmethod
    def from_config(cls, config):
        """Makes the term that `get_config` describes."""
        return cls(**config)


_REGISTRY = registry.Registry(
    "A term must be a `kgan.terms.LossTerm` or one of", LossTerm, _KINDS
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find


def get_all(argument, identifiers):
    """Finds all terms of a list.

    Args:
        argument: Name of the argument, for the message.
        identifiers: List of what `get` takes.

    Returns:
        A list of `LossTerm`.

    Raises:
        ValueError: If it is no list, or one of them no term.
    """
    if not isinstance(identifiers, (list, tuple)):
        raise ValueError(f"`{argument}` must be a list. Received: {identifiers!r}")
    return [get(identifier) for identifier in identifiers]


# The name of this class before the engine had terms of its own.
Term = LossTerm
