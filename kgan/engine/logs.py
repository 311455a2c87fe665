"""The scalars that `fit` shows: means over an epoch."""

import keras
import tensorflow as tf


class Means(keras.metrics.Metric):
    """Means of several values at once, each with weights of its own.

    One metric for each would cost a small game more time than its networks do. A mean
    keeps its last value through an epoch in which nothing came: a penalty with an
    interval of 16 steps does not act in every epoch of 10.

    Args:
        names: Of the values; Keras shows logs in alphabetical order.
        name: Of the metric.
    """

    def __init__(self, names, name="means"):
        super().__init__(name=name, dtype="float32")
        self.names = tuple(names)
        shape = (len(self.names),)
        self.total = self.add_variable(shape, initializer="zeros", name="total")
        self.count = self.add_variable(shape, initializer="zeros", name="count")
        # Each replica remembers the whole, not a share of a sum.
        self.last = self.add_variable(
            shape, initializer="zeros", aggregation="mean", name="last"
        )

    def place(self, name):
        """Returns the place of a value in `total`, `count` and `last`."""
        return self.names.index(name)

    def update_state(self, values, weights):
        """Adds a value to each mean: float32 tensors of shape `(names,)`.

        Where a weight is 0 the value does not matter, be it NaN.
        """
        values = tf.where(weights > 0, values, 0.0)
        self.total.assign_add(values * weights)
        self.count.assign_add(weights)

    def reset_state(self):
        self.last.assign(self._means())
        self.total.assign(tf.zeros_like(self.total))
        self.count.assign(tf.zeros_like(self.count))

    def result(self):
        return dict(zip(self.names, tf.unstack(self._means()), strict=True))

    def _means(self):
        total, count, last = map(
            tf.convert_to_tensor, (self.total, self.count, self.last)
        )
        return tf.where(count > 0, tf.math.divide_no_nan(total, count), last)


class Logs:
    """What a game logs: the losses of its moves, further logs, terms, gradient norms.

    Args:
        moves: The game's `Move`s.
        norms: By player, the name under which the norm of its gradient is logged.

    Attributes:
        means: The `Means` of all.
        data: Name of a log of every update that takes fresh data.

    Raises:
        ValueError: If two logs have one name.
    """

    def __init__(self, moves, norms):
        losses = [name for move in moves for name in move.logs[:1]]
        others = [name for move in moves for name in move.logs[1:]]
        terms = [name for move in moves for name in move.terms]
        names = [*losses, *others, *terms, *norms.values()]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            others = ", ".join(name for name in names if name != twice[0])
            raise ValueError(
                "Each loss and term of a game must have a name of its own, other than "
                f"{others or 'those of the game'}. Received: {twice[0]!r}"
            )
        self.means = Means(names)
        self._norms = set(norms.values())
        self._intervals = {n: t.interval for m in moves for n, t in m.terms.items()}
        fresh = [move for move in moves if move.fresh_data] or list(moves)
        self.data = next((n for move in fresh for n in move.logs), names[-1])

    def rows(self):
        """Returns how many examples this replica saw since the last reset, int64."""
        return tf.cast(self.means.count.value[self.means.place(self.data)], tf.int64)

    def update(self, values, rows, update=0, acts=True):
        """Adds means over a batch; those of lazy terms only where they acted.

        Args:
            values: Dictionary of names and float32 scalars; NaN where no rows are.
            rows: Number of examples in the batch.
            update: Number of updates of the move before this one.
            acts: Whether the move acted: True, or a boolean tensor.
        """
        unknown = values.keys() - set(self.means.names)
        if unknown:
            raise KeyError(*sorted(unknown))
        none = tf.constant(0.0)
        rows = rows if acts is True else tf.where(acts, rows, 0)
        weights = [
            self._weight(name, values[name], rows, update) if name in values else none
            for name in self.means.names
        ]
        self.means.update_state(
            tf.stack([values.get(name, none) for name in self.means.names]),
            tf.stack(weights),
        )

    def _weight(self, name, value, rows, update):
        rows = tf.cast(rows, tf.float32)
        if self._intervals.get(name, 1) > 1:
            acts = tf.equal(update % self._intervals[name], 0)
            return tf.where(acts, rows, 0.0)
        if name in self._norms:
            # float16 skips an update that overflows. Anywhere else the losses tell of
            # it one update later.
            return tf.where(tf.math.is_finite(value), rows, 0.0)
        return rows
