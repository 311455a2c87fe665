import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.core import arguments
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
    assert not arguments.is_conditional(_network((3,)), None)
    assert not arguments.is_conditional(_network((3,)), 10)
    assert arguments.is_conditional(_network((3,), classes=5), None)
    assert arguments.is_conditional(Free(), 10)
    assert not arguments.is_conditional(Free(), None)


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
    assert arguments.find_num_classes(network()) == count


def test_num_classes():
    plain, conditional = _network((3,)), _network((3,), classes=5)
    assert arguments.num_classes(plain, plain, None) is None
    assert arguments.num_classes(conditional, conditional, None) == 5
    assert arguments.num_classes(conditional, conditional, 5) == 5
    assert arguments.num_classes(Free(), Free(), 4) == 4
    assert arguments.num_classes(Free(), Free(), None) is None


def test_both_networks_take_labels_or_none():
    plain, conditional = _network((3,)), _network((3,), classes=5)
    with pytest.raises(ValueError, match=r"generator that takes labels and a discrim"):
        arguments.num_classes(conditional, plain, None)
    with pytest.raises(ValueError, match=r"generator that takes no labels and a discr"):
        arguments.num_classes(plain, conditional, None)


def test_networks_of_other_numbers_of_classes():
    three, five = (_network((3,), classes=count) for count in (3, 5))
    with pytest.raises(ValueError, match=r"generator of 3 and a discriminator of 5"):
        arguments.num_classes(three, five, None)
    assert arguments.num_classes(three, five, 3) == 3
    untold = _network((3,), (1,))
    assert arguments.num_classes(untold, five, None) == 5


def test_num_classes_without_labels_is_refused():
    with pytest.raises(ValueError, match=r"`num_classes`.*num_classes=10"):
        arguments.num_classes(_network((3,)), _network((3,)), 10)


@pytest.mark.parametrize("given", [0, -1, 2.5, "10", True])
def test_num_classes_is_a_positive_integer(given):
    networks = _network((3,), classes=5), _network((3,), classes=5)
    with pytest.raises(ValueError, match=r"`num_classes` must be a positive integer"):
        arguments.num_classes(*networks, given)


def test_num_classes_must_be_told_where_no_layer_does():
    networks = _network((3,), (1,)), _network((3,), (1,))
    with pytest.raises(ValueError, match=r"`num_classes`.*no layer tells"):
        arguments.num_classes(*networks, None)
    assert arguments.num_classes(*networks, 3) == 3


def test_given_num_classes_stands_above_the_layers():
    # The first `Embedding` may be one of positions.
    networks = _network((3,), classes=5), _network((3,), classes=5)
    assert arguments.num_classes(*networks, np.int64(4)) == 4


def test_latent_dim():
    assert arguments.latent_dim(_network((7,)), None) == 7
    assert arguments.latent_dim(_network((7,), classes=2), priors.Normal(7)) == 7
    assert arguments.latent_dim(Free(), priors.Uniform(4)) == 4
    with pytest.raises(ValueError, match=r"7 components.*latent_dim=8"):
        arguments.latent_dim(_network((7,)), priors.Normal(8))
    with pytest.raises(ValueError, match=r"`prior` must be given"):
        arguments.latent_dim(Free(), None)
    with pytest.raises(ValueError, match=r"kgan\.priors\.Prior.*'normal'"):
        arguments.latent_dim(_network((7,)), "normal")
    with pytest.raises(ValueError, match=r"\(batch, latent_dim\).*\(None, 4, 2\)"):
        arguments.latent_dim(_network((4, 2)), None)


def test_discriminator_fits():
    arguments.discriminator_fits(_network((8, 8, 1)), (8, 8, 1))
    arguments.discriminator_fits(Free(), (8, 8, 1))
    data = keras.Input((None, None, 1))
    anywhere = keras.Model(data, keras.layers.GlobalAveragePooling2D()(data))
    arguments.discriminator_fits(anywhere, (8, 6, 1))
    for takes in ((8, 8, 3), (8, 8), (1, 8, 8), (64,)):
        message = r"`discriminator`.*\(8, 8, 1\).*" + re.escape(str(takes))
        with pytest.raises(ValueError, match=message):
            arguments.discriminator_fits(_network(takes), (8, 8, 1))


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
            arguments.discriminator_fits(network, (1,))
    hidden = _sequential(dense("sigmoid"), dense())
    for network in (hidden, Free(), keras.Sequential([])):
        arguments.discriminator_fits(network, (1,))


def test_integers():
    for value in (1, 5, np.int64(3), np.uint8(200)):
        arguments.positive_integer("steps", value)
        arguments.index("start", value)
    arguments.index("start", 0)
    for value in (0, -1, 1.0, "1", None, True, np.float32(2)):
        with pytest.raises(ValueError, match=r"`steps` must be a positive integer\. R"):
            arguments.positive_integer("steps", value)
    for value in (-1, 1.0, "1", None, False):
        with pytest.raises(ValueError, match=r"`start` must be a non-negative integer"):
            arguments.index("start", value)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floats_are_data(dtype):
    arguments.dtype(tf.zeros((1, 2), dtype))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool"])
def test_other_data_are_refused(dtype):
    message = rf"data must be float32.*Received: {dtype}.*127\.5"
    with pytest.raises(ValueError, match=message):
        arguments.dtype(tf.zeros((1, 2), dtype))
    with pytest.raises(ValueError, match=message):
        arguments.dtype(np.zeros((1, 2), dtype))


def test_shape():
    arguments.shape(tf.zeros((5, 8, 8, 1)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 1\).*\(8, 8, 3\)"):
        arguments.shape(tf.zeros((5, 8, 8, 3)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 1\).*\(8, 8\)"):
        arguments.shape(tf.zeros((5, 8, 8)), (8, 8, 1))


def test_shape_that_is_not_known_is_let_through():
    arguments.shape(tf.TensorSpec(None), (8, 8, 1))
    arguments.shape(tf.TensorSpec((None, None, 8, 1)), (8, 8, 1))
    with pytest.raises(ValueError, match=r"\(8, 8, 3\)"):
        arguments.shape(tf.TensorSpec((None, 8, 8, 3)), (8, 8, 1))


def test_labels_match():
    arguments.labels_match(None, None)
    arguments.labels_match(tf.zeros((2,)), 3)
    with pytest.raises(ValueError, match=r"conditional GAN must be given \(images, la"):
        arguments.labels_match(None, 3)
    with pytest.raises(ValueError, match=r"images alone\. Received: \(images, labels"):
        arguments.labels_match(tf.zeros((2,)), None)


def test_values():
    image = np.array([-1.0, 0.0, 1.0])
    arguments.values(image, is_image=True)
    arguments.values(image * 1.0005, is_image=True)  # what rounding leaves
    arguments.values(image * 300, is_image=False)
    for bad in (np.nan, np.inf, -np.inf):
        for is_image in (True, False):
            with pytest.raises(ValueError, match="data must be finite"):
                arguments.values(np.array([0.0, bad]), is_image)
    with pytest.raises(ValueError, match=r"\[-1, 1\].*from 0 to 255.*127\.5"):
        arguments.values(np.array([0.0, 255.0]), is_image=True)
    with pytest.raises(ValueError, match=r"from -1\.5 to 0"):
        arguments.values(np.array([0.0, -1.5]), is_image=True)


def test_no_values():
    with pytest.raises(ValueError, match=r"hold examples.*\(0, 8, 8, 1\)"):
        arguments.values(np.zeros((0, 8, 8, 1)), is_image=True)


def test_label_values():
    for labels in ([0, 9], np.array([], int), np.uint8(3), tf.constant([[1], [2]])):
        arguments.label_values(labels, 10)
    for labels in ([0, 10], [-1, 0]):
        with pytest.raises(ValueError, match=rf"\[0, 10\).*{labels[0]} to {labels[1]}"):
            arguments.label_values(labels, 10)
    for labels in ([0.0, 1.0], ["a"], [True]):
        with pytest.raises(ValueError, match=r"labels must be integers\. Received"):
            arguments.label_values(labels, 10)


def test_one_label_each():
    arguments.one_label_each(np.zeros((4, 1)), 4)
    arguments.one_label_each(tf.zeros((4,)), 4)
    for shape in ((3,), (4, 10), ()):
        with pytest.raises(ValueError, match=r"each of 4 ex.*" + re.escape(str(shape))):
            arguments.one_label_each(np.zeros(shape), 4)


def test_labels_are_spread():
    assert arguments.spread_labels(3, 4, 10).tolist() == [3, 3, 3, 3]
    labels = arguments.spread_labels(np.array([1, 9], "uint8"), 2, 10)
    assert labels.tolist() == [1, 9]
    assert labels.dtype == np.int32
    for labels in ([1], [1, 2, 3], [[1], [2]], []):
        with pytest.raises(
            ValueError, match=r"`labels` must be one class or 2 of them"
        ):
            arguments.spread_labels(np.array(labels, int), 2, 10)
    with pytest.raises(ValueError, match=r"\[0, 10\)"):
        arguments.spread_labels([1, 10], 2, 10)


def test_codes():
    assert arguments.codes([10, np.int64(2)], 0) == ((10, 2), 0)
    assert arguments.codes((), 3) == ((), 3)


@pytest.mark.parametrize(
    ("categorical", "continuous", "message"),
    [
        (10, 0, "`categorical` must be a list of numbers of classes. Received: 10"),
        ([1], 0, "Each number of `categorical` must be an integer of at least 2"),
        ([2], -1, "`continuous` must be an integer of at least 0"),
        ([], 0, "`categorical` or `continuous` must define a code"),
    ],
)
def test_bad_codes(categorical, continuous, message):
    with pytest.raises(ValueError, match=message):
        arguments.codes(categorical, continuous)
