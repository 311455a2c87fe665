"""Further terms of the players' losses: their base class, and all of them by name."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import tensorflow as tf

from kgan.core import arguments, registry, schedules
from kgan.core.config import argument_names
from kgan.core.schedules import Scheduled
from kgan.losses.view import View as View

# The classes of all terms by kind, each from where it is written.
_KINDS = {}


class LossTerm(keras.layers.Layer):
    """Base class of all further terms.

    The discriminator minimises `weight · mean(discriminator_term(view))` besides its
    adversarial loss, the generator `generator_weight · mean(generator_term(view))`. A
    subclass writes one of them or both: functions of a `kgan.losses.view.View` to one
    value for each example, or a scalar. A term is a layer: what its constructor adds by
    `add_weight(trainable=False)` is its state, assigned in `discriminator_term`, or in
    `generator_term` of a term that has no other, averaged over the replicas after each
    update, and saved with the model. An argument of its constructor that is an
    attribute of the same name is a part of its config.

    Args:
        weight: Strength for D, a non-negative float or a
            `keras.optimizers.schedules.LearningRateSchedule` of the training step.
        generator_weight: Strength for G, the same. None: as for D.
        interval: Acts in every `interval`-th update of its player, `interval` times as
            strong: see `kgan.Term`.

    Attributes:
        kind: The name, of no other class, by which it is found, and logged: the term of
            D under it, that of G under `g_` and it.
        reads: Fields of the view without which it cannot be computed: `compile` of a
            game without them raises an error.
        needs_labels: Whether it reads `view.labels`.
        judges_fakes: Whether it compares fakes with `view.labels`, which are theirs
            only where the generator takes labels.
        num_classes: Number of classes of those labels, where neither a head nor the
            generator shows it; otherwise None.

    Raises:
        ValueError: If an argument, here or of a subclass, is out of range.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class FeatureScale(kgan.terms.LossTerm):
            kind = "feature_scale"

            def discriminator_term(self, view):
                return tf.square(view.real_outputs["features"])

        gan.compile(terms=[FeatureScale(0.1), "lecam"])
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
            other = _KINDS.setdefault(cls.kind, cls)
            if other.__module__ != cls.__module__:
                raise ValueError(
                    f"`kind` must be a name that no other term has. Received: "
                    f"{cls.kind!r} of {cls.__module__}.{cls.__qualname__}, as of "
                    f"{other.__module__}.{other.__qualname__}"
                )
            _KINDS[cls.kind] = cls  # written anew, as in a notebook

    def __init__(
        self,
        weight: Scheduled = 1.0,
        generator_weight: Scheduled | None = None,
        interval: int = 1,
    ):
        super().__init__(name=self.kind, dtype="float32", trainable=False)
        self.weight = schedules.check("weight", weight)
        if generator_weight is not None:
            generator_weight = schedules.check("generator_weight", generator_weight)
        self.generator_weight = generator_weight
        self.interval = arguments.positive_integer("interval", interval)
        self.built = True

    def discriminator_term(self, view: View) -> Any:
        """Computes what D minimises besides."""

    def generator_term(self, view: View) -> Any:
        """Computes what G minimises besides."""

    def constrain(self, weight: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
        """Returns the new value of a trainable weight of D after each update of D."""

    def check(self, shapes: Mapping[str, Any], prior: Any) -> None:
        """Checks shapes of D's heads, by name, and the prior; called by `compile`.

        Raises:
            ValueError: If a head is missing or has another shape, or the latents are
                not what the term reads.
        """

    def check_networks(self, networks: Mapping[str, Any]) -> None:
        """Checks the networks by name; called by `compile`, as `check` is."""

    def overrides(self, method: str) -> bool:
        """Returns whether the class writes a method, given by its name."""
        return getattr(type(self), method) is not getattr(LossTerm, method)

    def weight_at(self, step: Any) -> Any:
        """Returns the weight of D's term at a training step."""
        return schedules.at(self.weight, step)

    def generator_weight_at(self, step: Any) -> Any:
        """Returns the weight of G's term at a training step."""
        own = self.generator_weight
        return self.weight_at(step) if own is None else schedules.at(own, step)

    def get_config(self):
        names = [n for n in argument_names(type(self)) if hasattr(self, n)]
        values = {name: getattr(self, name) for name in names}
        return {
            name: list(value) if isinstance(value, tuple) else schedules.config(value)
            for name, value in values.items()
        }

    @classmethod
    def from_config(cls, config):
        return cls(**config)


_REGISTRY = registry.Registry(
    "A term must be a `kgan.terms.LossTerm` or one of", LossTerm, _KINDS
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find


def of_room(expected: str, room: str, base: type = LossTerm) -> Any:
    """Returns the `Registry` of the terms that a module or package of kgan defines.

    Args:
        expected: Beginning of the error message for unknown names.
        room: Name of the module or package, once all its classes are written.
        base: Base class of the objects that its `get` accepts.
    """
    known = {k: c for k, c in _KINDS.items() if c.__module__.startswith(room)}
    return registry.Registry(expected, base, known)


def get_all(argument: str, identifiers: Any, get: Callable = get) -> list:
    """Returns all terms of a list of what `get`, that of a registry, takes.

    Raises a `ValueError` that names the argument if it is no list; others are `get`'s.
    """
    if not isinstance(identifiers, (list, tuple)):
        raise ValueError(f"`{argument}` must be a list. Received: {identifiers!r}")
    return [get(identifier) for identifier in identifiers]


# The name of this class before the engine had terms of its own.
Term = LossTerm
