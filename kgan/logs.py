"""The scalars that `fit` shows: means over an epoch."""

import keras
import tensorflow as tf


class LastingMean(keras.metrics.Mean):
    """A mean that keeps its last value through an epoch in which nothing came.

    A penalty with an interval of 16 steps does not act in every epoch of 10; showing 0
    there would be false.
    """

    def __init__(self, name="lasting_mean", dtype=None):
        super().__init__(name=name, dtype=dtype)
        # Each replica remembers the whole, not a share of a sum.
        self.last = self.add_variable(
            shape=(), initializer="zeros", aggregation="mean", name="last"
        )

    def reset_state(self):
        """Starts a new mean; remembers the one before."""
        self.last.assign(self.result())
        self.total.assign(0.0)
        self.count.assign(0.0)

    def result(self):
        """Gives the mean since `reset_state`, or the one before if nothing came."""
        mean = tf.math.divide_no_nan(
            tf.convert_to_tensor(self.total), tf.convert_to_tensor(self.count)
        )
        return tf.where(tf.convert_to_tensor(self.count) > 0, mean, self.last)


class Logs:
    """All trackers of a model, found by name: `d_loss g_loss d_real d_fake ...`.

    Attributes:
        GAME: Names of what any batch tells, held out or not.
        NORMS: Names of the lengths of both gradients, which training alone knows.

    Args:
        penalties: Dictionary of names and `kgan.penalties.Penalty`.
    """

    GAME = ("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy")
    NORMS = ("d_gradient_norm", "g_gradient_norm")

    def __init__(self, penalties):
        for name in penalties:
            if name in (*self.GAME, *self.NORMS):
                raise ValueError(
                    "A penalty must have a name of its own, other than "
                    f"{', '.join((*self.GAME, *self.NORMS))}. Received: {name!r}"
                )
        self.trackers = {name: keras.metrics.Mean(name=name) for name in self.GAME}
        lasting = (*penalties, *self.NORMS)
        self.trackers |= {name: LastingMean(name=name) for name in lasting}
        self._intervals = {name: p.interval for name, p in penalties.items()}

    def rows(self):
        """Number of examples that this replica has seen since the last reset, int64."""
        return tf.cast(self.trackers["d_loss"].count.value, tf.int64)

    def update(self, values, rows, update=0):
        """Adds means over a batch; those of lazy penalties only where they acted.

        Args:
            values: Dictionary of names and float32 scalars.
            rows: Number of examples in the batch. A last batch may leave a replica
                none, and then a mean that is NaN.
            update: Number of updates of D before this one.
        """
        for name, value in values.items():
            acts = tf.equal(update % self._intervals.get(name, 1), 0)
            if name in self.NORMS:
                # float16 skips an update that overflows. Anywhere else the losses tell
                # of it one update later.
                acts &= tf.math.is_finite(value)
            weight = tf.cast(tf.where(acts, rows, 0), tf.float32)
            value = tf.where(weight > 0, value, 0.0)
            self.trackers[name].update_state(value, sample_weight=weight)
