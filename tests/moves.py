"""Updates by hand, and a small game of two players that is no GAN."""

import keras
import numpy as np
import tensorflow as tf

from kgan.core import seeds
from kgan.engine.clock import Context
from kgan.engine.game import Game
from kgan.engine.move import Move
from kgan.engine.networks import Networks
from kgan.engine.stateless import Stateless
from kgan.engine.update import Update
from kgan.latents import priors

POINTS = np.random.default_rng(7).normal(size=(48, 2)).astype("float32")


def context(update=0, seed=1, replica=0, scale=1.0, step=None):
    """What an update knows besides its data."""
    step = update if step is None else step
    return Context(
        tf.constant(step, tf.int64),
        tf.constant(update, tf.int64),
        tf.constant(scale),
        tf.constant(replica),
        seeds.root(seed),
    )


def line(slope, **options):
    """The network x ↦ slope · x in one dimension."""
    dense = keras.layers.Dense(1, use_bias=False, **options)
    network = keras.Sequential([keras.Input((1,)), dense])
    network.set_weights([np.array([[slope]])])
    return network


def stateless(**networks):
    """Networks by name as pure functions."""
    return {name: Stateless(network) for name, network in networks.items()}


def values(game):
    """Values of all networks as they are."""
    return {name: network.values() for name, network in game.items()}


def nets(training=True, now=None, **networks):
    """The networks inside one update."""
    game = stateless(**networks)
    return Networks(game, values(game), now or context(), training)


def playing(move, networks, compiler=lambda f: f, norms=None):
    """A function that plays one update on a dictionary of arrays: a `Result`."""
    game = stateless(**networks)
    function = compiler(Update(move, game, norms or {}))

    def play(batch, **changes):
        batch = tf.nest.map_structure(tf.constant, batch)
        return function(values(game), batch, context(**changes))

    return play


def update(move, networks, batch, norms=None, **changes):
    """Plays one update on a dictionary of arrays; gives its `Result`."""
    return playing(move, networks, norms=norms)(batch, **changes)


def move_of(model, player):
    """The move of a compiled game that moves a player."""
    return next(m for m in model._plain.round.moves if player in m.players)


def playing_of(model, player, compiler=lambda f: f):
    """A function that plays the update of a player of a compiled game: a `Result`."""
    game, move = model._plain.stateless, move_of(model, player)
    norms = {player: f"{player}_norm" for player in move.players}
    function = compiler(Update(move, game, norms))

    def play(batch, **changes):
        return function(values(game), batch, context(**changes))

    return play


def update_of(model, player, batch, compiler=lambda f: f, **changes):
    """Plays the update of a player of a compiled game; gives its `Result`."""
    return playing_of(model, player, compiler)(batch, **changes)


@keras.saving.register_keras_serializable(package="tests")
class Memory(keras.layers.Layer):
    """Keeps a running mean, linear in the batch, and counts its calls."""

    def build(self, shape):
        self.mean = self.add_weight(
            shape=shape[1:], initializer="zeros", trainable=False, name="mean"
        )
        self.calls = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="calls"
        )

    def call(self, x):
        self.mean.assign(0.9 * self.mean + 0.1 * tf.reduce_mean(x, axis=0))
        self.calls.assign(self.calls + 1)
        return x


@keras.saving.register_keras_serializable(package="tests")
class Pursuit(Game):
    """A hunter guesses where the prey goes, and the prey goes elsewhere."""

    def __init__(self, prey, hunter, memory, repeats=1, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.prey, self.hunter, self.memory = prey, hunter, memory
        self.repeats, self.momentum = repeats, momentum

    def unpack(self, element):
        return {"points": element}

    def moves(self):
        draws = self.noise
        return (
            Move(
                ("hunter",),
                self.miss,
                ("miss", "guess"),
                writes=("memory",),
                draws=draws,
                repeats=self.repeats,
                fresh_data=True,
            ),
            Move(("prey",), self.flee, ("flee",), draws=draws),
        )

    def averages(self):
        return {} if self.momentum is None else {"prey": self.momentum}

    def noise(self, rows, seed):
        return {"noise": priors.Normal(2).sample(rows, seed)}

    def distance(self, prey, hunter, batch):
        place = prey.prey(batch["points"] + batch["noise"])
        guess = hunter.hunter(batch["points"])
        return tf.reduce_sum(tf.square(place - guess), axis=1), tf.reduce_mean(guess)

    def miss(self, nets, batch):
        nets.memory(batch["points"])
        distances, guess = self.distance(nets.frozen, nets, batch)
        loss = tf.reduce_mean(distances)
        return loss, {"miss": loss, "guess": guess}

    def flee(self, nets, batch):
        distances, _ = self.distance(nets, nets.frozen, batch)
        loss = tf.reduce_mean(1.0 / (1.0 + distances))
        return loss, {"flee": loss}

    def held_out(self, nets, batch):
        return self.miss(nets, batch)[1]


def pursuit(layers=(), compiled=None, rate=0.1, kind=Pursuit, **options):
    """A compiled `Pursuit` of dense networks, with further layers for the prey."""
    prey = keras.Sequential(
        [keras.Input((2,)), *layers, keras.layers.Dense(2)], name="prey"
    )
    hunter = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)], name="hunter")
    memory = Memory()
    memory.build((None, 2))
    game = kind(prey, hunter, memory, **options)
    optimizers = {
        name: keras.optimizers.SGD(rate, momentum=0.5) for name in ("prey", "hunter")
    }
    game.compile(**{"optimizers": optimizers, "run_eagerly": True, **(compiled or {})})
    return game


def fit(game, rows=48, first=0, **options):
    """Plays on points in batches of 8, in their order."""
    data = POINTS[first:rows]
    return game.fit(
        data, **{"batch_size": 8, "shuffle": False, "verbose": 0, **options}
    )


def state(game):
    """All variables of a game and of its optimizers, as arrays."""
    optimizers = [v for o in game.optimizers.values() for v in o.variables]
    return [np.array(v) for v in (*game.weights, *optimizers)]


def assert_equal(ours, theirs, tolerance=0.0):
    """Two games hold equal values."""
    for one, other in zip(state(ours), state(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)
