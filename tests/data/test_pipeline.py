import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan import data

NUMBERS = np.arange(23, dtype=np.float32)[:, None]


def numbers(batch_size=4, **options):
    return data.load(NUMBERS, batch_size, **options)


def batches(dataset, iterations=1):
    """All batches of so many iterations, as one array."""
    return np.array([x.numpy() for _ in range(iterations) for x in dataset])


@pytest.mark.parametrize(
    ("name", "shape", "length"),
    [
        ("gaussian", (1,), 3125),
        ("ring", (2,), 3125),
        ("grid", (2,), 3125),
        ("digits", (8, 8, 1), 56),
        (np.zeros((70, 6, 5, 3), np.uint8), (6, 5, 3), 2),
    ],
)
def test_elements_and_length(name, shape, length):
    dataset = data.load(name, 32)
    assert len(dataset) == length
    assert dataset.element_spec == tf.TensorSpec((32, *shape), tf.float32)
    assert next(iter(dataset)).shape == (32, *shape)


def test_an_iteration_ends_after_its_length():
    assert len(batches(numbers())) == 5
    assert len(batches(numbers(steps_per_epoch=13))) == 13
    assert len(batches(data.load("ring", 7, steps_per_epoch=3))) == 3


def test_images_fill_the_unit_range():
    images = batches(data.load("digits", 256))
    assert (images.min(), images.max()) == (-1, 1)


def test_labels_belong_to_their_images():
    source = data.source("digits")
    for images, labels in data.load("digits", 100, with_labels=True).take(3):
        assert labels.dtype == tf.int32
        raw = np.round((images.numpy() + 1) * 127.5).astype(np.uint8)
        for image, label in zip(raw, labels.numpy(), strict=True):
            same = np.flatnonzero((source.array == image).all(axis=(1, 2, 3)))
            assert label in source.labels[same]


def test_toy_labels_are_modes():
    ring = data.source("ring")
    points, labels = next(iter(data.load("ring", 500, with_labels=True)))
    distance = np.linalg.norm(points.numpy()[:, None] - ring.centers, axis=2)
    np.testing.assert_array_equal(distance.argmin(axis=1), labels)


def test_each_iteration_is_the_next_epoch():
    epochs = batches(numbers(), 3).reshape(3, 20)
    assert all(len(set(epoch)) == 20 for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    np.testing.assert_array_equal(epochs, batches(numbers(), 3).reshape(3, 20))
    assert not np.array_equal(epochs, batches(numbers(seed=1), 3).reshape(3, 20))


@pytest.mark.parametrize("name", [NUMBERS, "ring", "gaussian"])
@pytest.mark.parametrize("start", [1, 5, 12])
def test_start_skips_exactly(name, start):
    options = {"batch_size": 4, "steps_per_epoch": 5, "seed": 9}
    whole = batches(data.load(name, **options), 5)
    np.testing.assert_array_equal(
        batches(data.load(name, start=start, **options), 2), whole[start : start + 10]
    )


@pytest.mark.parametrize("length", [2, 7, 20])
def test_the_length_does_not_change_the_stream(length):
    iterations = -(-20 // length)
    stream = batches(numbers(steps_per_epoch=length), iterations)[:20]
    np.testing.assert_array_equal(stream, batches(numbers(), 4))


def test_toy_batches_differ_from_each_other_and_from_samples():
    drawn = batches(data.load("gaussian", 50, steps_per_epoch=20))
    sample = data.source("gaussian").sample(50, seed=0)
    assert len(np.unique(np.append(drawn.ravel(), sample))) == 21 * 50


def test_without_shuffling_every_iteration_is_the_same():
    dataset = numbers(shuffle=False, start=1)
    first = batches(dataset)
    np.testing.assert_array_equal(first[:4].ravel(), np.arange(4, 20))
    np.testing.assert_array_equal(first, batches(dataset))
    toy = data.load("ring", 4, shuffle=False, steps_per_epoch=3)
    np.testing.assert_array_equal(batches(toy), batches(toy))


def test_a_look_does_not_move_the_data_on():
    dataset = numbers().map(lambda x: x)
    with data.uncounted():
        look = next(iter(dataset.take(1)))
    np.testing.assert_array_equal(look, batches(dataset)[0])


def test_datasets_count_on_their_own():
    first, second = numbers(), numbers()
    batches(first, 2)
    np.testing.assert_array_equal(batches(second), batches(numbers()))


@pytest.mark.parametrize("limit", [0, 2**30])
def test_what_is_held_does_not_change_the_batches(limit):
    images = np.random.default_rng(0).integers(0, 256, (40, 3, 3, 1), dtype=np.uint8)
    np.testing.assert_array_equal(
        batches(data.load(images, 8, memory_limit=limit), 2),
        batches(data.load(images, 8), 2),
    )


def test_a_folder_that_is_not_held(tmp_path, picture):
    expected = {picture(f"{i}.png", mode="L").tobytes() for i in range(9)}
    for options in ({}, {"cache_dir": tmp_path.with_name("cache")}):
        dataset = data.load(tmp_path, 3, memory_limit=0, **options)
        images = batches(dataset).reshape(9, 6, 8)
        raw = np.round((images + 1) * 127.5).astype(np.uint8)
        assert {image.tobytes() for image in raw} == expected


def test_real_mnist(real_tfds):
    dataset = data.load(
        "mnist", 100, image_size=32, split="test[:300]", data_dir=real_tfds
    )
    images = batches(dataset)
    assert images.shape == (3, 100, 32, 32, 1)
    assert (images.min(), images.max()) == (-1, 1)
    assert images.mean() < -0.5


class Recorder(keras.Model):
    """Writes down the rows that each replica gets, in place of training."""

    def __init__(self):
        super().__init__()
        self.built = True
        self.seen = []

    def _maybe_symbolic_build(self, *args, **kwargs):
        # Under a strategy Keras takes a batch from an iterator of its own.
        with data.uncounted():
            super()._maybe_symbolic_build(*args, **kwargs)

    def train_step(self, batch):
        def write(replica, rows):
            self.seen.append((int(replica), rows.ravel().tolist()))
            return np.float32(0)

        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        return {"zero": tf.numpy_function(write, [replica, batch], tf.float32)}

    test_step = train_step

    def rows(self, replica=0):
        return [rows for owner, rows in self.seen if owner == replica]


def fit(**options):
    model = Recorder()
    model.compile(optimizer=None)
    model.fit(numbers(), epochs=3, shuffle=False, verbose=0, **options)
    return model


def test_fit_needs_no_steps_and_shuffles_each_epoch():
    np.testing.assert_array_equal(fit().rows(), batches(numbers(), 3).reshape(15, 4))


def test_fit_with_steps_goes_on_in_the_stream():
    np.testing.assert_array_equal(
        fit(steps_per_epoch=1).rows(), batches(numbers()).reshape(5, 4)[:3]
    )


def test_two_fits_continue():
    dataset = numbers()
    model = Recorder()
    model.compile(optimizer=None)
    for _ in range(2):
        model.fit(dataset, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.rows(), batches(numbers(), 4).reshape(20, 4))


def test_replicas_get_contiguous_rows(two_replicas):
    with two_replicas.scope():
        model = fit()
    expected = batches(numbers(), 3).reshape(15, 4)
    np.testing.assert_array_equal(model.rows(0), expected[:, :2])
    np.testing.assert_array_equal(model.rows(1), expected[:, 2:])


def test_validation_data_stays_the_same():
    held_out = numbers(shuffle=False)
    rows = fit(validation_data=held_out).rows()
    assert len(rows) == 30
    for epoch in range(3):
        validation = rows[10 * epoch + 5 : 10 * epoch + 10]
        np.testing.assert_array_equal(np.ravel(validation), np.arange(20))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size must be an integer of at least 1. Received: 0"),
        ({"batch_size": 4.0}, "batch_size must be an integer"),
        (
            {"batch_size": 24},
            "batch_size must be at most 23, the number of examples of",
        ),
        ({"seed": -1}, "seed must be an integer of at least 0"),
        ({"seed": 0.5}, "seed must be an integer"),
        ({"start": -1}, "start must be an integer of at least 0"),
        ({"steps_per_epoch": 0}, "steps_per_epoch must be an integer of at least 1"),
        (
            {"with_labels": True},
            "with_labels must be False for arrays, which has no la",
        ),
    ],
)
def test_wrong_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        numbers(**options)
