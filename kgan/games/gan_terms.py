"""The further terms of a GAN's losses, as terms of its moves."""

import dataclasses
import functools
import itertools

import tensorflow as tf

from kgan.core import registry, schedules
from kgan.core.seeds import Use
from kgan.engine.move import Term
from kgan.losses import gradient_penalties, term
from kgan.losses.gradient_penalties import Penalty

# Where the gradient of a lazy term goes: into the step of the loss, or one of its own.
LAZY = ("same_step", "own_step")


class Terms:
    """The terms of `compile`, by the names under which they are logged.

    A term keeps the index of its seeds among the penalties, or among all others.

    Args:
        penalties: List of penalties or their names.
        regularizers: List of regularizers or their names.
        objectives: List of objectives or their names.
        terms: List of terms of any kind or their names.
        lazy: One of `LAZY`.

    Attributes:
        named: All terms by name; a second of one kind has a number.
        penalties: The gradient penalties among them.
        further: The others.
        given: What `compile` was given, as objects.
    """

    def __init__(
        self, penalties=(), regularizers=(), objectives=(), terms=(), lazy=LAZY[0]
    ):
        registry.check_known("`lazy` must be one of", lazy, LAZY)
        self.lazy = lazy
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
        found = {}
        for name, each in self._with(player):
            if not self._is_apart(each):
                log, weight = _log(player, name, each)
                value = functools.partial(self._value, game, player, name)
                found[log] = Term(value, weight, each.interval)
        return found

    def steps(self, game, move):
        """Returns a move for each lazy term of a player that is a step of its own.

        It has latents of its own, and the last batch of the round.

        Args:
            game: The game.
            move: The player's own `Move`.
        """
        (player,) = move.players
        found = []
        for name, each in self._with(player):
            if not self._is_apart(each):
                continue
            log, weight = _log(player, name, each)
            value = functools.partial(self._value_apart, game, player, name)
            strength = schedules.times(weight, float(each.interval))
            step = dataclasses.replace(
                move,
                loss=_nothing_else,
                logs=(),
                terms={log: Term(value, strength)},
                writes=self._state_of(player, name),
                repeats=1,
                fresh_data=False,
                interval=each.interval,
                stream=None,
            )
            found.append(step)
        return tuple(found)

    def _with(self, player):
        named = self.named.items()
        return [(n, each) for n, each in named if each.overrides(f"{player}_term")]

    def _is_apart(self, term):
        return self.lazy == "own_step" and term.interval > 1

    def _value_apart(self, game, player, name, nets, batch):
        # The networks are as they are in a branch: their state moves with the loss, and
        # so do their own losses count.
        return self._value(game, player, name, nets, batch, nets.frozen)

    def _value(self, game, player, name, nets, batch, seen=None):
        view = game.view(seen or nets, batch, player)
        method, each = f"{player}_term", self.named[name]
        if not each.variables:
            return getattr(each, method)(view)
        key = (Use.TERM, [*self.further, *self.penalties].index(name))
        return nets.run(attribute(name), lambda t: getattr(t, method)(view), key)

    def written(self, game, player):
        """Returns the layers whose state a player's update keeps.

        The state of a term of both players is that of D's.
        """
        own = (
            self._state_of(player, name)
            for name, each in self.named.items()
            if not self._is_apart(each)
        )
        augmented = player == "discriminator" and game.augmentation is not None
        return (*(["augmentation"] if augmented else ()), *itertools.chain(*own))

    def _state_of(self, player, name):
        each, of_d = self.named[name], player == "discriminator"
        own = each.weights and each.overrides("discriminator_term") is of_d
        return (attribute(name),) if own else ()

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


def _log(player, name, term):
    """Returns the name of a term's log and its weight, for a player."""
    if player == "discriminator":
        return name, term.weight
    own = term.generator_weight
    return f"g_{name}", term.weight if own is None else own


def _nothing_else(nets, batch):
    return tf.constant(0.0), {}


def attribute(name):
    """Returns the attribute of the game that holds a term, its name in files."""
    return f"term_{name}"
