import contracts
import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers.virtual_batch_normalization import VirtualBatchNormalization
from kgan.layers.with_reference import Prepend, WithReference

COUNT = 6
LATENTS = np.random.default_rng(1).normal(size=(COUNT, networks.LATENT_DIM))
IMAGES = networks.images(COUNT, seed=2)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def _inputs(shape, num_classes):
    """Inputs of a network, with labels if `num_classes`, and its first features."""
    data = keras.Input(shape, name="data")
    features = keras.layers.Flatten(name="flat")(data)
    if not num_classes:
        return data, features
    labels = keras.Input((), dtype="int32", name="labels")
    embedded = keras.layers.Embedding(num_classes, 3, name="classes")(labels)
    features = keras.layers.Concatenate(name="both")([features, embedded])
    return [data, labels], features


def _hidden(features):
    features = keras.layers.Dense(8, use_bias=False, name="hidden")(features)
    features = VirtualBatchNormalization(COUNT, name="normalization")(features)
    return keras.layers.LeakyReLU(0.2, name="leaky")(features)


def _generator(num_classes=None):
    inputs, features = _inputs((networks.LATENT_DIM,), num_classes)
    x = keras.layers.Dense(64, name="pixels")(_hidden(features))
    x = keras.layers.Reshape(networks.IMAGE_SHAPE, name="image")(x)
    x = keras.layers.Activation("tanh", dtype="float32", name="range")(x)
    return keras.Model(inputs, x, name="generator")


def _discriminator(num_classes=None):
    inputs, features = _inputs(networks.IMAGE_SHAPE, num_classes)
    x = keras.layers.Dense(1, dtype="float32", name="logits")(_hidden(features))
    return keras.Model(inputs, x, name="discriminator")


def _pair(num_classes=None):
    labels = LABELS if num_classes else None
    return (
        WithReference(_generator(num_classes), LATENTS, labels),
        WithReference(_discriminator(num_classes), IMAGES, labels),
    )


def _gan(num_classes=None, run_eagerly=False):
    gan = kgan.GAN(*_pair(num_classes), ema_momentum=0.9, seed=4)
    gan.compile(
        generator_optimizer=keras.optimizers.SGD(0.05),
        discriminator_optimizer=keras.optimizers.SGD(0.05),
        run_eagerly=run_eagerly,
    )
    return gan


def _references(gan):
    """The reference rows that a GAN holds, by who holds them."""
    players = (gan.generator, gan.ema_generator, gan.discriminator)
    return [player.get_layer("reference").rows.numpy() for player in players]


def test_contract():
    inputs = [networks.images(4), np.array([0, 1, 2, 2], "int32")]
    contracts.check_network(lambda: _pair(num_classes=3)[1], inputs, (4, 1))


@pytest.mark.parametrize("player", [0, 1])
def test_contract_on_replicas(two_replicas, player):
    latents = np.random.default_rng(3).normal(size=(4, networks.LATENT_DIM))
    inputs = [latents.astype("float32"), networks.images(4)][player]
    contracts.check_replicas(lambda: _pair()[player], inputs, two_replicas)


def test_config():
    model = _pair(3)[1]
    serialized = keras.saving.serialize_keras_object(model)
    assert serialized["registered_name"] == "kgan>WithReference"
    config = serialized["config"]
    assert config["reference"] == IMAGES.tolist()
    assert config["labels"] == LABELS.tolist()
    restored = keras.saving.deserialize_keras_object(serialized)
    assert restored.get_config() == config
    assert restored.name == "discriminator_with_reference"
    np.testing.assert_array_equal(restored.reference, IMAGES)
    assert WithReference(_generator(), LATENTS.tolist(), name="g").name == "g"


def test_output_is_that_of_the_network_without_its_first_rows():
    network = _discriminator()
    data = networks.images(5)
    expected = network(np.concatenate([IMAGES, data]))[COUNT:]
    np.testing.assert_array_equal(WithReference(network, IMAGES)(data), expected)


@pytest.mark.parametrize("training", [False, True])
def test_an_example_depends_on_no_other(training):
    model = _pair()[1]
    data = networks.images(7)
    together = model(data, training=training)
    for row in range(7):
        alone = model(data[row : row + 1], training=training)
        np.testing.assert_allclose(alone[0], together[row], atol=1e-6)


def _assert_holds_the_reference(gan):
    given = [LATENTS.astype("float32")] * 2 + [IMAGES]
    for held, reference in zip(_references(gan), given, strict=True):
        np.testing.assert_array_equal(held, reference)


def test_game_is_played_and_the_reference_stays(two_replicas, tmp_path):
    games = []
    for strategy in (tf.distribute.get_strategy(), two_replicas):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            gan = _gan()
        before = gan.generator.network.get_weights()
        gan.fit(networks.images(32), batch_size=8, verbose=0, shuffle=False)
        after = gan.generator.network.get_weights()
        assert all(np.any(old != new) for old, new in zip(before, after, strict=True))
        _assert_holds_the_reference(gan)
        games.append(gan)
    assert networks.largest_difference(*games) < 2e-6
    gan = games[0]
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    _assert_holds_the_reference(loaded)
    images = gan.generate(3, seed=1)
    np.testing.assert_array_equal(images, loaded.generate(3, seed=1))


def test_game_of_networks_that_take_labels():
    gan = _gan(num_classes=3, run_eagerly=True)
    assert gan.num_classes == 3
    gan.fit(networks.images(6), LABELS, batch_size=6, verbose=0)
    _assert_holds_the_reference(gan)
    assert gan.generate(2, seed=1, labels=2).shape == (2, 8, 8, 1)


def test_reference_comes_back_with_the_weights_alone(tmp_path):
    model = _pair()[1]
    model.save_weights(tmp_path / "d.weights.h5")
    other = WithReference(_discriminator(), 0 * IMAGES)
    other.load_weights(tmp_path / "d.weights.h5")
    data = networks.images(3)
    np.testing.assert_array_equal(model(data), other(data))


def test_single_layer_is_a_network():
    layer = VirtualBatchNormalization(2, name="vbn")
    model = WithReference(layer, [[0.0, 1.0], [2.0, 5.0]])
    np.testing.assert_allclose(model(np.array([[1.0, 3.0]])), [[0.0, 0.0]], atol=1e-6)
    contracts.check_saving(model, np.ones((3, 2), "float32"))


def test_prepend():
    contracts.check_config(Prepend, {"reference": [[0.0, 1.0]]})
    layer = Prepend(np.arange(6.0).reshape(3, 2))
    assert not layer.trainable_weights
    expected = np.concatenate([np.arange(6.0).reshape(3, 2), np.ones((2, 2))])
    np.testing.assert_array_equal(layer(np.ones((2, 2), "float32")), expected)
    assert layer(keras.Input((2,), batch_size=4)).shape == (7, 2)


@pytest.mark.parametrize("reference", [[1.0, 2.0], np.zeros((0, 5)), [[np.nan] * 5]])
def test_bad_reference(reference):
    with pytest.raises(ValueError, match="`reference` must be a batch of finite"):
        WithReference(_generator(), reference)


@pytest.mark.parametrize("labels", [[0, 1], [0.0] * COUNT, np.zeros((COUNT, 1), int)])
def test_bad_labels(labels):
    with pytest.raises(ValueError, match="`labels` must be one integer for each of"):
        WithReference(_generator(3), LATENTS, labels)


@pytest.mark.parametrize("count", [COUNT - 1, COUNT + 1])
def test_reference_of_another_size(count):
    match = f"must have {COUNT} rows.*'normalization'. Received: {count} rows"
    with pytest.raises(ValueError, match=match):
        WithReference(_generator(), np.ones((count, networks.LATENT_DIM)))


def test_networks_of_which_no_rows_can_be_cut():
    heads = kgan.models.mlp_discriminator((2,), heads={"styles": 3})
    packed = kgan.models.Packed(kgan.models.mlp_discriminator((4,)), samples=2)
    for network in (heads, packed):
        with pytest.raises(ValueError, match=r"must have one output.*Packed\(WithRef"):
            WithReference(network, np.ones((4, 2)))


def test_packs_of_a_network_with_a_reference():
    network = kgan.models.mlp_discriminator((4,))
    packed = kgan.models.Packed(WithReference(network, np.ones((3, 4))), samples=2)
    examples = np.random.default_rng(0).normal(size=(8, 2)).astype("float32")
    expected = network(examples.reshape(4, 4))
    np.testing.assert_allclose(packed(examples), expected, rtol=1e-5)
