"""One direction of a game of translation: shapes, latents, dropout in use."""

import contract
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import kgan
from kgan.games import direction
from kgan.games.direction import Direction

SOURCE, TARGET = (4, 4, 1), (4, 4, 3)
IMAGES = contract.images(5, SOURCE)


def any_size(**options):
    x = source = keras.Input((None, None, 1))
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    return keras.Model(source, x, **options)


@keras.saving.register_keras_serializable(package="tests")
class Dropping(kgan.layers.Dropout):
    """Dropout that acts in use as well, from the state of its seed generator."""

    def __init__(self, rate, at_test=True, **kwargs):
        super().__init__(rate, **kwargs)
        self.at_test = at_test

    def call(self, inputs, training=False):
        state = keras.ops.convert_to_tensor(self.seed_generator.state)
        uniform = kgan.seeds.uniform_like(inputs, state)
        return keras.ops.where(uniform < self.rate, 0.0, inputs / (1 - self.rate))


def dropping():
    x = source = keras.Input(SOURCE)
    x = Dropping(0.5)(layers.Dense(8)(x))
    return keras.Model(source, layers.Dense(3, activation="tanh")(x))


def with_latents(width=2):
    return contract.network([SOURCE, (width,)], TARGET)


def test_shapes():
    fixed = Direction(contract.network([SOURCE], TARGET))
    assert (fixed.takes, fixed.returns) == (SOURCE, TARGET)
    assert (fixed.source_shape, fixed.target_shape) == (SOURCE, TARGET)
    assert (fixed.latent_dim, fixed.is_random) == (None, False)
    open_ended = Direction(any_size(), (6, 8))
    assert open_ended.takes == (None, None, 1)
    assert open_ended.source_shape == (6, 8, 1)
    assert open_ended.target_shape == (6, 8, 3)
    assert Direction(any_size()).target_shape == (None, None, 3)
    assert Direction(with_latents(7)).latent_dim == 7


@pytest.mark.parametrize(
    ("size", "found"), [(None, None), (6, (6, 6)), ([6, 8], (6, 8))]
)
def test_image_size(size, found):
    assert direction.check_image_size(size) == found


@pytest.mark.parametrize("size", [(6,), (1, 2, 3), 0, (6, 0.5), "6"])
def test_a_wrong_image_size_is_refused(size):
    with pytest.raises(ValueError, match="`image_size` must be"):
        direction.check_image_size(size)


def test_any_size_is_translated():
    way = Direction(any_size())
    for height, width in ((4, 4), (5, 9)):
        images = contract.images(2, (height, width, 1))
        found = way.floats(way.sources(images), np.arange(2))
        np.testing.assert_allclose(found, way.network(images), atol=1e-6)
    with pytest.raises(ValueError, match=r"must have shape \(count, any, any, 1\)"):
        way.sources(np.zeros((2, 4, 4, 3), "uint8"))


def test_a_size_that_a_layer_refuses_is_a_sentence():
    x = source = keras.Input((None, None, 1))
    x = layers.Concatenate()([layers.UpSampling2D()(layers.MaxPool2D()(x)), x])
    way = Direction(keras.Model(source, layers.Conv2D(3, 1)(x)))
    images = contract.images(1, (5, 5, 1))
    with pytest.raises(ValueError, match=r"`images` must have a size.*5 × 5 × 1 \("):
        way.floats(way.sources(images), np.arange(1))


def test_latents_follow_from_the_seed_of_each_image():
    way = Direction(with_latents())
    assert way.is_random
    same = np.repeat(IMAGES[:1], 4, axis=0)
    numbers = np.array([3, 4, 3, 2**40])
    found = way.floats(same, numbers)
    np.testing.assert_array_equal(found[0], found[2])
    for other in (1, 3):
        assert (found[0] != found[other]).any()
    drawn = way.latents(np.arange(500)).numpy()
    assert abs(drawn.mean()) < 0.1
    assert abs(drawn.std() - 1) < 0.1
    expected = way.network([tf.constant(same[:1]), way.latents([4])])
    np.testing.assert_allclose(found[1:2], expected, atol=1e-6)


def test_dropout_in_use_follows_from_the_seed_of_each_image():
    way = Direction(dropping())
    assert way.is_random
    same = np.repeat(IMAGES[:1], 3, axis=0)
    found = way.floats(same, np.array([7, 8, 7]))
    np.testing.assert_array_equal(found[0], found[2])
    assert (found[0] != found[1]).any()
    graph = tf.function(way)(tf.constant(same), tf.constant([7, 8, 7]))
    np.testing.assert_allclose(graph, found, atol=1e-6)
    state = way.network.layers[2].seed_generator.state
    before = np.array(state)
    way.floats(same, np.arange(3))
    np.testing.assert_array_equal(before, state)


def test_a_game_translates_by_seed():
    generator = with_latents()
    discriminator = contract.network([SOURCE, TARGET], (1,))
    game = kgan.Pix2Pix(generator, discriminator)
    found = game.translate(IMAGES, seed=5)
    assert (found != game.translate(IMAGES)).any()
    for batch_size in (1, 2):
        np.testing.assert_array_equal(game.translate(IMAGES, batch_size, seed=5), found)
    np.testing.assert_array_equal(game.translate(IMAGES[3:], seed=8), found[3:])
    with pytest.raises(ValueError, match="`seed` must be a non-negative integer"):
        game.translate(IMAGES, seed=-1)


def test_a_game_with_latents_is_played_and_exported(tmp_path, bare_process):
    game = kgan.Pix2Pix(with_latents(), contract.network([SOURCE, TARGET], (1,)))
    data = {
        "source": contract.images(8, SOURCE),
        "target": contract.images(8, TARGET),
    }
    contract.check_own_networks(game, data, tmp_path, bare_process, "translate")
    endpoint = game.endpoints().endpoints["translate"]
    assert [given.spec.name for given in endpoint.inputs] == ["images", "seeds"]
    images = kgan.games.sampler.to_uint8(IMAGES)
    found = endpoint.function(images, tf.range(5, 10))["images"]
    np.testing.assert_array_equal(found, game.translate(images.numpy(), seed=5))
