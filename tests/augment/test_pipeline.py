import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.augment import Augment, chances, colors, cutouts, geometry, warps

IMAGES = np.random.default_rng(0).uniform(-1, 1, (4, 8, 6, 3)).astype("float32")
ALL = ("blit", "geometric", "color", "cutout")


def _model():
    images = keras.Input((8, 6, 3))
    changed = Augment(0.7, ALL, seed=7, name="augmentation")(images)
    return keras.Model(images, keras.layers.Dense(1, name="dense")(changed))


def _layer_alone():
    images = keras.Input((8, 6, 3))
    return keras.Model(images, Augment(0.7, ALL, seed=7)(images))


def _schedule():
    return keras.optimizers.schedules.PolynomialDecay(0.1, 10, 0.5)


def test_contract(two_replicas):
    arguments = {"probability": 0.3, "policy": {"blit": 1.0, "hue": 0.5}, "seed": 7}
    contracts.check_config(Augment, arguments)
    contracts.check_saving(_model(), IMAGES)
    contracts.check_modes(_model(), IMAGES)
    contracts.check_replicas(_layer_alone, IMAGES, two_replicas, tolerance=1e-4)
    for policy in contracts.MIXED_POLICIES:
        contracts.check_precision(_layer_alone, IMAGES, policy, "float32", 1e-6)


def test_changes_by_its_parts_in_turn():
    layer = Augment(0.5, ALL, seed=3)
    outputs = layer(IMAGES, training=True)
    rows = tf.zeros((4, Augment.numbers))
    uniform = kgan.seeds.uniform_like(rows, tf.constant([3, 0]))
    shares = dict.fromkeys([t.name for t in (*geometry.TRANSFORMS, *colors.TRANSFORMS)])
    shares = dict.fromkeys(shares, 1.0)
    p = tf.constant(0.5)
    maps, moved = geometry.inverses(uniform[:, :18], p, shares, (8, 6))
    expected = np.where(_rows(moved), warps.warp(IMAGES, maps), IMAGES)
    matrices, recoloured = colors.matrices(uniform[:, 18:28], p, shares)
    recolour = colors.apply(expected, matrices)
    expected = np.where(_rows(recoloured), recolour, expected)
    erased = chances.chosen(uniform[:, 28], p)
    cut = cutouts.cut_out(expected, uniform[:, 29:31])
    expected = np.where(_rows(erased), cut, expected)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    assert Augment.numbers == 31


def _rows(flags):
    return np.asarray(flags)[:, None, None, None]


@pytest.mark.parametrize("channels", [1, 3])
def test_is_the_identity_at_zero(channels):
    images = IMAGES[..., :channels]
    outputs = Augment(0.0, ALL, seed=1)(images, training=True)
    np.testing.assert_array_equal(outputs, images)


@pytest.mark.parametrize(
    ("policy", "left_alone"),
    [("blit", 0.7**3), ({"blit": 1.0, "cutout": 0.5}, 0.7**3 * 0.85), ("hue", 0.7)],
)
def test_leaves_alone_what_draws_nothing(policy, left_alone):
    images = np.random.default_rng(0).uniform(-1, 1, (4000, 4, 4, 3)).astype("float32")
    outputs = Augment(0.3, policy, seed=1)(images, training=True)
    same = np.all(outputs.numpy() == images, axis=(1, 2, 3))
    assert same.mean() == pytest.approx(left_alone, abs=0.03)


def test_name_of_one_overrides_its_group():
    images = np.ones((200, 4, 4, 3), "float32")
    layer = Augment(1.0, {"flip": 0.0, "color": 1.0, "hue": 0.0}, seed=1)
    outputs = layer(images, training=True).numpy()
    np.testing.assert_allclose(outputs.std(axis=(1, 2, 3)), 0, atol=1e-5)
    assert outputs[:, 0, 0, 0].std() > 0.3


def test_probability_follows_its_schedule():
    layer = Augment(_schedule())
    layer.build((None, 8, 6, 3))
    assert float(layer.current_probability) == pytest.approx(0.1)
    adapt = tf.function(layer.adapt)
    adapt(tf.ones((4, 1)), tf.constant(5, tf.int64))
    assert float(layer.current_probability) == pytest.approx(0.3)
    config = layer.get_config()
    restored = Augment.from_config(config)
    assert restored.probability.get_config() == _schedule().get_config()


def test_fixed_probability_stays():
    layer = Augment(0.3)
    layer.build((None, 8, 6, 3))
    layer.adapt(tf.ones((4, 1)), 7)
    assert float(layer.current_probability) == pytest.approx(0.3)


def test_saving_keeps_the_probability(tmp_path):
    images = keras.Input((8, 6, 3))
    model = keras.Model(images, Augment(_schedule(), name="augmentation")(images))
    model.get_layer("augmentation").adapt(tf.ones((4, 1)), tf.constant(5, tf.int64))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    weight = loaded.get_layer("augmentation").current_probability
    assert float(weight) == pytest.approx(0.3)
    assert weight.name == "probability"
    assert not weight.trainable


def test_trains_a_gan_through_a_gradient_penalty():
    generator, discriminator = kgan.models.mlp((4, 4, 1), latent_dim=2)
    augmentation = Augment(0.9)
    gan = kgan.GAN(generator, discriminator, augmentation=augmentation)
    gan.compile(penalties=[kgan.penalties.R1(1.0)])
    images = np.full((8, 4, 4, 1), -0.5, "float32")
    logs = gan.fit(images, batch_size=4, verbose=0).history
    assert np.isfinite([logs["d_loss"], logs["g_loss"], logs["r1"]]).all()


@pytest.mark.parametrize("probability", [-0.1, 1.1, "half", None, True])
def test_probability_out_of_range(probability):
    with pytest.raises(ValueError, match="`probability` must be a number in"):
        Augment(probability)


def test_colors_of_four_channels():
    with pytest.raises(ValueError, match=r"1 or 3 channels; .* of 4 channels"):
        Augment()(keras.Input((8, 8, 4)))
    outputs = Augment(1.0, "blit,geometric")(np.ones((2, 8, 8, 4)), training=True)
    np.testing.assert_allclose(outputs, 1.0, atol=1e-5)


def test_unknown_name():
    with pytest.raises(ValueError, match="Did you mean 'rotation'"):
        Augment(policy="rotations")
