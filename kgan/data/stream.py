"""Order of the examples: batch i of the stream is a pure function of (seed, i).

The stream is infinite. Epoch e of it is one permutation of all examples, drawn from
(seed, e), cut into whole batches; other examples are left over in each epoch. An
iteration reads a window of the stream.
"""

import numpy as np
import tensorflow as tf

from kgan.core import peeking


def windows(start: int, length: int, moving: bool) -> tf.data.Dataset:
    """Returns a data set whose one element is the iteration's window of the stream.

    The window is `(first, last)`, two int64 scalars. The n-th iteration (n = 0, 1, ...)
    has the batches `[start + n * length, start + (n + 1) * length)`; unless `moving`,
    each has the first of these. An iteration counts from its first batch on, unless it
    is `uncounted`: an iterator that is built and never read, as Keras does at the end
    of each epoch, does not count.
    """
    if not moving:
        first = tf.constant(start, tf.int64)
        return tf.data.Dataset.from_tensors((first, first + length))
    # In Python: a `tf.Variable` of a strategy's scope would belong to its replicas.
    iterations = 0

    def begin():
        nonlocal iterations
        number = iterations
        if peeking.count():
            iterations += 1
        return np.int64(number)

    def window(_):
        number = tf.numpy_function(begin, [], tf.int64)
        first = start + tf.ensure_shape(number, ()) * length
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
    """Returns a data set of the indices of examples, int64 `(batch_size,)` a batch.

    Only the window's part of an epoch's order is kept, so that a start in the middle
    costs no more than one shuffle. Without `shuffle` each epoch is 0, 1, 2, ...; the
    other arguments are those of `kgan.data.Source.draws`.
    """
    per_epoch = num_examples // batch_size

    def epoch_batches(epoch):
        order = _order(num_examples, seed, epoch, shuffle)
        order = tf.reshape(order[: per_epoch * batch_size], (per_epoch, batch_size))
        begin = epoch * per_epoch
        own = order[tf.maximum(first - begin, 0) : tf.minimum(last - begin, per_epoch)]
        return tf.data.Dataset.from_tensor_slices(own)

    epochs = tf.data.Dataset.range(first // per_epoch, (last - 1) // per_epoch + 1)
    return epochs.flat_map(epoch_batches)


def endless_batches(
    first: tf.Tensor,
    last: tf.Tensor,
    num_examples: int,
    batch_size: int,
    seed: int,
    shuffle: bool,
) -> tf.data.Dataset:
    """Returns the same of epochs that follow each other without a rest.

    A batch may have the end of one epoch and the beginning of the next, or, of few
    examples, several: so no example is left out, however many they are.
    """
    begin, end = first * batch_size, last * batch_size
    epochs = tf.data.Dataset.range(begin // num_examples, (end - 1) // num_examples + 1)
    indices = epochs.flat_map(
        lambda epoch: tf.data.Dataset.from_tensor_slices(
            _order(num_examples, seed, epoch, shuffle)
        )
    )
    indices = indices.skip(begin % num_examples).take(end - begin)
    return indices.batch(batch_size, drop_remainder=True)


def of_side(seed: int, side: int) -> int:
    """Returns the seed of one of several streams that must not follow each other."""
    state = np.random.SeedSequence((seed, side)).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def _order(num_examples, seed, epoch, shuffle):
    order = tf.range(num_examples, dtype=tf.int64)
    if not shuffle:
        return order
    key = tf.stack([tf.constant(seed, tf.int64), epoch])
    return tf.random.experimental.stateless_shuffle(order, key)
