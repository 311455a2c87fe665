import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.models import style_generator, style_stages
from kgan.models.style_generator import StyleGenerator


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.fixture(scope="module")
def generator():
    stages = style_stages.stages((16, 12, 3), channel_base=64, channel_max=8)
    generator = StyleGenerator(
        style_generator.style_mapping(6, 5, depth=2),
        style_generator.style_synthesis(stages, 3, 5),
        style_mixing=1.0,
        center_decay=0.5,
    )
    for layer in generator.synthesis.layers:
        if getattr(layer, "injection", None):
            layer.injection.strength.assign(0.5)
    return generator


def leaky(x):
    return np.where(x > 0, x, 0.2 * x) * np.sqrt(2)


def test_the_mapping_in_float64(generator):
    z = draw(4, 6).astype("float64")
    w = z / np.sqrt((z**2).mean(axis=1, keepdims=True) + 1e-8)
    for place in range(2):
        layer = generator.mapping_network.get_layer(f"fc_{place}")
        kernel = layer.kernel.numpy() * 0.01 / np.sqrt(w.shape[1])
        w = leaky(w @ kernel + 0.01 * layer.bias.numpy())
    found = generator.mapping(draw(4, 6))
    np.testing.assert_allclose(found, np.repeat(w[:, None], 6, axis=1), rtol=1e-5)


def test_an_image_follows_from_its_latents(generator):
    z = draw(4, 6)
    images = generator(z).numpy()
    assert images.shape == (4, 16, 12, 3)
    np.testing.assert_array_equal(generator(z), images)
    np.testing.assert_array_equal(generator.synthesis(generator.mapping(z)), images)


def test_training_mixes_adds_noise_and_moves_the_center(generator):
    z = draw(4, 6)
    w = generator.mapping_network(z).numpy()
    center = generator.truncation.center
    center.assign(np.ones(5))
    images = [generator(z, training=True).numpy() for _ in range(2)]
    assert not np.array_equal(*images)
    expected = 0.25 * 1.0 + 0.75 * w.mean(axis=0)
    np.testing.assert_allclose(center, expected, rtol=1e-5)


def test_mixed_styles_are_of_two_latents(generator):
    z = draw(4, 6)
    w = generator.mapping_network(z).numpy()

    class Mapping(keras.layers.Layer):
        def call(self, x, training=None):
            return generator.mapping(x)

    mixed = Mapping()(z, training=True).numpy()
    own = (mixed == w[:, None]).all(axis=(0, 2))
    assert own[0]
    assert not own[-1]
    assert np.argmin(own) == own.sum()


def test_truncation_moves_towards_the_center(generator):
    z = draw(4, 6)
    generator.truncation.center.assign(np.arange(5.0))
    every = generator(z, truncation=0.0).numpy()
    for image in every[1:]:
        np.testing.assert_allclose(image, every[0], atol=1e-5)
    kept = generator.mapping(z, truncation=0.0, cutoff=2).numpy()
    np.testing.assert_allclose(kept[:, :2], np.tile(np.arange(5.0), (4, 2, 1)))
    np.testing.assert_array_equal(kept[:, 2:], generator.mapping(z)[:, 2:])
    compiled = tf.function(lambda psi: generator(z, training=False, truncation=psi))
    np.testing.assert_allclose(
        compiled(tf.constant(0.5)), generator(z, truncation=0.5), atol=1e-5
    )


def test_its_config_builds_it_again(generator):
    again = StyleGenerator.from_config(generator.get_config())
    again.set_weights(generator.get_weights())
    assert (again.style_mixing, again.center_decay) == (1.0, 0.5)
    np.testing.assert_array_equal(again(draw(2, 6)), generator(draw(2, 6)))


def test_classes_join_the_latents():
    mapping = style_generator.style_mapping(6, 5, depth=1, num_classes=3)
    z = draw(4, 6)
    first = mapping([z, np.zeros(4, "int32")]).numpy()
    second = mapping([z, np.ones(4, "int32")]).numpy()
    assert mapping.get_layer("fc_0").kernel.shape == (11, 5)
    assert not np.allclose(first, second)
    alone = style_generator.style_mapping(None, 5, num_classes=3)
    assert alone(np.arange(3)).shape == (3, 5)


def test_bad_arguments():
    with pytest.raises(ValueError, match="`mapping_layers` must be an integer"):
        style_generator.style_mapping(6, 5, depth=0)
    with pytest.raises(ValueError, match="`w_dim` must be an integer"):
        style_generator.style_mapping(6, 0)
