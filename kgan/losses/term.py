"""Further terms of the players' losses, and what they may look at.

Regularizers and the objectives of further heads share this seam. A term is a layer: its
state, if it has one, is saved with the model, and goes through the pure functions of
the training step as a network's moving statistics do.
"""

import typing
from collections.abc import Callable

import keras
import tensorflow as tf

from kgan.core import registry, schedules

# All terms that were imported, by kind.
_KINDS = {}


class View(typing.NamedTuple):
    """What a term may look at in one update of a player.

    Attributes:
        step: Number of rounds played before, an int64 scalar.
        real: float32 batch of real data, as it came.
        fake: float32 batch of generated data.
        labels: int32 of shape `(batch,)`, or None. The fakes have the same ones where
            the generator takes labels.
        latents: float32 of shape `(batch, latent_dim)`, behind `fake`.
        real_outputs: What D gives for the augmented real data: a dictionary of its
            heads, `"logits"` among them, float32. None while G is updated.
        fake_outputs: The same for the generated data.
        weights: Values of the trainable weights of the player that is updated, a list.
        judge_real: Function from data to D's heads, with the draws (augmentation,
            dropout) that `real_outputs` came from.
        judge_fake: The same, with those of `fake_outputs`.
        generate: Function from latents to data, with the draws of `fake`.
    """

    step: tf.Tensor
    real: tf.Tensor
    fake: tf.Tensor
    labels: tf.Tensor | None
    latents: tf.Tensor
    real_outputs: dict | None
    fake_outputs: dict
    weights: list
    judge_real: Callable
    judge_fake: Callable
    generate: Callable


class Term(keras.layers.Layer):
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

    Attributes:
        kind: The name by which it is found, and logged: the discriminator's term under
            it, the generator's under `g_` and it.
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
        class FeatureScale(kgan.terms.Term):
            kind = "feature_scale"

            def discriminator_term(self, view):
                return tf.square(view.real_outputs["features"])
        ```
    """

    kind = "term"
    needs_labels = False
    judges_fakes = False
    num_classes = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "kind" in vars(cls):
            _KINDS[cls.kind] = cls

    def __init__(self, weight=1.0, generator_weight=None):
        super().__init__(name=self.kind, dtype="float32", trainable=False)
        self.weight = schedules.check("weight", weight)
        self.generator_weight = generator_weight
        if generator_weight is not None:
            self.generator_weight = schedules.check(
                "generator_weight", generator_weight
            )
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

    def overrides(self, method):
        """Says whether this term's class writes one of the methods above."""
        return getattr(type(self), method) is not getattr(Term, method)

    def weight_at(self, step):
        """Gives the weight of D's term at a training step."""
        return schedules.at(self.weight, step)

    def generator_weight_at(self, step):
        """Gives the weight of G's term at a training step."""
        own = self.generator_weight
        return self.weight_at(step) if own is None else schedules.at(own, step)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            "weight": schedules.config(self.weight),
            "generator_weight": schedules.config(self.generator_weight),
        }

    @classmethod
    def from_config(cls, config):
        """Makes the term that `get_config` describes."""
        return cls(**config)


_REGISTRY = registry.Registry(
    "A term must be a `kgan.terms.Term` or one of", Term, _KINDS
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find


def get_all(argument, identifiers):
    """Finds all terms of a list.

    Args:
        argument: Name of the argument, for the message.
        identifiers: List of what `get` takes.

    Returns:
        A list of `Term`.

    Raises:
        ValueError: If it is no list, or one of them no term.
    """
    if not isinstance(identifiers, (list, tuple)):
        raise ValueError(f"`{argument}` must be a list. Received: {identifiers!r}")
    return [get(identifier) for identifier in identifiers]


def named(terms):
    """Gives each term the name under which it is logged; a second of one kind a number.

    Args:
        terms: Sequence of `Term`.

    Returns:
        A dictionary of names and terms.
    """
    own = registry.numbered([term.kind for term in terms])
    return dict(zip(own, terms, strict=True))
