"""What is refused of networks before training."""

import re

import keras
import numpy as np
import pytest

import kgan
from kgan.games import network_checks
from kgan.latents import priors


def _network(*shapes, classes=None):
    inputs = [keras.Input(shape) for shape in shapes]
    flat = [keras.layers.Flatten()(tensor) for tensor in inputs]
    if classes:
        labels = keras.Input((), dtype="int32")
        flat.append(keras.layers.Embedding(classes, 3)(labels))
        inputs.append(labels)
    x = keras.layers.Concatenate()(flat) if len(flat) > 1 else flat[0]
    return keras.Model(inputs, keras.layers.Dense(1)(x))


class Free(keras.Model):
    """A network that tells nothing about its inputs."""

    def call(self, inputs):
        return inputs


def test_labels_are_seen_in_the_inputs():
    assert not network_checks.is_conditional(_network((3,)), None)
    assert not network_checks.is_conditional(_network((3,)), 10)
    assert network_checks.is_conditional(_network((3,), classes=5), None)
    assert network_checks.is_conditional(Free(), 10)
    assert not network_checks.is_conditional(Free(), None)
    alone = _network((3,))
    assert network_checks.is_conditional(alone, None, first=False)


class OneHot(keras.layers.Layer):
    def __init__(self, num_classes):
        super().__init__()
        self.num_classes = num_classes


def _sequential(*layers):
    return keras.Sequential([keras.Input((1,)), *layers])


@pytest.mark.parametrize(
    ("network", "count"),
    [
        (lambda: _network((3,), classes=5), 5),
        (lambda: _sequential(OneHot(6)), 6),
        (lambda: _sequential(keras.layers.CategoryEncoding(7)), 7),
        (lambda: _sequential(keras.Sequential([keras.layers.Embedding(8, 2)])), 8),
        (lambda: _network((3,)), None),
    ],
)
def test_classes_are_found_in_the_layers(network, count):
    assert network_checks.find_num_classes(network()) == count


def test_num_classes():
    plain, conditional = _network((3,)), _network((3,), classes=5)
    assert network_checks.num_classes(plain, plain, None) is None
    assert network_checks.num_classes(conditional, conditional, None) == 5
    assert network_checks.num_classes(conditional, conditional, 5) == 5
    assert network_checks.num_classes(Free(), Free(), 4) == 4
    assert network_checks.num_classes(Free(), Free(), None) is None


def test_both_networks_take_labels_or_none():
    plain, conditional = _network((3,)), _network((3,), classes=5)
    with pytest.raises(ValueError, match=r"generator that takes labels and a discrim"):
        network_checks.num_classes(conditional, plain, None)
    with pytest.raises(ValueError, match=r"generator that takes no labels and a discr"):
        network_checks.num_classes(plain, conditional, None)


def test_networks_of_other_numbers_of_classes():
    three, five = (_network((3,), classes=count) for count in (3, 5))
    with pytest.raises(ValueError, match=r"generator of 3 and a discriminator of 5"):
        network_checks.num_classes(three, five, None)
    assert network_checks.num_classes(three, five, 3) == 3
    untold = _network((3,), (1,))
    assert network_checks.num_classes(untold, five, None) == 5


def test_num_classes_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"`num_classes`.*num_classes=10"):
        network_checks.num_classes(_network((3,)), _network((3,)), 10)


@pytest.mark.parametrize("given", [0, -1, 2.5, "10", True])
def test_num_classes_is_a_positive_integer(given):
    networks = _network((3,), classes=5), _network((3,), classes=5)
    with pytest.raises(ValueError, match=r"`num_classes` must be a positive integer"):
        network_checks.num_classes(*networks, given)


def test_num_classes_must_be_told_where_no_layer_does():
    networks = _network((3,), (1,)), _network((3,), (1,))
    with pytest.raises(ValueError, match=r"`num_classes`.*no layer tells"):
        network_checks.num_classes(*networks, None)
    assert network_checks.num_classes(*networks, 3) == 3


def test_given_num_classes_stands_above_the_layers():
    # The first `Embedding` may be one of positions.
    networks = _network((3,), classes=5), _network((3,), classes=5)
    assert network_checks.num_classes(*networks, np.int64(4)) == 4


def test_latent_dim():
    assert network_checks.latent_dim(_network((7,)), None) == 7
    assert network_checks.latent_dim(_network((7,), classes=2), priors.Normal(7)) == 7
    assert network_checks.latent_dim(Free(), priors.Uniform(4)) == 4
    with pytest.raises(ValueError, match=r"7 components.*latent_dim=8"):
        network_checks.latent_dim(_network((7,)), priors.Normal(8))
    with pytest.raises(ValueError, match=r"`prior` must be given"):
        network_checks.latent_dim(Free(), None)
    with pytest.raises(ValueError, match=r"kgan\.priors\.Prior.*'normal'"):
        network_checks.latent_dim(_network((7,)), "normal")
    assert network_checks.latent_dim(_network((4, 2)), None) == 8
    relu = keras.layers.Activation("relu")
    unknown = keras.Sequential([keras.Input((None, 2)), relu])
    with pytest.raises(ValueError, match=r"\(batch, latent_dim\).*\(None, None, 2\)"):
        network_checks.latent_dim(unknown, None)
    assert network_checks.latent_dim(_network((7,)), False) is None


def test_discriminator_fits():
    network_checks.discriminator_fits(_network((8, 8, 1)), (8, 8, 1))
    network_checks.discriminator_fits(Free(), (8, 8, 1))
    data = keras.Input((None, None, 1))
    anywhere = keras.Model(data, keras.layers.GlobalAveragePooling2D()(data))
    network_checks.discriminator_fits(anywhere, (8, 6, 1))
    for takes in ((8, 8, 3), (8, 8), (1, 8, 8), (64,)):
        message = r"`discriminator`.*\(8, 8, 1\).*" + re.escape(str(takes))
        with pytest.raises(ValueError, match=message):
            network_checks.discriminator_fits(_network(takes), (8, 8, 1))


def test_a_discriminator_gives_logits():
    def dense(activation=None):
        return keras.layers.Dense(1, activation=activation)

    wrong = [
        _sequential(dense("sigmoid")),
        _sequential(dense(), keras.layers.Activation("sigmoid")),
        _sequential(keras.Sequential([dense("sigmoid")])),
        keras.Sequential([dense("sigmoid")]),  # not built
    ]
    for network in wrong:
        with pytest.raises(ValueError, match=r"`discriminator` must give logits"):
            network_checks.discriminator_fits(network, (1,))
    hidden = _sequential(dense("sigmoid"), dense())
    for network in (hidden, Free(), keras.Sequential([])):
        network_checks.discriminator_fits(network, (1,))


@pytest.mark.parametrize(
    "last",
    [
        [keras.layers.Dense(1, activation="sigmoid")],
        [keras.layers.Dense(1), keras.layers.Activation("hard_sigmoid")],
        [keras.layers.Dense(1, activation="softmax")],
        [keras.layers.Dense(1), keras.layers.Softmax()],
        [keras.layers.Dense(1, activation="relu")],
        [keras.layers.Dense(1), keras.layers.ReLU(), keras.layers.Reshape((1, 1, 1))],
    ],
)
def test_a_generator_of_images_reaches_below_0(last):
    network = keras.Sequential([keras.Input((3,)), *last])
    with pytest.raises(ValueError, match=r'`generator` must give.*activation="tanh"'):
        network_checks.gives_images(network)


@pytest.mark.parametrize(
    "last",
    [
        [keras.layers.Dense(1, activation="tanh")],
        [keras.layers.Dense(1)],
        [keras.layers.Dense(1), keras.layers.ReLU(negative_slope=0.2)],
        [keras.layers.Dense(1, activation="sigmoid"), keras.layers.Rescaling(2, -1)],
    ],
)
def test_a_generator_that_reaches_below_0(last):
    network_checks.gives_images(keras.Sequential([keras.Input((3,)), *last]))


class ToImage(keras.layers.Layer):
    """A block of a user's own, whose activation is not its last step."""

    activation = staticmethod(keras.activations.relu)

    def call(self, x):
        return keras.ops.tanh(self.activation(x))


def test_the_activation_of_a_layer_of_ones_own_tells_nothing():
    network = keras.Sequential([keras.Input((3,)), ToImage()])
    network_checks.gives_images(network)
    assert not network_checks.tells_outputs(network)
    assert network_checks.tells_outputs(_network((3,)))


def test_only_generators_of_images_are_asked():
    def of(shape):
        x = latents = keras.Input((3,))
        x = keras.layers.Dense(16, activation="sigmoid")(x)
        return keras.Model(latents, keras.layers.Reshape(shape)(x)), _network(shape)

    for shape in ((16,), (4, 4), (2, 2, 2, 2)):
        kgan.GAN(*of(shape), ema_momentum=None)
    with pytest.raises(ValueError, match=r'activation="tanh"'):
        kgan.GAN(*of((4, 4, 1)), ema_momentum=None)
    kgan.GAN(*of((4, 4, 1)), ema_momentum=None, as_images=False)


def test_a_packed_discriminator_judges_several_together():
    network = kgan.models.mlp_discriminator((4,), hidden=(3,))
    packed = kgan.models.Packed(network, samples=2)
    assert (network_checks.together(network), network_checks.unpacked(network)) == (
        1,
        network,
    )
    assert (network_checks.together(packed), network_checks.unpacked(packed)) == (
        2,
        network,
    )
    # It compares examples of a batch, and yet judges each.
    layer = kgan.layers.MinibatchStandardDeviation(group_size=4)
    assert network_checks.together(layer) == 1
