"""The check of every batch inside the step, before any weight is written."""

import numpy as np
import tensorflow as tf

from kgan.core import seeds
from kgan.engine import fields

_REFUSED = "A batch is not what the game takes"


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

        several = seeds.num_replicas() > 1

        def look(replica, *tensors):
            return self._look(
                tf.nest.pack_sequence_as(batch, tensors), expected, replica
            )

        def looked():
            flat = [seeds.replica_id() if several else 0, *tf.nest.flatten(batch)]
            return tf.numpy_function(look, flat, tf.float32)

        right = fields.are_right(batch, expected, may_be_empty=several)
        wrong = tf.cond(right, lambda: tf.constant(0.0), looked)
        # What is wrong is known before any replica stops.
        if several:
            context = tf.distribute.get_replica_context()
            wrong = context.all_reduce(tf.distribute.ReduceOp.SUM, wrong)
        return tf.debugging.Assert(wrong < 0.5, [_REFUSED])

    def _look(self, batch, expected, replica):
        """Keeps what is wrong: an error raised here would fill the screen."""
        first = replica * len(tf.nest.flatten(batch)[0])
        try:
            fields.check_values(batch, expected, first)
        except ValueError as error:
            self._error = error
            return np.float32(1.0)
        return np.float32(0.0)

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
            except tf.errors.OpError as error:
                found = self._error
                if found is None and _REFUSED in str(error):
                    found = f"{_REFUSED}, on another worker, whose error says what"
                if found is None:
                    raise
                raise ValueError(f"{found} ({where()})") from None

        return named
