"""The pipeline: from a source to batches for `fit`."""

import os
from typing import Any

import tensorflow as tf

from kgan.data import checks, stream
from kgan.data.base import Source
from kgan.data.registry import source as find_source


def load(
    name: Any,
    batch_size: int,
    image_size: int | tuple[int, int] | None = None,
    seed: int = 0,
    start: int = 0,
    split: str = "train",
    data_dir: str | os.PathLike | None = None,
    with_labels: bool = False,
    shuffle: bool = True,
    steps_per_epoch: int | None = None,
    mirror: bool = False,
    **options: Any,
) -> tf.data.Dataset:
    """Loads data as a batched `tf.data.Dataset` with a known length.

    The batches are an infinite stream, of which batch i is a pure function of (seed,
    i): all examples are permuted once an epoch by (seed, epoch), and cut into batches
    without the remainder (those of unpaired images follow each other without a rest).
    What is drawn besides, such as crops, is such a function too. The n-th iteration
    over the data set (n = 0, 1, ...) has the batches from `start + n * steps_per_epoch`
    on, so `fit(data, epochs=10)` has another order in each epoch, and `start=1000`
    continues exactly where 1,000 batches ended. Each data set counts its iterations,
    when they return their first batch; one that is interrupted counts as a whole one,
    and `kgan.data.uncounted` reads a batch without counting.

    With `shuffle=False` every iteration has the same batches: the first
    `steps_per_epoch` from `start` on, in the source's order (for a toy density, always
    the same draws). It suits `validation_data`. Under `tf.distribute` each batch is
    split over the replicas into contiguous rows.

    Args:
        name: A name, a folder, arrays or a source, see `kgan.data.source`.
        batch_size: Examples in a batch, over all replicas.
        image_size: Integer or (height, width), see `kgan.data.source`.
        seed: Non-negative integer.
        start: Number of the first batch.
        split: Which part, see `kgan.data.source`.
        data_dir: Folder of TFDS data; None is `TFDS_DATA_DIR`.
        with_labels: Whether an element is `(images, labels)` instead of `images`.
        shuffle: Whether the order is random and advances between iterations.
        steps_per_epoch: Batches in an iteration, the data set's length. None is all
            whole batches of an epoch; the stream continues through its epochs whatever
            the length.
        mirror: Whether each image comes also from right to left, which doubles the
            epoch, see `kgan.data.source`.
        **options: See `kgan.data.source`.

    Returns:
        A data set of float32 tensors `(batch_size, *shape)`, images in [-1, 1], or of
        tuples of these and int32 labels `(batch_size,)`, or float32 vectors
        `(batch_size, condition_size)` where a source has these for labels. Of pairs and
        of unpaired images, a data set of dictionaries `{"source": ..., "target": ...}`
        of such tensors; those of label maps have a channel a class.

    Raises a `ValueError` if an argument is wrong, the data cannot be loaded, has fewer
    examples than a batch, or has no labels although they are requested.
    Example: `gan.fit(kgan.data.load("digits", batch_size=64), epochs=10)`, of 28
    batches.
    """
    batch_size = checks.integer("batch_size", batch_size, 1)
    seed = checks.integer("seed", seed, 0)
    start = checks.integer("start", start, 0)
    if steps_per_epoch is not None:
        steps_per_epoch = checks.integer("steps_per_epoch", steps_per_epoch, 1)
    source = find_source(name, image_size, split, data_dir, mirror, **options)
    _check_fits(source, batch_size, with_labels)
    length = steps_per_epoch or source.num_examples // batch_size

    dataset = stream.windows(start, length, moving=shuffle).flat_map(
        lambda first, last: source.draws(first, last, batch_size, seed, shuffle)
    )
    read = source.reader(batch_size, with_labels)
    dataset = dataset.map(read, num_parallel_calls=tf.data.AUTOTUNE)
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(length))
    return dataset.prefetch(tf.data.AUTOTUNE).with_options(_options())


def _check_fits(source: Source, batch_size: int, with_labels: bool) -> None:
    if batch_size > source.num_examples:
        raise ValueError(
            f"batch_size must be at most {source.num_examples}, the number of examples "
            f"of {source.name}. Received: {batch_size}"
        )
    told = source.num_classes is not None or source.condition_size is not None
    if with_labels and not told:
        raise ValueError(
            f"with_labels must be False for {source.name}, which has no labels. "
            f"Received: {with_labels}"
        )


def _options() -> tf.data.Options:
    options = tf.data.Options()
    options.deterministic = True
    # An iteration counts from its first batch, not from its construction.
    options.experimental_warm_start = False
    # Batches have no files to shard by: each worker reads its rows of every batch.
    policy = tf.data.experimental.AutoShardPolicy.DATA
    options.experimental_distribute.auto_shard_policy = policy
    return options
