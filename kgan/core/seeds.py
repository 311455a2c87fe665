"""Stateless seeds: every random draw of kgan follows from (seed, use, step, row).

Nothing random is stored, so nothing random has to be saved: a resumed run draws what
the uninterrupted one would have drawn. This is the only file that knows replica ids:
a draw is made for the global batch, and each replica keeps its own rows, so results do
not depend on the number of replicas.

A seed is an int32 tensor of shape `(2,)` whose parts lie in [0, 2³¹): XLA and the plain
graph draw different bits from a seed with a negative part.
"""

import enum

import tensorflow as tf

_MAX_INT32 = 2**31 - 1
# A replica's id stands above the counter that a `SeedGenerator` advances at each draw.
_REPLICA_SHIFT = 16


class Use(enum.IntEnum):
    """What a seed is for: one number for each independent stream of draws."""

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


def root(seed, branch=0):
    """Turns an integer into a seed.

    Args:
        seed: Integer or scalar integer tensor; only its lowest 31 bits count.
        branch: Tells apart the draws of one seed after it was begun anew; the same.

    Returns:
        An int32 tensor of shape `(2,)`.
    """

    def low_bits(value):
        bits = tf.bitwise.bitwise_and(tf.cast(value, tf.int64), _MAX_INT32)
        return tf.cast(bits, tf.int32)

    return tf.stack([low_bits(seed), low_bits(branch)])


def fold(seed, *values):
    """Derives a new seed from `seed` and non-negative integers, one after the other.

    `fold(s, v) = [hash(s), v]`, so seeds that differ only in the last value never
    collide.

    Args:
        seed: A seed, int32 of shape `(2,)`.
        *values: Integers or scalar integer tensors in [0, 2³¹).

    Returns:
        An int32 tensor of shape `(2,)`.
    """
    for value in values:
        digest = tf.random.stateless_uniform((), seed, 0, _MAX_INT32, tf.int32)
        seed = tf.stack([digest, tf.cast(value, tf.int32)])
    return seed


def num_replicas():
    """Returns how many replicas train in step, a Python integer."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def replica_id():
    """Returns the id of this replica among all, an int32 scalar."""
    context = tf.distribute.get_replica_context()
    return tf.convert_to_tensor(context.replica_id_in_sync_group)


def own_rows(draw, batch_size):
    """Draws the rows of the global batch that belong to this replica.

    Args:
        draw: Function from a number of rows to a tensor with that many rows, whose
            row i must not depend on that number.
        batch_size: Number of rows of this replica.

    Returns:
        Rows `[replica * batch_size, (replica + 1) * batch_size)` of the global batch.
    """
    end = (replica_id() + 1) * batch_size
    return draw(end)[end - batch_size :]


def layer_state(seed, replica=0):
    """Gives the state for a `keras.random.SeedGenerator` inside a network.

    The first part is the same on all replicas. The second tells them apart, so that
    Keras' own random layers draw different numbers on each; `uniform_like` takes the
    replica out again.

    Args:
        seed: A seed, int32 of shape `(2,)`.
        replica: Id of this replica, an integer or a scalar integer tensor.

    Returns:
        An int32 tensor of shape `(2,)`.
    """
    return fold(seed, tf.cast(replica, tf.int32) * 2**_REPLICA_SHIFT)


def uniform_like(x, state):
    """Draws uniform numbers inside a layer: equal in eager, graph and XLA.

    Floats drawn under XLA differ from those of the graph even for equal seeds, but the
    integer bits agree; the top 24 of them are an exact float32. The bits are drawn for
    the global batch, since a prefix of them differs under XLA, and cut to the
    replica's rows.

    Args:
        x: Tensor whose shape the result takes, its batch axis first.
        state: What `SeedGenerator.next()` gave: int32 of shape `(2,)`.

    Returns:
        A float32 tensor shaped like `x` with values in [0, 1).

    Example:
        ```python
        class Noise(keras.layers.Layer):
            def __init__(self, seed=None, **kwargs):
                super().__init__(**kwargs)
                self.seed_generator = keras.random.SeedGenerator(seed)

            def call(self, x):
                return x + kgan.seeds.uniform_like(x, self.seed_generator.next())
        ```
    """
    # A user's integer seed may be any int32; XLA needs both parts non-negative.
    state = tf.bitwise.bitwise_and(tf.cast(state, tf.int32), _MAX_INT32)
    # Outside a GAN nobody resets the counter, and it grows beyond its 16 bits; what
    # is no replica's id stays in the seed.
    replica = tf.bitwise.right_shift(state[1], _REPLICA_SHIFT) % num_replicas()
    seed = state - tf.stack([0, replica * 2**_REPLICA_SHIFT])
    rows = tf.shape(x)[0]
    everywhere = tf.concat([[rows * num_replicas()], tf.shape(x)[1:]], axis=0)
    bits = tf.random.stateless_uniform(
        everywhere, seed, minval=None, maxval=None, dtype=tf.uint32
    )
    if num_replicas() > 1:
        # A slice would make where it begins, and with it the seed, a constant of XLA's
        # program, which would then be compiled anew in each step.
        bits = tf.gather(bits, replica * rows + tf.range(rows))
    bits = tf.ensure_shape(bits, x.shape)
    return tf.cast(tf.bitwise.right_shift(bits, 8), tf.float32) * 2.0**-24
