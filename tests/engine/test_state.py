"""State of the global batch: a pool holds the same whatever plays the game."""

import dataclasses

import keras
import moves
import numpy as np
import pytest
import tensorflow as tf

from kgan.engine.move import Move, Term
from kgan.engine.state import absorb

SIZE = 12


@keras.saving.register_keras_serializable(package="tests")
class Pool(keras.layers.Layer):
    """Shows old rows where it is told to, and holds the last rows that it was given."""

    def __init__(self, size=SIZE, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def build(self, shape):
        shared = {"trainable": False, "aggregation": "only_first_replica"}
        self.rows = self.add_weight(
            shape=(self.size, *shape[1:]), initializer="zeros", name="rows", **shared
        )
        self.count = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", name="count", **shared
        )

    def call(self, rows, place):
        old = tf.gather(tf.convert_to_tensor(self.rows), tf.abs(place) % self.size)
        return tf.where(place[:, None] % 2 == 0, old, rows)

    def absorb(self, rows, place):
        rows = tf.concat([self.rows.value, rows], axis=0)
        self.rows.assign(rows[-self.size :])
        self.count.assign(self.count + tf.shape(place)[0])


class Remembering(moves.Pursuit):
    """The hunter sees where the prey was before."""

    def __init__(self, *args, pool=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.pool = pool

    def noise(self, rows, seed):
        # Integer bits, of which row i does not depend on the number of rows.
        first = super().noise(64, seed)["noise"]
        bits = tf.bitcast(first[:rows, 0], tf.int32)
        return {"noise": first[:rows], "place": tf.bitwise.right_shift(bits, 8)}

    def miss(self, nets, batch):
        place = nets.frozen.prey(batch["points"] + batch["noise"])
        place = nets.pool(place, batch["place"])
        guess = nets.hunter(batch["points"])
        loss = tf.reduce_mean(tf.square(place - guess))
        return loss, {"miss": loss, "guess": tf.reduce_mean(guess)}


def build(scope=None, cls=Remembering, **compiled):
    def make():
        keras.utils.set_random_seed(0)
        base = moves.pursuit()
        pool = Pool()
        pool.build((None, 2))
        game = cls(base.prey, base.hunter, base.memory, pool=pool)
        options = {"run_eagerly": False, "jit_compile": False, **compiled}
        sgd = {name: keras.optimizers.SGD(0.1) for name in ("prey", "hunter")}
        game.compile(sgd, **options)
        return game

    if scope is None:
        return make()
    with scope.scope():
        return make()


def test_replicas_micro_batches_and_xla_hold_one_pool(
    two_replicas, four_replicas, tmp_path
):
    one = build()
    moves.fit(one, 24)
    assert int(one.pool.count.numpy()) == 24
    assert np.all(np.any(one.pool.rows.numpy() != 0, axis=1))
    games = {
        "parts": build(micro_batches=2),
        "parts and xla": build(micro_batches=4, jit_compile=True),
        "replicas": build(two_replicas),
        "replicas, parts and xla": build(
            two_replicas, micro_batches=2, jit_compile=True
        ),
        "four replicas and xla": build(four_replicas, jit_compile=True),
    }
    for name, game in games.items():
        moves.fit(game, 24)
        moves.assert_equal(one, game, 1e-5)
        assert int(game.pool.count.numpy()) == 24, name
    # It is saved by its name, and the game goes on with another number of replicas.
    one.save_weights(tmp_path / "one.weights.h5")
    two = games["replicas"]
    moves.fit(two, 8)
    two.load_weights(tmp_path / "one.weights.h5")
    for game in (one, two):
        moves.fit(game, first=24)
    moves.assert_equal(one, two, 1e-5)
    for variable in two.pool.variables:
        copies = [np.asarray(copy.numpy()) for copy in variable.value.values]
        np.testing.assert_array_equal(*copies)


def test_what_it_was_called_with_is_absorbed_without_a_gradient():
    pool = Pool()
    pool.build((None, 1))

    def loss(nets, batch):
        value = tf.reduce_mean(nets.pool(nets.player(batch["x"]), batch["place"]))
        nets.frozen.pool(batch["x"], batch["place"])  # it is only looked at
        return value, {"loss": value}

    batch = {"x": np.ones((2, 1), "float32"), "place": np.array([1, 0])}
    networks = {"player": moves.line(3.0), "pool": pool}
    result = moves.update(Move(("player",), loss, ("loss",)), networks, batch)
    rows, place = result.rows["pool"]
    np.testing.assert_array_equal(rows, [[3.0], [3.0]])
    np.testing.assert_array_equal(place, [1, 0])
    # Row 1 is an old one: half the mean's gradient.
    np.testing.assert_array_equal(result.gradients["player"], [[[0.5]]])
    assert int(pool.count.numpy()) == 0  # a pure function writes nothing
    absorb(pool, [rows, place])
    assert int(pool.count.numpy()) == 2
    np.testing.assert_array_equal(pool.rows.numpy()[-2:, 0], [3.0, 3.0])


def refuse(match, game):
    with pytest.raises(ValueError, match=match):
        moves.fit(game, 8)


class Twice(Remembering):
    def miss(self, nets, batch):
        nets.pool(batch["points"], batch["place"])
        return super().miss(nets, batch)


class InTime(Remembering):
    def miss(self, nets, batch):
        def show(nets, carry, _):
            return nets.pool(carry, batch["place"])

        nets.unroll(show, batch["points"], tf.zeros((2, 1)))
        return super().miss(nets, batch)


class Lazily(Remembering):
    def moves(self):
        hunter, prey = super().moves()
        term = Term(lambda nets, batch: nets.pool(batch["points"], batch["place"]))
        terms = {"lazy": dataclasses.replace(term, interval=2)}
        return hunter, dataclasses.replace(prey, terms=terms)


class Waiting(Remembering):
    def moves(self):
        hunter, prey = super().moves()
        return dataclasses.replace(hunter, interval=2), prey


REFUSED = {
    Twice: "'pool' must be called once in an update.*Received: a second call",
    InTime: "pool must not be called inside of `unroll`",
    Lazily: "pool must not be called inside of a lazy term",
    Waiting: "pool must not be called by a move that waits in some rounds",
}


@pytest.mark.parametrize(
    ("cls", "match"), REFUSED.items(), ids=lambda x: getattr(x, "__name__", "")
)
def test_where_its_rows_would_have_no_order_it_is_refused(cls, match):
    game = build(cls=cls, run_eagerly=True)
    refuse(match, game)
    assert game.step == 0
