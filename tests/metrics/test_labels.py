"""Labels of data, and as many at their frequencies."""

import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.metrics import labels

SHARES = np.array([0.91] + [0.01] * 9)
OF_DATA = np.repeat(np.arange(10), (SHARES * 1000).astype(int))


def test_each_beginning_has_the_frequencies_of_the_data():
    found = labels.drawn(OF_DATA, 5000, seed=3)
    for count in (10, 100, 1000, 5000):
        counts = np.bincount(found[:count], minlength=10)
        np.testing.assert_allclose(counts, count * SHARES, atol=3.0)


def test_a_label_depends_on_the_seed_and_its_index_alone():
    found = labels.drawn(OF_DATA, 500, seed=3)
    np.testing.assert_array_equal(labels.drawn(OF_DATA, 70, seed=3), found[:70])
    assert (labels.drawn(OF_DATA, 500, seed=4) != found).any()
    assert len(labels.drawn(OF_DATA[:1], 7, seed=2**62 - 1)) == 7


def test_conditions_are_drawn_whole_and_each_about_as_often():
    rows = {"a": np.arange(50), "b": np.arange(50)[:, None] * [1.0, 2.0]}
    found = labels.drawn(rows, 500, seed=0)
    np.testing.assert_array_equal(found["b"], found["a"][:, None] * [1.0, 2.0])
    assert set(np.bincount(found["a"])) <= {9, 10, 11}


def test_labels_of_a_source_and_of_what_becomes_one():
    source = kgan.data.source("digits")
    np.testing.assert_array_equal(labels.of_data(source), source.labels)
    np.testing.assert_array_equal(labels.of_data("digits"), source.labels)
    given = np.zeros((3, 4, 4, 1), np.uint8), np.array([0, 2, 1])
    np.testing.assert_array_equal(labels.of_data(given), [0, 2, 1])
    assert labels.of_data("ring") is None
    assert labels.of_data(given[0]) is None


def counted(elements):
    """A data set of batches, and how often it was read."""
    passes = []

    def read():
        passes.append(1)
        yield from elements

    spec = tf.nest.map_structure(
        lambda x: tf.TensorSpec((None, *np.shape(x)[1:]), np.asarray(x).dtype),
        elements[0],
    )
    return tf.data.Dataset.from_generator(read, output_signature=spec), passes


def test_a_data_set_is_read_once():
    data, passes = counted(
        [(np.zeros((2, 3)), np.array([4, 1])), (np.zeros((1, 3)), np.array([7]))]
    )
    for _ in range(3):
        np.testing.assert_array_equal(labels.of_data(data), [4, 1, 7])
    assert len(passes) == 1


def test_data_are_not_advanced():
    data = kgan.data.load("digits", batch_size=599, with_labels=True)
    expected = next(iter(kgan.data.load("digits", batch_size=599)))
    assert sorted(labels.of_data(data)) == sorted(kgan.data.source("digits").labels)
    np.testing.assert_array_equal(next(iter(data))[0], expected)


def test_a_data_set_without_labels_is_not_read():
    data, passes = counted([np.zeros((2, 3))])
    assert labels.of_data(data) is None
    assert not passes


class Named:
    """A source of two classes that are called otherwise than a model's."""

    name, class_names, num_classes = "./ac", ("a", "c"), 2
    labels = np.array([0, 1, 1])


def test_classes_of_data_are_found_by_name():
    found = labels.of_classes(Named(), ["a", "b", "c"])
    np.testing.assert_array_equal(found.labels, [0, 2, 2])
    assert (found.class_names, found.num_classes) == (("a", "b", "c"), 3)
    np.testing.assert_array_equal(Named.labels, [0, 1, 1])
    for names in (None, ["a", "c"]):
        source = Named()
        assert labels.of_classes(source, names) is source
    with pytest.raises(ValueError, match=r"which are a, b; .* Received: c in \./ac$"):
        labels.of_classes(Named(), ["a", "b"])


def test_a_data_set_without_end_is_refused():
    pair = np.zeros((2, 3), "float32"), np.array([0, 1])
    endless = tf.data.Dataset.from_tensors(pair).repeat()
    with pytest.raises(ValueError, match=r"`dataset` must have an end.*take\(n\)"):
        labels.of_data(endless)
    np.testing.assert_array_equal(labels.of_data(endless.take(2)), [0, 1, 0, 1])
