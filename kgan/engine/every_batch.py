"""The check of every batch inside the step, before any weight is written."""

import numpy as np
import tensorflow as tf

from kgan.core import seeds
from kgan.engine import fields


class EveryBatch:
    """Finds batches with values that are not what the game takes.

    The graph looks at values alone, which costs next to nothing; what is wrong with
    them is told by `fields.check_values` once something is. A plain object: Keras would
    track an attribute.
    """

    def __init__(self):
        self._error = None

    def accept(self, batch, expected):
        """Returns the operation after which a step may write.

        It fails on all replicas if the rows of one are wrong, and stands outside of
        what XLA compiles, where nothing can fail.

        Args:
            batch: This replica's rows.
            expected: Their fields.
        """

        def look(*tensors):
            self._look(tf.nest.pack_sequence_as(batch, tensors), expected)
            return np.float32(1.0)

        wrong = tf.cond(
            fields.are_right(batch, expected),
            lambda: tf.constant(0.0),
            lambda: tf.numpy_function(look, tf.nest.flatten(batch), tf.float32),
        )
        # What is wrong is known before any replica stops.
        if seeds.num_replicas() > 1:
            context = tf.distribute.get_replica_context()
            wrong = context.all_reduce(tf.distribute.ReduceOp.SUM, wrong)
        return tf.debugging.Assert(wrong < 0.5, ["a batch is not what the game takes"])

    def _look(self, batch, expected):
        """Keeps what is wrong: an error raised here would fill the screen."""
        try:
            fields.check_values(batch, expected)
        except ValueError as error:
            self._error = error

    def naming(self, function, where):
        """Returns a function that raises the ValueError of a batch that is refused.

        Args:
            function: What `fit` or `evaluate` calls for each step.
            where: Function that returns in which step, for the message.
        """

        def named(iterator):
            self._error = None
            try:
                return function(iterator)
            except tf.errors.OpError:
                if self._error is None:
                    raise
                raise ValueError(f"{self._error} ({where()})") from None

        return named
