"""Prepares the data of `fit`: checks the first batches, groups those of a round."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from kgan.core import peeking
from kgan.engine import fields

# Bytes of arrays that are checked at a time.
_AT_ONCE = 64 * 2**20


def is_arrays(x):
    """Returns whether `x` is an array, or a dictionary of arrays, also a nested one."""
    leaves = tf.nest.flatten(x) if isinstance(x, dict) else [x]
    return bool(leaves) and all(hasattr(leaf, "shape") for leaf in leaves)


def peek(x, y, batch_size, count=1):
    """Returns `(batches, x)`: the first batches of what `fit` takes, and its data.

    They are an iterator of up to `count` batches, read as they are asked for: none
    where they cannot be seen without harm, else at least one. What has lost its first
    batches is replaced.

    Args:
        x: A data set, arrays, a `keras.utils.PyDataset` or an iterator.
        y: Targets beside arrays, an array or a dictionary of them, or None.
        batch_size: Number of rows of a batch of arrays.
        count: The most batches.

    Raises:
        ValueError: If `x` holds no batch, no batches at all, or arrays that differ in
            their number of rows.
    """
    if isinstance(x, tf.distribute.DistributedDataset):
        return iter(()), x
    if is_arrays(x):
        _check_rows([x] if y is None else [x, y])
        firsts = range(0, min(_rows(x), count * batch_size), batch_size)
        return _begun(_part(x, y, first, batch_size) for first in firsts), x
    if isinstance(x, keras.utils.PyDataset):
        known = count if x.num_batches is None else min(x.num_batches, count)
        return _begun(x[index] for index in range(known)), x
    if isinstance(x, tf.data.Dataset):
        with peeking.uncounted():
            return _begun(iter(x.take(count))), x
    if hasattr(x, "__next__"):
        seen = []
        return _begun(_remembered(itertools.islice(x, count), seen)), _chain(seen, x)
    if hasattr(x, "__iter__") and not isinstance(x, (list, tuple, dict)):
        return _begun(itertools.islice(iter(x), count)), x
    raise ValueError(
        "`x` must be an array, a tf.data.Dataset or another iterable of "
        f"batches. Received: {type(x).__name__}"
    )


def _begun(iterator):
    """Reads the first batch, which must be there; returns an iterator of all."""
    try:
        return itertools.chain([next(iterator)], iterator)
    except StopIteration:
        raise ValueError("`x` must yield at least one batch. It is empty.") from None


def _remembered(iterator, seen):
    for element in iterator:
        seen.append(element)
        yield element


def _check_rows(arrays):
    rows = sorted({count for each in arrays for count in _counts(each)})
    if len(rows) > 1:
        raise ValueError(
            "Arrays of `x` and `y` must have one number of rows. "
            f"Received: {' and '.join(map(str, rows))}"
        )


def _counts(arrays):
    """Returns the numbers of rows of an array, or of those in a dictionary."""
    if isinstance(arrays, dict):
        return [count for each in arrays.values() for count in _counts(each)]
    return [len(arrays)]


def _part(x, y, first, count):
    """Returns some rows of arrays as an element of data."""
    rows = _cut(x, first, count)
    return rows if y is None else (rows, _cut(y, first, count))


def _cut(arrays, first, count):
    if isinstance(arrays, dict):
        return {name: _cut(rows, first, count) for name, rows in arrays.items()}
    return np.asarray(arrays[first : first + count])


def without_tuple(element):
    """Returns data that Keras has put in a tuple of one as they were."""
    alone = isinstance(element, tuple) and all(x is None for x in element[1:])
    return element[0] if alone else element


def _chain(seen, rest):
    # Keras takes no iterators but those of `yield`, and from them only tuples.
    for element in itertools.chain(seen, rest):
        yield element if isinstance(element, tuple) else (element,)


def from_arrays(x, y, batch_size, shuffle, seed):
    """Returns a data set of full batches from arrays."""
    size, count = min(batch_size, _rows(x)), _rows(x)
    data = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y))
    if shuffle:
        data = data.shuffle(count, seed=seed, reshuffle_each_iteration=True)
    return full(data.batch(size), size).prefetch(tf.data.AUTOTUNE)


def refuse_weights(given):
    """Raises a ValueError for the weights that `keras.Model.fit` takes."""
    for name in ("sample_weight", "class_weight"):
        if given.get(name) is not None:
            raise ValueError(
                f"`{name}` has no meaning in a game, whose players see whole "
                "distributions; draw the data in the proportions you want."
            )


def parts(batch, count):
    """Returns `count` equal parts of a batch, a list of structures of tensors."""
    flat = tf.nest.flatten(batch)
    for tensor in flat:
        _check_divides(f"the {count} batches of a round", tensor, count)
    cut = [tf.split(tensor, count) if count > 1 else [tensor] for tensor in flat]
    return [tf.nest.pack_sequence_as(batch, part) for part in zip(*cut, strict=True)]


def rows_of_parts(tensor, count):
    """Cuts the rows of an update into `count` parts, along a new first axis."""
    _check_divides(f"micro_batches={count}", tensor, count)
    if None not in tensor.shape[1:]:
        return tf.reshape(tensor, (count, -1, *tensor.shape[1:]))
    shape = tf.concat([[count, -1], tf.shape(tensor)[1:]], axis=0)
    return tf.ensure_shape(tf.reshape(tensor, shape), (count, None, *tensor.shape[1:]))


def _check_divides(what, tensor, count):
    rows = tensor.shape[0]
    if rows is not None and rows % count:
        raise ValueError(
            f"A step's rows must be a multiple of {what}. Received: {rows} rows"
        )


def full(dataset, batch_size):
    """Returns a data set of full batches, as many as it has batches.

    Whether a last batch is full is known only when it comes: rows of the first one fill
    it up if it is not, and no row is lost. The data are read once.

    Args:
        dataset: Batches, of which none is longer than the first one.
        batch_size: Rows of the first one.
    """
    spec = dataset.element_spec
    if tf.nest.flatten(spec)[0].shape[0] is not None:
        return dataset
    # No rows yet; a size that is unknown is then that of the first batch.
    nothing = tf.nest.map_structure(
        lambda x: tf.zeros([0, *(size or 0 for size in x.shape[1:])], x.dtype), spec
    )

    def fill(first, batch):
        rows, none = _count(batch), tf.equal(_count(first), 0)
        first = tf.cond(none, lambda: batch, lambda: first)

        def filled():
            return tf.nest.map_structure(
                lambda x, more: tf.concat([x, more[: batch_size - rows]], axis=0),
                batch,
                first,
            )

        longer = "Batches must not be longer than the first one."
        check = tf.debugging.assert_less_equal(rows, batch_size, message=longer)
        with tf.control_dependencies([check]):
            whole = tf.cond(rows < batch_size, filled, lambda: batch)
        return first, tf.nest.map_structure(_of_rows(batch_size), whole)

    return dataset.scan(nothing, fill)


def _of_rows(count):
    return lambda x: tf.ensure_shape(x, (count, *x.shape[1:]))


def _count(batch):
    return tf.shape(tf.nest.flatten(batch)[0])[0]


def group(dataset, count, replicas, argument="repeats"):
    """Joins `count` batches into one element, a fresh batch for each update.

    A strategy cuts an element into contiguous rows, one part for each replica. So rows
    are ordered (replica, update, row): update i of all replicas together then sees
    batch i, as a single replica does.

    Args:
        dataset: A `tf.data.Dataset` of batches of equal size.
        count: Number of batches of a round.
        replicas: Number of replicas, a divisor of the batch size.
        argument: What the game calls `count`.
    """
    batches = dataset.cardinality().numpy()
    if 0 <= batches < count:
        raise ValueError(
            f"{argument}={count} takes that many full batches for one step. "
            f"Received: data of {batches} full batches"
        )

    if isinstance(dataset.element_spec, tuple) and len(dataset.element_spec) == 1:
        dataset = dataset.map(lambda data: data)  # an element in a tuple of its own
    rows = tf.nest.flatten(dataset.element_spec)[0].shape[0]
    if replicas == 1 and rows is not None:
        joined = dataset.rebatch(count * rows, drop_remainder=True)
        if batches >= 0:  # a known length stays known
            length = tf.data.experimental.assert_cardinality(batches // count)
            joined = joined.apply(length)
    else:
        joined = _join_by_replica(dataset, count, replicas)
    # What was prefetched are single batches: joining them shall not wait for the step.
    return joined.prefetch(tf.data.AUTOTUNE)


def _join_by_replica(dataset, count, replicas):
    def order(tensor):
        rest = tf.shape(tensor)[2:]  # (count, batch, ...)
        cut = tf.reshape(tensor, tf.concat([[count, replicas, -1], rest], axis=0))
        axes = tf.concat([[1, 0], tf.range(2, tf.rank(cut))], axis=0)
        rows = tf.concat([[-1], rest], axis=0)
        ordered = tf.reshape(tf.transpose(cut, axes), rows)
        return tf.ensure_shape(ordered, (None, *tensor.shape[2:]))

    def order_all(*element):
        return tf.nest.map_structure(order, element if len(element) > 1 else element[0])

    return dataset.batch(count, drop_remainder=True).map(order_all)


def filled(group, batch):
    """Repeats the first rows of a batch until it has a whole number of groups.

    `group` is the number of rows of a group, `batch` a structure of tensors.
    """
    count = tf.shape(tf.nest.flatten(batch)[0])[0]
    index = tf.range(count + -count % group)
    index = tf.math.floormod(index, tf.maximum(count, 1))
    return tf.nest.map_structure(lambda rows: tf.gather(rows, index), batch)


def prepare(game, x, y, batch_size, given):
    """Checks the first batch; joins batches where a round of the game takes several.

    Args:
        game: The game that will be trained.
        x: What `fit` got as `x`, and so `y` and `batch_size`.
        y: The same.
        batch_size: The same.
        given: The other arguments of `fit`; `shuffle` is set to what fits `x`.

    Returns:
        `(x, y, batch_size)` for `keras.Model.fit`.
    """
    refuse_weights(given)
    rows = batch_size or 32
    first, x = _checked(game, x, y, rows)
    _check_validation(game, given.get("validation_data"), rows)
    # Keras' default of True draws a warning for anything that orders itself.
    arrays = is_arrays(x)
    ordered = not arrays and not isinstance(x, keras.utils.PyDataset)
    given.setdefault("shuffle", not ordered)
    replicas = game.distribute_strategy.num_replicas_in_sync
    if first is not None:
        # A data set may be shorter than `batch_size` says, and its last batch as well.
        size = rows if arrays else _rows(first)
        game.check_rows(size // replicas)
        game.look_at_networks(first)
    if _as_it_is(game, x, first, replicas):
        return x, y, batch_size
    _refuse_split(game, given.get("validation_split"), replicas)
    if arrays:
        x = from_arrays(x, y, rows, given["shuffle"], game.seed)
    given["shuffle"] = False
    return _full_batches(game, x, _rows(first), replicas), None, None


def _rows(batch):
    return len(tf.nest.flatten(batch)[0])


def _checked(game, x, y, rows, held_out=False):
    """Checks the first batches, of arrays all; returns the first one, and `x`."""
    batches, x = peek(x, y, rows, fields.FIRST)
    first = next(batches, None)
    if first is None:
        return None, x
    game.check(first, held_out)
    game.check_signs(itertools.chain([first], batches))
    if is_arrays(x):
        size = sum(np.asarray(part).nbytes for part in tf.nest.flatten(first))
        count = max(1, _AT_ONCE * _rows(first) // max(1, size))
        for begin in range(0, _rows(x), count):
            game.check_values(_part(x, y, begin, count), begin)
    return first, x


def _check_validation(game, data, rows):
    if data is None:
        return
    x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
    refuse_weights({"sample_weight": weights})
    if isinstance(x, tf.data.Dataset) or is_arrays(x):
        _checked(game, x, y, rows, held_out=True)


def _as_it_is(game, x, first, replicas):
    """Returns whether batches need neither be joined nor cut to whole groups."""
    can_be_cut = is_arrays(x) or isinstance(x, tf.data.Dataset)
    plain = replicas == 1 and not (game.needs_full_batches and can_be_cut)
    return game.batches_a_round == 1 and (plain or first is None)


def _refuse_split(game, share, replicas):
    if share:
        raise ValueError(
            "`validation_split` cuts arrays after batches are joined and filled: here "
            f"for {game.batches_argument}={game.batches_a_round} on {replicas} "
            f"replicas, groups of {game.group_size} examples and micro_batches. Give "
            f"`validation_data`. Received: {share!r}"
        )


def _full_batches(game, x, size, replicas):
    if not isinstance(x, tf.data.Dataset):
        raise ValueError(
            f"{game.batches_argument}={game.batches_a_round} on {replicas} replicas "
            f"takes an array or a tf.data.Dataset. Received: {type(x).__name__}"
        )
    if size % replicas:
        raise ValueError(
            f"The batch size must be a multiple of the {replicas} replicas. "
            f"Received: batches of {size}"
        )
    x, count = full(x, size), game.batches_a_round
    return x if count == 1 else group(x, count, replicas, game.batches_argument)
