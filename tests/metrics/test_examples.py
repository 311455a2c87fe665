"""Sets of examples: each beginning is a random sample, whatever the batches."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import kgan
from kgan.data.arrays import ArraySource
from kgan.metrics.examples import Real, Streamed


def read(examples, batch_size=7):
    data, labels = zip(*examples.batches(batch_size), strict=True)
    return np.concatenate(data), None if labels[0] is None else np.concatenate(labels)


def test_reals_are_read_once_each_in_an_order_of_the_seed():
    images = np.arange(20, dtype=np.uint8)[:, None, None, None]
    source = kgan.data.source((images, np.arange(20)))
    data, labels = read(Real(source))
    np.testing.assert_array_equal(data.ravel(), labels)
    assert sorted(labels) == list(range(20))
    assert list(labels) != list(range(20))
    np.testing.assert_array_equal(read(Real(source), 3)[1], labels)
    assert list(read(Real(source, seed=1))[1]) != list(labels)


def test_a_limit_takes_the_first_of_that_order():
    source = kgan.data.source("digits")
    few = Real(source, limit=30)
    assert few.count == 30
    np.testing.assert_array_equal(read(few)[0], read(Real(source), 30)[0][:30])
    with pytest.raises(ValueError, match="`num_real` must be a positive integer"):
        Real(source, limit=0)


def test_of_two_sets_the_targets_are_read(tmp_path):
    for name, count in {"a": 9, "b": 4}.items():
        (tmp_path / name).mkdir()
        for level in range(count):
            image = Image.fromarray(np.full((2, 2), level, np.uint8))
            image.save(tmp_path / name / f"{level}.png")
    source = kgan.data.Unpaired(tmp_path, "a", "b", held_out=0)
    reals = Real(source)
    assert (reals.count, reals.shape, reals.split) == (4, (2, 2, 1), "train")
    data, labels = read(reals, 3)
    assert sorted(data[:, 0, 0, 0]) == [0, 1, 2, 3]
    assert labels is None


def test_the_key_knows_content_count_and_seed():
    source = kgan.data.source("digits")
    key = Real(source).key()
    assert key == Real(kgan.data.source("digits")).key()
    others = source.read().copy()
    others[0, 0, 0, 0] += 1
    changed = kgan.data.source((others, source.labels))
    for other in (Real(changed), Real(source, limit=5), Real(source, seed=1)):
        assert other.key() != key


def test_a_density_gives_points_that_training_never_sees():
    ring = kgan.data.source("ring", num_examples=50)
    data, labels = read(Real(ring))
    np.testing.assert_array_equal(data, ring.sample(50, seed=0))
    assert labels is None


def test_a_data_set_is_read_in_its_order_as_bytes():
    images = np.arange(12, dtype=np.uint8).reshape(6, 2, 1, 1)
    dataset = tf.data.Dataset.from_tensor_slices(
        (images.astype("float32") / 127.5 - 1, np.arange(6))
    ).batch(2)
    streamed = Streamed(dataset)
    assert (streamed.count, streamed.shape) == (6, (2, 1, 1))
    data, labels = read(streamed)
    np.testing.assert_array_equal(data, images)
    np.testing.assert_array_equal(labels, np.arange(6))
    few = Streamed(dataset, limit=3)
    assert few.count == 3
    np.testing.assert_array_equal(read(few)[0], images[:3])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.full((4, 2), np.nan, "float32"), "must be finite"),
        (np.full((4, 2, 2, 1), 3.0, "float32"), r"must lie in \[-1, 1\]"),
    ],
)
def test_a_data_set_of_wrong_values_is_refused(rows, message):
    streamed = Streamed(tf.data.Dataset.from_tensor_slices(rows).batch(2))
    with pytest.raises(ValueError, match=message):
        read(streamed)


def test_images_from_0_to_1_are_refused():
    images = np.linspace(0, 1, 100 * 4, dtype="float32").reshape(100, 2, 2, 1)
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(4)
    expected = (
        r"images must have values below 0. Received: none in the first 8 batches.*"
        r"x \* 2 - 1"
    )
    with pytest.raises(ValueError, match=expected):
        read(Streamed(dataset))
    # A batch may be of bright images alone, bytes and other values are what they are.
    dark = tf.data.Dataset.from_tensors(-np.ones((1, 2, 2, 1), "float32"))
    assert len(read(Streamed(dataset.take(7).concatenate(dark)))[0]) == 29
    assert len(read(Streamed(dataset, is_image=False))[0]) == 100
    as_bytes = dataset.map(lambda x: tf.cast(255 * x, tf.uint8))
    assert len(read(Streamed(as_bytes))[0]) == 100


def test_a_short_last_batch_is_counted_as_it_is():
    for limit in (None, 120):
        rows = np.zeros((100, 3), "float32")
        streamed = Streamed(tf.data.Dataset.from_tensor_slices(rows).batch(32), limit)
        assert len(read(streamed)[0]) == streamed.count == 100


def test_a_data_set_without_end_needs_a_number():
    endless = tf.data.Dataset.from_tensors(np.zeros((2, 3), "float32")).repeat()
    with pytest.raises(ValueError, match="`num_real` must be given"):
        Streamed(endless)
    assert len(read(Streamed(endless, limit=5))[0]) == 5


@pytest.mark.parametrize("shape", [(6, 3), (16, 1), (2, 3, 4, 1), (3, 3, 13), (5,)])
def test_what_is_no_picture_keeps_its_values(shape):
    values = 300 * np.random.default_rng(0).normal(size=(9, *shape))
    streamed = Streamed(tf.data.Dataset.from_tensor_slices(values).batch(4))
    assert not streamed.is_image
    data, _ = read(streamed)
    assert data.dtype == np.float32
    np.testing.assert_array_equal(data, values.astype("float32"))


def test_pictures_may_be_values():
    values = 300 * np.random.default_rng(0).normal(size=(9, 4, 4, 3))
    dataset = tf.data.Dataset.from_tensor_slices(values).batch(4)
    streamed = Streamed(dataset, is_image=False)
    np.testing.assert_array_equal(read(streamed)[0], values.astype("float32"))
    source = kgan.data.source("digits")
    real = Real(source, 20, is_image=False)
    expected = read(Real(source, 20))[0] / 127.5 - 1.0  # as `kgan.data.load` yields
    np.testing.assert_allclose(read(real)[0], expected, atol=1e-6)
    assert real.key() != Real(source, 20).key()


def test_pictures_of_floats_are_compared_as_bytes():
    levels = np.arange(256, dtype=np.uint8).reshape(4, 8, 8, 1)
    floats = (levels / 127.5 - 1.0).astype("float32")
    source = ArraySource("floats", floats)
    data, _ = read(Real(source))
    assert data.dtype == np.uint8
    np.testing.assert_array_equal(np.sort(data.ravel()), np.arange(256))
    with pytest.raises(ValueError, match=r"images must lie in \[-1, 1\]"):
        read(Real(ArraySource("floats", 2 * floats)))
    with pytest.raises(ValueError, match="`dataset` must be finite"):
        read(Real(ArraySource("floats", np.full((4, 2), np.nan, "float32"))))


def test_a_shape_that_is_not_told_is_that_of_the_first_batch():
    def batches():
        yield np.zeros((3, 16, 1), "float32")
        yield np.ones((2, 16, 1), "float32")

    spec = tf.TensorSpec((None, None, 1), tf.float32)
    dataset = tf.data.Dataset.from_generator(batches, output_signature=spec)
    streamed = Streamed(dataset, limit=5)
    assert (streamed.shape, streamed.count) == ((16, 1), 5)
    assert len(read(streamed)[0]) == 5


@pytest.mark.parametrize("element", [{"image": 1, "label": 2}, ({"a": 1, "b": 2}, 3)])
def test_elements_of_several_arrays_are_refused(element):
    rows = tf.nest.map_structure(lambda x: np.zeros((4, x)), element)
    dataset = tf.data.Dataset.from_tensor_slices(rows).batch(2)
    expected = r"must yield one array .* Received: a dict of (image, label|a, b)$"
    with pytest.raises(ValueError, match=expected):
        Streamed(dataset)


def test_a_beginning_counts_examples_whatever_the_batches():
    images = np.arange(10, dtype=np.uint8)[:, None, None, None]
    ragged = tf.data.Dataset.from_tensor_slices(images).batch(4).repeat()
    for limit in (3, 4, 9, 10, 11, 25):
        found, _ = read(Streamed(ragged, limit))
        np.testing.assert_array_equal(found.ravel(), np.arange(limit) % 10)


def test_an_empty_data_set_is_refused():
    empty = tf.data.Dataset.from_tensor_slices(np.zeros((4, 3), "float32")).batch(2)
    with pytest.raises(ValueError, match="must hold examples"):
        Streamed(empty.take(0))
