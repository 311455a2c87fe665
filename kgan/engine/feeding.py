"""What stands between `fit` and its data: a look at the first batch, and grouping."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from kgan.core import arguments as checks
from kgan.core import peeking
from kgan.games import gan_checks


def split(data):
    """Splits an element of a data set into `(images, labels)`; labels may be None.

    Raises:
        ValueError: If the element carries sample weights.
    """
    images, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    refuse_weights({"sample_weight": weights})
    return images, labels


def join(data, labels):
    """Gives what a network takes: data alone, or data with labels."""
    return data if labels is None else [data, labels]


def examples(data, data_shape, num_classes):
    """Gives an element of a data set as a training step takes it.

    Returns:
        `(real, labels)`: float32 data, and int32 labels of shape `(batch,)` or None.

    Raises:
        ValueError: If dtype or shape is not what the model takes, or if labels are
            missing or unexpected.
    """
    real, labels = split(data)
    checks.dtype(real)
    checks.shape(real, data_shape)
    checks.labels_match(labels, num_classes)
    if labels is not None:
        labels = tf.reshape(tf.cast(labels, tf.int32), (-1,))
    return tf.cast(real, tf.float32), labels


def check(batch, data_shape, num_classes):
    """Checks one batch: dtype, shape, range, labels.

    Args:
        batch: An element of a data set: images, or `(images, labels)`.
        data_shape: Shape of one example.
        num_classes: Number of classes, or None.

    Raises:
        ValueError: If the batch is not what the model takes.
    """
    images, labels = split(batch)
    images = tf.convert_to_tensor(images)
    checks.dtype(images)
    checks.shape(images, data_shape)
    checks.labels_match(labels, num_classes)
    checks.values(images, is_image=len(data_shape) == 3)
    if labels is not None:
        checks.label_values(labels, num_classes)
        checks.one_label_each(labels, len(images))


def peek(x, y, batch_size):
    """Looks at the first batch of anything that `fit` takes.

    Args:
        x: A data set, arrays, a `keras.utils.PyDataset` or an iterator.
        y: Labels beside arrays, or None.
        batch_size: Number of rows to look at in arrays.

    Returns:
        `(batch, x)`: the batch or None where it cannot be seen without harm, and what
        to train on in place of `x` (an iterator has lost its first batch otherwise).

    Raises:
        ValueError: If `x` holds no batch, or no batches at all.
    """
    if isinstance(x, tf.distribute.DistributedDataset):
        return None, x
    if hasattr(x, "shape"):
        images = np.asarray(x[:batch_size])
        return (images, None if y is None else np.asarray(y[:batch_size])), x
    if isinstance(x, keras.utils.PyDataset):
        return x[0], x
    if isinstance(x, tf.data.Dataset):
        with peeking.uncounted():
            return _first(iter(x.take(1))), x
    if hasattr(x, "__next__"):
        first = _first(x)
        return first, _chain(first, x)
    if hasattr(x, "__iter__") and not isinstance(x, (list, tuple, dict)):
        return _first(iter(x)), x
    raise ValueError(
        "`x` must be an array of images, a tf.data.Dataset or another iterable of "
        f"batches. Received: {type(x).__name__}"
    )


def _first(iterator):
    try:
        return next(iterator)
    except StopIteration:
        raise ValueError("`x` must hold a batch. Received: no batch at all") from None


def _chain(first, rest):
    # Of all iterators Keras takes generators alone, and from them only tuples.
    for element in itertools.chain([first], rest):
        yield element if isinstance(element, tuple) else (element,)


def from_arrays(x, y, batch_size, shuffle, seed):
    """Makes a data set of full batches from arrays."""
    size = min(batch_size, len(x))
    data = tf.data.Dataset.from_tensor_slices(x if y is None else (x, y))
    if shuffle:
        data = data.shuffle(len(x), seed=seed, reshuffle_each_iteration=True)
    return data.batch(size, drop_remainder=True).prefetch(tf.data.AUTOTUNE)


def refuse_weights(arguments):
    """Refuses the weights of samples and classes that `keras.Model.fit` takes."""
    for name in ("sample_weight", "class_weight"):
        if arguments.get(name) is not None:
            raise ValueError(
                f"`{name}` has no meaning in the minimax game, where both players see "
                "whole distributions; draw the data in the proportions you want."
            )


def parts(tensor, count):
    """Cuts a batch into `count` equal parts, one for each update of D.

    Raises:
        ValueError: If the number of rows is known and not a multiple of `count`.
    """
    _check_divides("discriminator_steps", tensor, count)
    return tf.split(tensor, count) if count > 1 else [tensor]


def rows_of_parts(tensor, count):
    """Cuts the batch of an update into `count` parts, along a new first axis.

    Args:
        tensor: Tensor of shape `(rows, ...)`, or None, which stays None.
        count: Number of parts.

    Raises:
        ValueError: If the number of rows is known and not a multiple of `count`.
    """
    if tensor is None:
        return None
    _check_divides("micro_batches", tensor, count)
    return tf.reshape(tensor, (count, -1, *tensor.shape[1:]))


def _check_divides(name, tensor, count):
    rows = tensor.shape[0]
    if rows is not None and rows % count:
        raise ValueError(
            f"A step's rows must be a multiple of {name}={count}. Received: {rows} rows"
        )


def full(dataset, batch_size):
    """Leaves out the last batch of a data set where it may be shorter.

    Replicas and updates of D take equal parts. A known length stays known, since Keras
    warns about data that end without one: then the last batch goes unseen.
    """
    if tf.nest.flatten(dataset.element_spec)[0].shape[0] is not None:
        return dataset
    batches = dataset.cardinality().numpy()
    if batches == 1:  # the batch by which `batch_size` was measured
        return dataset
    if batches > 0:
        return dataset.take(batches - 1)
    return dataset.filter(
        lambda *element: tf.shape(tf.nest.flatten(element)[0])[0] == batch_size
    )


def group(dataset, count, replicas):
    """Joins `count` batches into one element, a fresh batch for each update of D.

    A strategy cuts an element into contiguous rows, one part for each replica. So rows
    are ordered (replica, update, row): update i of all replicas together then sees
    batch i, as a single replica does.

    Args:
        dataset: A `tf.data.Dataset` of batches of equal size.
        count: Number of updates of D in one step.
        replicas: Number of replicas, a divisor of the batch size.

    Returns:
        A `tf.data.Dataset` with `count` times as many rows in an element.

    Raises:
        ValueError: If there are fewer than `count` batches.
    """
    batches = dataset.cardinality().numpy()
    if 0 <= batches < count:
        raise ValueError(
            f"discriminator_steps={count} takes that many full batches for one step. "
            f"Received: data of {batches} full batches"
        )

    if isinstance(dataset.element_spec, tuple) and len(dataset.element_spec) == 1:
        dataset = dataset.map(lambda images: images)  # an element in a tuple of its own
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


def _look(gan, x, y, rows):
    """Checks the first batch, and all labels that lie in an array; see `peek`."""
    first, x = peek(x, y, rows)
    if first is not None:
        check(first, gan.data_shape, gan.data_classes)
    if y is not None and hasattr(x, "shape"):
        checks.label_values(y, gan.data_classes)
    return first, x


def _check_validation(gan, data, rows):
    if data is None:
        return
    x, y, weights = keras.utils.unpack_x_y_sample_weight(data)
    refuse_weights({"sample_weight": weights})
    if isinstance(x, tf.data.Dataset) or hasattr(x, "shape"):
        _look(gan, x, y, rows)


def filled(group, *tensors):
    """Repeats the first rows of a batch until it has a whole number of groups.

    Args:
        group: How many rows make a group, an integer.
        *tensors: Tensors of one number of rows; one that is None stays so.

    Returns:
        A list of tensors.
    """
    count = tf.shape(tensors[0])[0]
    index = tf.range(count + -count % group)
    index = tf.math.floormod(index, tf.maximum(count, 1))
    return [None if rows is None else tf.gather(rows, index) for rows in tensors]


def prepare(gan, x, y, batch_size, arguments):
    """Checks the first batch; joins batches where one step of the model takes several.

    Args:
        gan: The model that will be trained.
        x: What `fit` got as `x`.
        y: What `fit` got as `y`.
        batch_size: What `fit` got as `batch_size`.
        arguments: The other arguments of `fit`; `shuffle` is set to what fits `x`.

    Returns:
        `(x, y, batch_size)` for `keras.Model.fit`.

    Raises:
        ValueError: If the first batch is not what the networks take.
    """
    refuse_weights(arguments)
    rows = batch_size or 32
    first, x = _look(gan, x, y, rows)
    _check_validation(gan, arguments.get("validation_data"), rows)
    # Keras' default of True draws a warning for anything that orders itself.
    ordered = not hasattr(x, "shape") and not isinstance(x, keras.utils.PyDataset)
    arguments.setdefault("shuffle", not ordered)
    updates = gan.discriminator_steps
    replicas = gan.distribute_strategy.num_replicas_in_sync
    if first is not None:
        # A data set may be shorter than `batch_size` says, and its last batch as well.
        size = rows if hasattr(x, "shape") else len(tf.nest.flatten(first)[0])
        gan.check_rows(size // replicas)
    # Layers that take groups of examples take no shorter batch.
    grouped = gan_checks.group_of(gan.discriminator) > 1
    can_be_cut = hasattr(x, "shape") or isinstance(x, tf.data.Dataset)
    plain = replicas == 1 and not (grouped and can_be_cut)
    if updates == 1 and (plain or first is None):
        return x, y, batch_size
    if arguments.get("validation_split"):
        raise ValueError(
            "`validation_split` cuts arrays after batches are joined, or cut to whole "
            f"groups: here for discriminator_steps={updates} on {replicas} replicas, "
            f"with groups of {gan_checks.group_of(gan.discriminator)} examples. Give "
            f"`validation_data`. Received: {arguments['validation_split']!r}"
        )
    if hasattr(x, "shape"):
        x = from_arrays(x, y, rows, arguments["shuffle"], gan.seed)
    arguments["shuffle"] = False
    if not isinstance(x, tf.data.Dataset):
        raise ValueError(
            f"discriminator_steps={updates} on {replicas} replicas takes an array or a "
            f"tf.data.Dataset. Received: {type(x).__name__}"
        )
    size = len(tf.nest.flatten(first)[0])
    if size % replicas:
        raise ValueError(
            f"The batch size must be a multiple of the {replicas} replicas. "
            f"Received: batches of {size}"
        )
    x = full(x, size)
    return (x if updates == 1 else group(x, updates, replicas)), None, None
