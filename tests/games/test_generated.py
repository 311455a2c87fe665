"""Generated examples are those of `generate`, with the classes of the data."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from metric_stand_ins import digits_gan, points_gan

import kgan
from kgan.data.arrays import ArraySource


def read(examples, batch_size=7):
    data, labels = zip(*examples.batches(batch_size), strict=True)
    return np.concatenate(data), None if labels[0] is None else np.concatenate(labels)


@pytest.mark.parametrize("batch_size", [1, 7, 20])
def test_generated_examples_are_those_of_generate(batch_size):
    gan = digits_gan(num_classes=3)
    data, labels = read(gan.examples(20, seed=5), batch_size)
    np.testing.assert_array_equal(data, gan.generate(20, seed=5))
    np.testing.assert_array_equal(labels, np.arange(20) % 3)
    truncated = read(gan.examples(20, seed=5, truncation=0.5), batch_size)[0]
    np.testing.assert_array_equal(truncated, gan.generate(20, seed=5, truncation=0.5))


def test_raw_and_averaged_weights_are_told_apart():
    gan = points_gan()
    for weight in gan.ema_generator.weights:
        weight.assign(weight + 1.0)
    raw = read(gan.examples(5, averaged=False))[0]
    np.testing.assert_array_equal(raw, gan.generate(5, averaged=False))
    assert not np.array_equal(raw, read(gan.examples(5))[0])


def test_nan_is_refused_though_bytes_would_hide_it():
    gan = digits_gan()
    gan.ema_generator.weights[-1].assign(np.full(64, np.nan))
    with pytest.raises(FloatingPointError, match="finite samples"):
        read(gan.examples(5))


def test_numbers_out_of_range_are_refused():
    gan = points_gan()
    with pytest.raises(ValueError, match="`num_images` must be a positive integer"):
        gan.examples(0)
    with pytest.raises(ValueError, match="`truncation` must lie in"):
        gan.examples(1, truncation=2.0)


def test_classes_may_be_chosen():
    gan, labels = digits_gan(num_classes=3), np.array([2, 0, 2, 1, 1])
    data, found = read(gan.examples(5, seed=1, labels=labels), 2)
    np.testing.assert_array_equal(data, gan.generate(5, seed=1, labels=labels))
    np.testing.assert_array_equal(found, labels)
    with pytest.raises(ValueError, match="`labels` must be None"):
        digits_gan().examples(5, labels=labels)


def test_they_say_what_they_are():
    examples = digits_gan(num_classes=3).examples(5, truncation=0.5)
    assert (examples.shape, examples.num_classes) == ((8, 8, 1), 3)
    made = {"generator": "averaged weights", "truncation": 0.5}
    assert examples.provenance() == made | {"labels": "balanced"}
    raw = points_gan().examples(5, averaged=False)
    assert raw.num_classes is None
    assert raw.provenance() == {"generator": "raw weights", "truncation": 1.0}


def unbalanced(count=200):
    """Images of which nine in ten are of class 2, and none of class 1."""
    labels = np.where(np.arange(count) % 10 == 0, 0, 2)
    return np.zeros((count, 8, 8, 1), np.uint8), labels


def as_dataset(images, labels):
    images = images.astype("float32") / 127.5 - 1.0
    return tf.data.Dataset.from_tensor_slices((images, labels)).batch(64)


@pytest.mark.parametrize("kind", [tuple, kgan.data.source, lambda x: as_dataset(*x)])
def test_classes_are_as_frequent_as_in_the_data(kind):
    gan, dataset = digits_gan(num_classes=3), kind(unbalanced())
    examples = gan.examples(100, seed=5, dataset=dataset)
    data, labels = read(examples)
    np.testing.assert_allclose(np.bincount(labels), [10, 0, 90], atol=1.0)
    np.testing.assert_array_equal(labels, examples.labels)
    np.testing.assert_array_equal(data, gan.generate(100, seed=5, labels=labels))
    assert examples.provenance()["labels"] == "of the data"
    few = gan.examples(30, seed=5, dataset=dataset)
    np.testing.assert_array_equal(few.labels, labels[:30])
    assert (gan.examples(100, seed=6, dataset=dataset).labels != labels).any()


def test_other_classes_are_a_choice_that_is_named():
    gan, dataset = digits_gan(num_classes=3), unbalanced()
    balanced = gan.examples(6, dataset=dataset, labels="balanced")
    np.testing.assert_array_equal(balanced.labels, [0, 1, 2, 0, 1, 2])
    assert balanced.provenance()["labels"] == "balanced"
    given = gan.examples(6, dataset=dataset, labels=1)
    np.testing.assert_array_equal(given.labels, [1] * 6)
    assert given.provenance()["labels"] == "given"
    with pytest.raises(ValueError, match="`labels` must be 'data', 'balanced', or"):
        gan.examples(6, dataset=dataset, labels="even")


def test_data_without_labels_leave_classes_balanced():
    gan = digits_gan(num_classes=3)
    for dataset in (None, unbalanced()[0]):
        examples = gan.examples(4, dataset=dataset)
        np.testing.assert_array_equal(examples.labels, [0, 1, 2, 0])
        assert examples.provenance()["labels"] == "balanced"
    plain = digits_gan().examples(4, dataset=unbalanced())
    assert plain.labels is None
    assert "labels" not in plain.provenance()


@pytest.mark.parametrize("labels", [np.array([0, 3]), np.array([-1, 0])])
def test_labels_that_are_no_classes_of_the_game_are_refused(labels):
    dataset = as_dataset(np.zeros((2, 8, 8, 1)), labels)
    examples = digits_gan(num_classes=3).examples(4, dataset=dataset)
    expected = (
        r"`dataset` must have labels .* in \[0, 3\), .*balanced.* Received: int64"
    )
    with pytest.raises(ValueError, match=expected):
        read(examples)


def test_data_of_fewer_classes_are_a_warning():
    source = ArraySource("./ac", *unbalanced(), class_names=("a", "b"))
    examples = digits_gan(num_classes=3).examples(4, dataset=source)
    with pytest.warns(UserWarning, match=r"The 2 classes of \./ac are not the 3"):
        read(examples)


def conditioned_gan():
    """A GAN whose points are the two numbers that it is told."""
    z, told, x = keras.Input((2,)), keras.Input((2,)), keras.Input((2,))
    made = keras.layers.Lambda(lambda pair: pair[1] + 0.0 * pair[0])([z, told])
    judged = keras.layers.Dense(1)(keras.layers.Concatenate()([x, told]))
    networks = keras.Model([z, told], made), keras.Model([x, told], judged)
    gan = kgan.GAN(*networks, ema_momentum=None)
    gan.compile()
    return gan


def test_conditions_are_drawn_from_those_of_the_data():
    told = np.random.default_rng(0).normal(size=(40, 2)).astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((told, told)).batch(16)
    examples = conditioned_gan().examples(80, seed=1, dataset=dataset)
    points, classes = read(examples)
    assert classes is None
    np.testing.assert_array_equal(points, examples.labels)
    assert {tuple(row) for row in points} == {tuple(row) for row in told}
    assert examples.provenance()["labels"] == "of the data"


def test_conditions_that_nothing_tells_are_asked_for():
    gan, data = conditioned_gan(), np.zeros((9, 2), "float32")
    alone = tf.data.Dataset.from_tensor_slices(data).batch(3)
    for options in ({}, {"dataset": alone}, {"labels": "balanced"}):
        expected = "`labels` must be a condition for each sample, or `dataset` a tf.da"
        with pytest.raises(ValueError, match=expected):
            read(gan.examples(5, **options))
