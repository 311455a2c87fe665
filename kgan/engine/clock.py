"""Counters of the training loop, and the context of one update.

Every random draw and every schedule follows from three counters: all that a run must
keep to go on as if it had never stopped.
"""

import typing

import keras
import tensorflow as tf

from kgan.core import backend, seeds
from kgan.core.seeds import Use


class Context(typing.NamedTuple):
    """The tensors that an update reads besides its data.

    Attributes:
        step: Number of rounds before this one, which schedules count.
        update: Number of this move's updates before, which intervals count.
        scale: The optimizers' loss scale, 1 unless float16 needs it.
        replica: Id of this replica.
        seed: int32 of shape `(2,)`.
    """

    step: tf.Tensor
    update: tf.Tensor
    scale: tf.Tensor
    replica: tf.Tensor
    seed: tf.Tensor

    def fold(self, *values):
        """Returns the same context with a seed of another use."""
        return self._replace(seed=seeds.fold(self.seed, *values))


class Clock(keras.layers.Layer):
    """Three int64 counters, saved with the model that owns them.

    Attributes:
        rounds: Number of rounds played.
        position: Number of batches of data taken, which a rollback does not rewind.
        rollbacks: Number of rollbacks to an earlier round. It is a part of every seed:
            the same draws would lead to the same collapse.
    """

    def __init__(self, name="clock"):
        super().__init__(name=name, dtype="float32")
        self.rounds, self.position, self.rollbacks = map(
            self._counter, ("rounds", "position", "rollbacks")
        )
        self.built = True

    def _counter(self, name):
        # JAX has no int64, unless it is told to, and warns.
        dtype = "int64" if backend.is_tensorflow() else "int32"
        return self.add_weight(
            shape=(),
            initializer="zeros",
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",
            name=name,
        )

    def context(self, seed, stream, updates_per_step, index):
        """Returns the `Context` of an update, with a loss scale of 1.

        Args:
            seed: The model's seed, an integer.
            stream: A tuple of integers that separates the draws of moves.
            updates_per_step: Number of such updates in a round.
            index: Which of them this is, an integer or a scalar integer tensor.
        """
        step = tf.convert_to_tensor(self.rounds.value)
        update = step * updates_per_step + index
        root = seeds.root(seed, tf.convert_to_tensor(self.rollbacks.value))
        seed = seeds.fold(root, *stream, update)
        return Context(step, update, tf.constant(1.0), seeds.replica_id(), seed)

    def draws(self, context, draw, rows):
        """Returns this replica's rows of what a move draws for the global batch.

        `draw` is `(rows, seed) -> dict` of tensors: row i does not depend on `rows`.
        """
        seed = context.fold(Use.DRAWS).seed
        return seeds.own_rows(lambda count: draw(count, seed), rows)

    def advance(self, batches):
        """Counts one round and the batches that it has taken."""
        self.rounds.assign_add(1)
        self.position.assign_add(batches)
