import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.games.sampler import Sampler, to_float, to_uint8
from kgan.latents import latents_at, priors, table

PRIOR = priors.Normal(3)


def test_bytes_and_floats_are_inverse():
    values = np.arange(256, dtype="uint8")
    floats = to_float(values)
    assert floats.dtype == tf.float32
    np.testing.assert_allclose(floats, values / 127.5 - 1, rtol=1e-6, atol=1e-7)
    assert (float(floats[0]), float(floats[255])) == (-1.0, 1.0)
    for convert in (to_uint8, tf.function(to_uint8, jit_compile=True)):
        np.testing.assert_array_equal(convert(floats), values)


def test_bytes_are_the_nearest_and_clipped():
    floats = [-9.0, -1.001, -1.0, -0.0001, 0.4999, 1.0, 1.2, 50.0]
    expected = np.clip(np.round((np.array(floats) + 1) * 127.5), 0, 255)
    images = to_uint8(tf.constant(floats))
    assert images.dtype == tf.uint8
    np.testing.assert_array_equal(images, expected)
    assert to_uint8(tf.constant([0.5], tf.bfloat16)).numpy() == [191]


def _points():
    """A generator that gives its latents back."""
    latents = keras.Input((3,))
    return keras.Model(latents, keras.layers.Identity()(latents))


def _images(classes=False):
    """A generator of images of one pixel; the second channel shows the class."""
    latents = keras.Input((3,))
    x, inputs = keras.layers.Dense(1, activation="tanh")(latents), latents
    if classes:
        labels = keras.Input((), dtype="int32")
        shown = keras.layers.Embedding(5, 1, weights=[_SHADES])(labels)
        x, inputs = keras.layers.Concatenate()([x, shown]), [latents, labels]
    return keras.Model(inputs, keras.layers.Reshape((1, 1, -1))(x))


_SHADES = np.arange(5, dtype="float32")[:, None] / 127.5 - 1  # class c as the byte c


def _generate(sampler, count, seed=0, start=0, labels=None, batch_size=128):
    return sampler(count, seed, start, labels, batch_size)


def test_points_are_the_table_of_the_seed():
    sampler = Sampler(_points(), PRIOR, None, is_image=False)
    points = _generate(sampler, 150, seed=7, start=20)
    assert points.dtype == np.float32
    np.testing.assert_array_equal(points, latents_at(PRIOR, table(7), 20, 150))


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
def test_images_do_not_depend_on_the_batch_size(batch_size):
    sampler = Sampler(_images(), PRIOR, None, is_image=True)
    whole = _generate(sampler, 40, start=5)
    assert whole.dtype == np.uint8
    assert whole.shape == (40, 1, 1, 1)
    assert len(np.unique(whole)) > 20
    parts = _generate(sampler, 40, start=5, batch_size=batch_size)
    np.testing.assert_array_equal(parts, whole)
    late = _generate(sampler, 10, start=35, batch_size=batch_size)
    np.testing.assert_array_equal(late, whole[30:])


def test_seeds_give_other_images():
    sampler = Sampler(_points(), PRIOR, None, is_image=False)
    assert not np.any(_generate(sampler, 9, seed=1) == _generate(sampler, 9, seed=2))
    assert _generate(sampler, 2, seed=2**40).shape == (2, 3)


def _classes(images):
    return images[:, 0, 0, 1].tolist()


def test_classes_come_in_turn():
    sampler = Sampler(_images(classes=True), PRIOR, 5, is_image=True)
    images = _generate(sampler, 12, start=10**12 + 3, batch_size=5)
    assert _classes(images) == [(10**12 + 3 + i) % 5 for i in range(12)]


@pytest.mark.parametrize(
    "labels", [3, np.int64(3), np.array(3), np.full(7, 3), [3] * 7]
)
def test_one_class_for_all(labels):
    sampler = Sampler(_images(classes=True), PRIOR, 5, is_image=True)
    images = _generate(sampler, 7, labels=labels, batch_size=3)
    assert _classes(images) == [3] * 7


def test_a_class_for_each():
    sampler = Sampler(_images(classes=True), PRIOR, 5, is_image=True)
    labels = [4, 0, 2, 2, 1, 3, 0]
    images = _generate(sampler, 7, labels=labels, batch_size=3)
    assert _classes(images) == labels
    same = _generate(sampler, 7, batch_size=7)  # the latents do not follow the class
    np.testing.assert_array_equal(images[..., 0], same[..., 0])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (5, r"\[0, 5\)"),
        (-1, r"\[0, 5\)"),
        (1.0, "integers"),
        ([1, 2], r"one class or 7 of them.*\(2,\)"),
        ([[1]] * 7, r"one class or 7 of them.*\(7, 1\)"),
    ],
)
def test_labels_that_do_not_fit(labels, message):
    sampler = Sampler(_images(classes=True), PRIOR, 5, is_image=True)
    with pytest.raises(ValueError, match=message):
        _generate(sampler, 7, labels=labels)


def test_labels_without_classes():
    with pytest.raises(ValueError, match=r"`labels` must be None.*Received: 0"):
        _generate(Sampler(_points(), PRIOR, None, is_image=False), 2, labels=0)


@pytest.mark.parametrize("value", [0, -3, 2.0, "4", None])
def test_numbers_of_images_are_positive(value):
    sampler = Sampler(_points(), PRIOR, None, is_image=False)
    with pytest.raises(ValueError, match=r"`num_images` must be a positive integer"):
        _generate(sampler, value)
    with pytest.raises(ValueError, match=r"`batch_size` must be a positive integer"):
        _generate(sampler, 2, batch_size=value)


@pytest.mark.parametrize("value", [-1, 0.5, None])
def test_start_and_seed_are_not_negative(value):
    sampler = Sampler(_points(), PRIOR, None, is_image=False)
    with pytest.raises(ValueError, match=r"`start` must be a non-negative integer"):
        _generate(sampler, 2, start=value)
    with pytest.raises(ValueError, match=r"`seed` must be a non-negative integer"):
        _generate(sampler, 2, seed=value)


def test_rows_in_a_users_own_graph():
    sampler = Sampler(_images(classes=True), PRIOR, 5, is_image=True)

    @tf.function(input_signature=[tf.TensorSpec((), tf.int64)] * 3)
    def serve(count, seed, start):
        return sampler.rows(count, seed, start)

    images = serve(*(tf.constant(v, tf.int64) for v in (9, 4, 70)))
    np.testing.assert_array_equal(images, _generate(sampler, 9, seed=4, start=70))
