import itertools

import numpy as np
import pytest
import tensorflow as tf
from small_games import images, points

import kgan
from kgan.games.diversity import Reference, mean_distance


def _by_hand(data, labels):
    pairs = itertools.combinations(range(len(data)), 2)
    return np.mean(
        [np.sqrt(((data[i] - data[j]) ** 2).sum()) for i, j in pairs
         if labels[i] == labels[j]]
    )  # fmt: skip


def test_mean_distance_of_all_pairs_and_of_pairs_of_a_class():
    draw = np.random.default_rng(0)
    data = draw.normal(size=(7, 3, 2))
    labels = np.array([0, 1, 0, 2, 1, 0, 0])  # class 2 has no pair
    np.testing.assert_allclose(mean_distance(data), _by_hand(data, np.zeros(7)))
    np.testing.assert_allclose(mean_distance(data, labels), _by_hand(data, labels))


def test_no_pair_is_no_distance():
    assert np.isnan(mean_distance(np.zeros((2, 3)), labels=[0, 1]))


def test_points_that_are_normal_with_equal_deviation():
    # E‖x − y‖ of the plane's standard normal points is √π.
    real = np.random.default_rng(0).normal(size=(500, 2)).astype("float32")
    reference = Reference(real, points(dimensions=2, latent_dim=2))
    assert reference.rows == 64
    np.testing.assert_allclose(reference.distance, np.sqrt(np.pi), rtol=0.1)
    np.testing.assert_allclose(reference.distance, mean_distance(real[:64]))


def test_diversity_of_the_playing_generator_relative_to_real():
    gan = points(dimensions=2, latent_dim=2)
    real = np.random.default_rng(0).normal(size=(64, 2)).astype("float32")
    for network, scale in ((gan.generator, 3.0), (gan.ema_generator, 2.0)):
        network.layers[-1].kernel.assign(network.layers[-1].kernel * scale)
    samples = gan.generate(64, seed=5, averaged=False)
    expected = mean_distance(samples) / mean_distance(real)
    value = Reference(real, gan).diversity(gan, seed=5)
    np.testing.assert_allclose(value, expected)
    averaged = mean_distance(gan.generate(64, seed=5)) / mean_distance(real)
    assert abs(value - averaged) > 0.1


def test_images_that_are_all_equal_have_none():
    gan = images((4, 4, 1))
    real = np.random.default_rng(0).uniform(-1, 1, (64, 4, 4, 1)).astype("float32")
    reference = Reference(real, gan)
    assert 0.0 < reference.diversity(gan) < 1.0
    for variable in gan.generator.trainable_variables:
        variable.assign(0.0 * variable)
    assert reference.diversity(gan) == 0.0


def test_images_are_compared_on_the_scale_of_real_ones():
    gan = images((4, 4, 1))
    samples = gan.generate(64, averaged=False) / 127.5 - 1.0
    reference = Reference(samples.astype("float32"), gan)
    np.testing.assert_allclose(reference.diversity(gan), 1.0, rtol=1e-5)


def test_classes_are_compared_within():
    gan = images((4, 4, 1), num_classes=3)
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 64).astype("int32")
    # Classes far apart, examples of one close together.
    real = (labels[:, None, None, None] - 1) * 0.8 + draw.uniform(
        -0.1, 0.1, (64, 4, 4, 1)
    )
    reference = Reference((real.astype("float32"), labels), gan)
    np.testing.assert_allclose(reference.distance, _by_hand(real, labels), rtol=1e-5)
    samples = gan.generate(64, labels=labels, averaged=False) / 127.5 - 1.0
    expected = _by_hand(samples, labels) / _by_hand(real, labels)
    np.testing.assert_allclose(reference.diversity(gan), expected, rtol=1e-5)


def test_labels_that_an_objective_alone_reads_do_not_count():
    networks = kgan.models.mlp((4, 4, 1), latent_dim=4, heads={"styles": 3})
    gan = kgan.GAN(*networks)
    gan.compile(objectives=["style_ambiguity"], run_eagerly=True)
    draw = np.random.default_rng(0)
    real = draw.uniform(-1, 1, (64, 4, 4, 1)).astype("float32")
    reference = Reference((real, draw.integers(0, 3, 64)), gan)
    np.testing.assert_allclose(reference.distance, mean_distance(real))
    assert 0.0 < reference.diversity(gan) < 1.0


def test_all_pairs_count_where_hardly_any_share_a_class():
    gan = images((4, 4, 1), num_classes=50)
    draw = np.random.default_rng(0)
    real = draw.uniform(-1, 1, (50, 4, 4, 1)).astype("float32")
    reference = Reference((real, np.arange(50)), gan)
    np.testing.assert_allclose(reference.distance, mean_distance(real))


def test_looking_at_a_stream_does_not_move_it():
    def data():
        return kgan.data.load("digits", batch_size=64, seed=3)

    train = data()
    reference = Reference(train, images())
    first = next(iter(data()))
    np.testing.assert_array_equal(next(iter(train)), first)
    np.testing.assert_allclose(reference.distance, mean_distance(first.numpy()))


@pytest.mark.parametrize(
    ("real", "message"),
    [
        (np.zeros((8, 3), "float32"), "examples of shape"),
        (np.zeros((8, 2), "uint8"), "must be float32"),
        ((np.zeros((8, 2), "float32"), np.zeros(8, "int32")), "take no labels"),
    ],
)
def test_what_is_no_real_data_is_refused(real, message):
    with pytest.raises(ValueError, match=message):
        Reference(real, points(dimensions=2, latent_dim=2))


def test_a_conditional_model_needs_labels():
    real = np.zeros((8, 4, 4, 1), "float32")
    with pytest.raises(ValueError, match="images, labels"):
        Reference(real, images((4, 4, 1), num_classes=3))


def test_data_that_cannot_be_looked_at_are_refused(two_replicas):
    data = tf.data.Dataset.from_tensors(tf.zeros((4, 1))).repeat(2)
    distributed = two_replicas.experimental_distribute_dataset(data)
    with pytest.raises(ValueError, match="`real` must be an array"):
        Reference(distributed, points())


def test_a_generator_of_nan_has_no_diversity():
    gan = images((4, 4, 1))
    real = np.random.default_rng(0).uniform(-1, 1, (64, 4, 4, 1)).astype("float32")
    reference = Reference(real, gan)
    for variable in gan.generator.trainable_variables:
        variable.assign(np.nan * variable)
    assert np.isnan(reference.diversity(gan))
