"""The order of the examples: batch i of the stream is a pure function of (seed, i).

The stream is infinite. Epoch e of it is one permutation of all examples, drawn from
(seed, e), cut into whole batches; the examples that are left over are others in each
epoch. Whoever iterates sees a window of the stream.
"""

import numpy as np
import tensorflow as tf

from kgan.core import peeking


class _Turns:
    """Counts the iterations of one data set."""

    def __init__(self):
        self.taken = 0

    def take(self) -> np.int64:
        turn = self.taken
        if peeking.count():
            self.taken += 1
        return np.int64(turn)


def windows(start: int, length: int, moving: bool) -> tf.data.Dataset:
    """Gives each iteration its window of the stream.

    The n-th iteration (n = 0, 1, ...) covers the batches
    `[start + n * length, start + (n + 1) * length)`. An iteration counts from its
    first batch on, unless it is `uncounted`: an iterator that is made and never asked,
    as Keras makes one at the end of each epoch, takes no window.

    Args:
        start: Number of the first batch.
        length: How many batches an iteration gives.
        moving: Whether windows move on; otherwise each iteration gets the first one.

    Returns:
        A data set of one element, `(first, last)`: two int64 scalars.
    """
    if not moving:
        first = tf.constant(start, tf.int64)
        return tf.data.Dataset.from_tensors((first, first + length))
    turns = _Turns()

    def window(_):
        # The count lives in Python: a `tf.Variable` made in a strategy's scope would
        # belong to its replicas.
        turn = tf.numpy_function(turns.take, [], tf.int64)
        first = start + tf.ensure_shape(turn, ()) * length
        return first, first + length

    return tf.data.Dataset.range(1).map(window)


def index_batches(
    first: tf.Tensor,
    last: tf.Tensor,
    num_examples: int,
    batch_size: int,
    seed: int,
    shuffle: bool,
) -> tf.data.Dataset:
    """Gives the indices of the examples in batches `[first, last)` of the stream.

    Only the window's part of an epoch's order is kept, so that a start in the middle
    costs no more than one shuffle.

    Args:
        first: Number of the first batch, int64 scalar.
        last: Number after the last batch, int64 scalar.
        num_examples: How many examples there are.
        batch_size: How many of them make a batch.
        seed: The stream's seed.
        shuffle: Whether epochs are permuted; otherwise all are 0, 1, 2, ...

    Returns:
        A data set of int64 vectors of shape `(batch_size,)`.
    """
    per_epoch = num_examples // batch_size

    def epoch_batches(epoch):
        order = tf.range(num_examples, dtype=tf.int64)
        if shuffle:
            key = tf.stack([tf.constant(seed, tf.int64), epoch])
            order = tf.random.experimental.stateless_shuffle(order, key)
        order = tf.reshape(order[: per_epoch * batch_size], (per_epoch, batch_size))
        begin = epoch * per_epoch
        own = order[tf.maximum(first - begin, 0) : tf.minimum(last - begin, per_epoch)]
        return tf.data.Dataset.from_tensor_slices(own)

    epochs = tf.data.Dataset.range(first // per_epoch, (last - 1) // per_epoch + 1)
    return epochs.flat_map(epoch_batches)
