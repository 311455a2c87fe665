"""Labels of real data, and as many for generated examples at the same frequencies."""

import copy
import weakref

import keras
import numpy as np
import tensorflow as tf

import kgan.data
from kgan.core import peeking

# Steps of this size, the golden ratio's fraction, spread points over [0, 1) more evenly
# than any other: each beginning of a sequence covers it.
_STEP = (5**0.5 - 1) / 2

_READ = weakref.WeakKeyDictionary()


def of_data(dataset):
    """Returns the labels or conditions of real data; None where they have none.

    Args:
        dataset: A `kgan.data.Source`, what `kgan.data.source` accepts, or a finite
            `tf.data.Dataset` of `(examples, labels)`, which is read once, without
            advancing it.

    Returns:
        An array, or a nest of arrays, with a row for each example.

    Raises:
        ValueError: If a `tf.data.Dataset` has no end, or `kgan.data.source` raises it.
    """
    if isinstance(dataset, tf.data.Dataset):
        if dataset not in _READ:
            _READ[dataset] = _read(dataset)
        return _READ[dataset]
    if not isinstance(dataset, kgan.data.Source):
        dataset = kgan.data.source(dataset)
    return getattr(dataset, "labels", None)


def _read(dataset):
    _, labels, _ = keras.utils.unpack_x_y_sample_weight(dataset.element_spec)
    if labels is None:
        return None
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "`dataset` must have an end, for its labels to be counted: `.take(n)` "
            "gives it one. Received: a data set without end"
        )
    # Without the examples, which nothing here needs in memory.
    alone = dataset.map(lambda *x: keras.utils.unpack_x_y_sample_weight(_whole(x))[1])
    with peeking.uncounted():
        batches = list(alone)
    return tf.nest.map_structure(lambda *x: np.concatenate(x), *batches)


def _whole(parts):
    return parts if len(parts) > 1 else parts[0]


def of_classes(source, class_names):
    """Returns a source whose labels are classes of a model, found by their names.

    It is the same one if its classes are those of the model, or either has no names.

    Args:
        source: A `kgan.data.Source`, or other data, which have no names.
        class_names: Names of the model's classes by label, or None.

    Raises:
        ValueError: If the source has classes that the model does not have.
    """
    names = getattr(source, "class_names", None)
    if not names or not class_names or list(names) == list(class_names):
        return source
    unknown = [name for name in names if name not in class_names]
    if unknown:
        raise ValueError(
            "`dataset` must have classes of the model, which are "
            f"{', '.join(class_names)}; labels='balanced' takes all of these in turn. "
            f"Received: {', '.join(unknown)} in {source.name}"
        )
    found = copy.copy(source)
    places = np.array([class_names.index(name) for name in names], np.int32)
    found.labels = places[source.labels]
    found.class_names, found.num_classes = tuple(class_names), len(class_names)
    return found


def drawn(labels, count: int, seed: int):
    """Draws labels at the frequencies of the data's.

    Label i depends on the seed and on i alone. Among the first n each class comes as
    often as in the data, but for a few: drawn independently, rare classes would be as
    uncertain as n is small, and all figures with them.

    Args:
        labels: A nest of arrays with a row for each example of the data; of plain
            classes an array of shape `(n,)`.
        count: How many are drawn.
        seed: Integer seed.
    """
    places = np.random.default_rng(seed).random() + _STEP * np.arange(count)
    total = len(tf.nest.flatten(labels)[0])
    chosen = (places % 1.0 * total).astype(np.int64)
    return tf.nest.map_structure(lambda rows: rows[chosen], labels)
