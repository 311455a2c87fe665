"""Principal directions of generators whose directions are known."""

import keras
import networks
import numpy as np
import pytest

import kgan
from kgan import latents
from kgan.latents import directions, priors

SIZE = 6
# How much the first layer stretches each of its own axes, in no order.
STRETCH = np.array([1.0, 5.0, 0.2, 3.0, 0.5, 2.0], "float32")
ORDER = [1, 3, 5, 0, 4, 2]


def rotation():
    matrix = np.random.default_rng(0).normal(size=(SIZE, SIZE))
    return np.linalg.qr(matrix)[0].astype("float32")


def stretching(activation="linear", num_classes=None, prior=None):
    """A GAN whose first layer stretches the rows of `rotation` by `STRETCH`."""
    drawn = keras.Input((SIZE,))
    x, inputs = drawn, drawn
    if num_classes is not None:
        labels = keras.Input((), dtype="int32")
        shown = keras.layers.Embedding(num_classes, 2)(labels)
        x, inputs = keras.layers.Concatenate()([shown, drawn]), [drawn, labels]
    first = keras.layers.Dense(SIZE, activation=activation, name="first")
    x = keras.layers.Dense(2, name="second")(first(x))
    generator = keras.Model(inputs, x)
    kernel = first.kernel.numpy()
    kernel[-SIZE:] = rotation().T * STRETCH
    first.kernel.assign(kernel)
    discriminator = kgan.models.mlp_discriminator((2,), num_classes=num_classes)
    gan = kgan.GAN(generator, discriminator, prior or priors.Normal(SIZE))
    return gan


def alike(found, expected):
    """Compares unit vectors up to their sign."""
    return np.abs(np.sum(found * expected, axis=1))


@pytest.mark.parametrize("num_classes", [None, 3])
@pytest.mark.parametrize("method", directions.names())
def test_the_most_stretched_directions_come_first(method, num_classes):
    found = directions.find(stretching(num_classes=num_classes), method, count=4)
    assert found.shape == (4, SIZE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
    expected = rotation()[ORDER[:4]]
    np.testing.assert_allclose(alike(found, expected), 1.0, atol=0.02)
    largest = np.take_along_axis(found, np.abs(found).argmax(1)[:, None], axis=1)
    assert (largest > 0).all()


def test_sefa_is_the_singular_vectors_of_the_matrix():
    found = directions.find(stretching(), "sefa", count=SIZE)
    _, _, expected = np.linalg.svd((rotation().T * STRETCH).T)
    np.testing.assert_allclose(alike(found, expected), 1.0, atol=1e-5)


def test_pca_sees_what_an_activation_leaves():
    # A sigmoid that is saturated in one direction does not change along it any more.
    gan = stretching(activation="sigmoid")
    first = gan.ema_generator.get_layer("first")
    bias = np.zeros(SIZE, "float32")
    bias[ORDER[0]] = 60.0
    first.bias.assign(bias)
    pca = directions.find(gan, "pca", count=1)
    sefa = directions.find(gan, "sefa", count=1)
    assert alike(sefa, rotation()[ORDER[:1]]) > 0.99
    assert alike(pca, rotation()[ORDER[1:2]]) > 0.9


def test_other_priors_count_in_normal_latents():
    # A normal latent x moves u = a + (b − a) Φ(x) by (b − a) / √(2π) at the centre:
    # by as much in all directions.
    gan = stretching(prior=priors.Uniform(SIZE, -2.0, 3.0))
    found = directions.find(gan, "sefa", count=3)
    np.testing.assert_allclose(alike(found, rotation()[ORDER[:3]]), 1.0, atol=1e-5)


def test_moves_are_straight_in_normal_latents():
    prior = priors.Uniform(2, 0.0, 1.0)
    drawn = np.full((3, 2), 0.5, "float32")
    moved = directions.move(prior, drawn, [[0.0, 1.0]], [[-1.0], [0.0], [2.0]])
    expected = [[0.5, 0.1586553], [0.5, 0.5], [0.5, 0.9772499]]
    np.testing.assert_allclose(moved, expected, atol=1e-6)


@pytest.mark.parametrize("num_classes", [None, 3])
def test_slides_go_through_the_seeds_image(num_classes):
    gan = networks.gan(num_classes=num_classes)
    label = 0 if num_classes is None else 2
    found = directions.find(gan, "sefa", count=2, label=label)
    images = directions.slide(gan, found, seed=7, label=label, steps=5, strength=2.0)
    assert images.shape == (2, 5, *networks.IMAGE_SHAPE)
    labels = None if num_classes is None else label
    middle = gan.generate(1, seed=7, labels=labels)[0]
    np.testing.assert_array_equal(images[:, 2], [middle, middle])
    start = latents.latents_at(gan.prior, latents.table(7), 0, 1).numpy()
    for row, direction in zip(images, found, strict=True):
        for image, strength in zip(row, [-2, -1, 0, 1, 2], strict=True):
            expected = gan.decode(start + strength * direction, labels)[0]
            np.testing.assert_array_equal(image, expected)
    assert (images[0, 0] != images[0, 4]).any()


def test_one_step_is_the_image_itself():
    gan = networks.gan()
    images = directions.slide(gan, directions.find(gan, count=1), steps=1)
    np.testing.assert_array_equal(images[0], gan.generate(1))


def test_the_dcgan_and_the_mlp_have_directions():
    for networks_ in (
        kgan.models.mlp((8, 8, 1), latent_dim=4, num_classes=3),
        kgan.models.dcgan((12, 10, 3), latent_dim=4, width=4, num_classes=3),
    ):
        gan = kgan.GAN(*networks_)
        for method in directions.names():
            found = directions.find(gan, method, count=4, label=1)
            np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, rtol=1e-5)
            assert np.linalg.matrix_rank(found) == 4


def test_layers_that_see_the_label_alone_are_passed_by():
    drawn, labels = keras.Input((SIZE,)), keras.Input((), dtype="int32")
    shown = keras.layers.Embedding(3, 8)(labels)
    for _ in range(2):
        shown = keras.layers.Dense(4)(shown)
    first = keras.layers.Dense(SIZE, use_bias=False)
    x = keras.layers.Concatenate()([shown, first(drawn)])
    generator = keras.Model([drawn, labels], keras.layers.Dense(2)(x))
    first.kernel.assign(rotation().T * STRETCH)
    discriminator = kgan.models.mlp_discriminator((2,), num_classes=3)
    gan = kgan.GAN(generator, discriminator, num_classes=3)
    for method in directions.names():
        found = directions.find(gan, method, count=3, label=2)
        np.testing.assert_allclose(alike(found, rotation()[ORDER[:3]]), 1.0, atol=0.02)


def test_no_more_than_a_narrow_layer_has():
    narrow = keras.Sequential(
        [keras.Input((SIZE,)), keras.layers.Dense(2), keras.layers.Dense(2)]
    )
    gan = kgan.GAN(narrow, kgan.models.mlp_discriminator((2,)))
    for method in directions.names():
        assert directions.find(gan, method).shape == (2, SIZE)
        with pytest.raises(ValueError, match="`count` must be at most 2"):
            directions.find(gan, method, count=3)


def test_a_model_within_the_model_is_refused():
    within = keras.Sequential([keras.Input((SIZE,)), keras.layers.Dense(2)])
    outer = keras.Sequential([keras.Input((SIZE,)), within])
    gan = kgan.GAN(outer, kgan.models.mlp_discriminator((2,)))
    with pytest.raises(ValueError, match="not of a model within"):
        directions.find(gan)


class Bare(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {}


def test_layers_that_cannot_be_seen_are_refused():
    gan = kgan.GAN(Bare(), kgan.models.mlp_discriminator((2,)), priors.Normal(3))
    with pytest.raises(ValueError, match=r"Functional or Sequential.*Bare"):
        directions.find(gan)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"method": "pcs"}, "Did you mean 'pca'"),
        ({"count": 0}, "`count` must be a positive integer"),
        ({"count": networks.LATENT_DIM + 1}, "`count` must be at most 5"),
        ({"label": 3}, r"labels must lie in \[0, 3\)"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        directions.find(networks.gan(num_classes=3), **arguments)
