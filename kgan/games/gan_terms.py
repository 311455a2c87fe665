"""The further terms of a GAN's losses, as terms of its moves."""

import functools

from kgan.core import registry
from kgan.core.seeds import Use
from kgan.engine.move import Term
from kgan.losses import gradient_penalties, term
from kgan.losses.gradient_penalties import Penalty


class Terms:
    """The terms of `compile`, by the names under which they are logged.

    A term keeps the index of its seeds among the penalties, or among all others.

    Args:
        penalties: List of penalties or their names.
        regularizers: List of regularizers or their names.
        objectives: List of objectives or their names.
        terms: List of terms of any kind or their names.

    Attributes:
        named: All terms by name; a second of one kind has a number.
        penalties: The gradient penalties among them.
        further: The others.
        given: What `compile` was given, as objects.
    """

    def __init__(self, penalties=(), regularizers=(), objectives=(), terms=()):
        self.given = {
            "penalties": list(gradient_penalties.by_name(penalties).values()),
            "regularizers": term.get_all("regularizers", regularizers),
            "objectives": term.get_all("objectives", objectives),
            "terms": term.get_all("terms", terms),
        }
        found = [each for given in self.given.values() for each in given]
        names = registry.numbered([each.kind for each in found])
        self.named = dict(zip(names, found, strict=True))
        self.penalties = {n: t for n, t in self.named.items() if isinstance(t, Penalty)}
        self.further = {n: t for n, t in self.named.items() if n not in self.penalties}

    def of(self, game, player):
        """Returns the terms of a player's move, `kgan.Term` by the name of the log."""
        method, found = f"{player}_term", {}
        for name, each in self.named.items():
            if each.overrides(method):
                log, weight = name, each.weight
                if player == "generator":
                    log, own = f"g_{name}", each.generator_weight
                    weight = weight if own is None else own
                value = functools.partial(self._value, game, player, name)
                found[log] = Term(value, weight, each.interval)
        return found

    def _value(self, game, player, name, nets, batch):
        view = game.view(nets, batch, player)
        method, each = f"{player}_term", self.named[name]
        if not each.variables:
            return getattr(each, method)(view)
        key = (Use.TERM, [*self.further, *self.penalties].index(name))
        return nets.run(attribute(name), lambda t: getattr(t, method)(view), key)

    def written(self, game, player):
        """Returns the layers whose state a player's update keeps.

        The state of a term of both players is that of D's.
        """
        of_d = player == "discriminator"
        own = tuple(
            attribute(name)
            for name, each in self.named.items()
            if each.weights and each.overrides("discriminator_term") is of_d
        )
        augmented = of_d and game.augmentation is not None
        return ("augmentation", *own) if augmented else own

    def constraint(self):
        """Returns the function after each update of D by which terms limit weights."""
        limits = [t for t in self.named.values() if t.overrides("constrain")]

        def after(player, value, step):
            for each in limits:
                value = each.constrain(value, step)
            return value

        return after if limits else None

    def points(self, nets, shown, raw, looks_through):
        """Returns by penalty the points at which D is differentiated.

        Args:
            nets: The update's `Networks`.
            shown: Real and generated data as D sees them.
            raw: The same before the augmentation.
            looks_through: Function from a penalty to whether it takes the latter.
        """
        return {
            penalty: penalty.points(
                *(raw if looks_through(penalty) else shown),
                nets.seed(Use.POINTS, index),
            )
            for index, penalty in enumerate(self.penalties.values())
        }

    def wanted(self, points):
        """Returns the points whose gradients an update of D always needs."""
        return [tensor for penalty, tensor in points.items() if penalty.interval == 1]


def attribute(name):
    """Returns the attribute of the game that holds a term, its name in files."""
    return f"term_{name}"
