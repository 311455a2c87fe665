"""Stateless seeds: every random draw of kgan depends on (seed, use, step, row).

Nothing random is stored or has to be saved: a resumed run draws what the uninterrupted
one would have drawn. Only this file knows replica ids: a draw is made for the global
batch, and each replica keeps its own rows, so that results do not depend on the number
of replicas. A seed is an int32 tensor of shape `(2,)` with parts in [0, 2³¹): XLA and
the plain graph draw different bits from a seed with a negative part.
"""

import enum
from collections.abc import Callable
from typing import Any

import tensorflow as tf

_MAX_INT32 = 2**31 - 1
# A replica's id is above the counter that a `SeedGenerator` advances at each draw.
_REPLICA_SHIFT = 16


class Use(enum.IntEnum):
    """Purposes of seeds: one number for each independent stream of draws."""

    DISCRIMINATOR_STEP = 1
    GENERATOR_STEP = 2
    TEST = 3
    GENERATE = 4
    DRAWS = 5
    REAL = 6
    FAKE = 7
    GENERATOR = 8
    PENALTY = 9
    AUGMENT = 10
    POINTS = 11
    PART = 12
    TERM = 13
    MOVE = 14
    CALL = 15
    TIME = 16


def root(seed: int, branch: int = 0) -> tf.Tensor:
    """Converts an integer or scalar tensor to a seed; the lowest 31 bits count.

    `branch`, another one, distinguishes the draws of one seed after a restart.
    """

    def low_bits(value):
        bits = tf.bitwise.bitwise_and(tf.cast(value, tf.int64), _MAX_INT32)
        return tf.cast(bits, tf.int32)

    return tf.stack([low_bits(seed), low_bits(branch)])


def fold(seed: Any, *values: Any) -> tf.Tensor:
    """Derives a new seed from `seed` and integers in [0, 2³¹), one after the other.

    `fold(s, v) = [hash(s), v]`, so seeds that differ only in the last value never
    collide.
    """
    for value in values:
        digest = tf.random.stateless_uniform((), seed, 0, _MAX_INT32, tf.int32)
        seed = tf.stack([digest, tf.cast(value, tf.int32)])
    return seed


def num_replicas() -> int:
    """Returns the number of replicas that train in step, a Python integer."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_id() -> Any:
    """Returns the id of this replica among all, an int32 scalar."""
    context = tf.distribute.get_replica_context()
    return tf.convert_to_tensor(context.replica_id_in_sync_group)


def own_rows(draw: Callable, batch_size: int) -> Any:
    """Draws the rows [r n, (r + 1) n) of the global batch, for replica r and n rows.

    Row i of `draw(rows)` must not depend on the number of rows.
    """
    end = (replica_id() + 1) * batch_size
    rows = slice(end - batch_size, None)
    return tf.nest.map_structure(lambda tensor: tensor[rows], draw(end))


def layer_state(seed: Any, replica: Any = 0) -> tf.Tensor:
    """Returns the state for a `keras.random.SeedGenerator` inside a network.

    Its second part has the id of the replica, so that Keras' own random layers draw
    different numbers on each; `uniform_like` removes it.
    """
    return fold(seed, tf.cast(replica, tf.int32) * 2**_REPLICA_SHIFT)


def uniform_like(x: tf.Tensor, state: Any) -> tf.Tensor:
    """Draws uniform numbers inside a layer: equal in eager, graph and XLA.

    Floats drawn under XLA differ from those of the graph even for equal seeds, but the
    integer bits agree; the top 24 of them are an exact float32. The bits are drawn for
    the global batch, since a prefix of them differs under XLA, and cut to the
    replica's rows.

    Args:
        x: Tensor of the result's shape, its batch axis first.
        state: Result of `SeedGenerator.next()`, int32 of shape `(2,)`.

    Returns:
        A float32 tensor with values in [0, 1).

    Example: `x + kgan.seeds.uniform_like(x, self.seed_generator.next())`
    """
    seed, replica = _without_replica(state)
    rows = tf.shape(x)[0]
    everywhere = tf.concat([[rows * num_replicas()], tf.shape(x)[1:]], axis=0)
    bits = _bits(everywhere, seed)
    if num_replicas() > 1:
        # A slice would make where it begins, and with it the seed, a constant of XLA's
        # program, which would then be compiled anew in each step.
        bits = tf.gather(bits, replica * rows + tf.range(rows))
    return _uniform(tf.ensure_shape(bits, x.shape))


def uniform_for_all(count: int, state: Any) -> tf.Tensor:
    """Draws uniform numbers in [0, 1) that are the same on all replicas.

    Args:
        count: How many.
        state: As of `uniform_like`.
    """
    seed, _ = _without_replica(state)
    return _uniform(_bits((count,), seed))


def _without_replica(state):
    """Returns the seed of a layer's state, and the replica's id that was in it."""
    # A user's integer seed may be any int32; XLA needs both parts non-negative.
    state = tf.bitwise.bitwise_and(tf.cast(state, tf.int32), _MAX_INT32)
    # Outside a GAN nobody resets the counter, and it grows beyond its 16 bits; what
    # is no replica's id stays in the seed.
    replica = tf.bitwise.right_shift(state[1], _REPLICA_SHIFT) % num_replicas()
    return state - tf.stack([0, replica * 2**_REPLICA_SHIFT]), replica


def _bits(shape, seed):
    return tf.random.stateless_uniform(
        shape, seed, minval=None, maxval=None, dtype=tf.uint32
    )


def _uniform(bits):
    return tf.cast(tf.bitwise.right_shift(bits, 8), tf.float32) * 2.0**-24
