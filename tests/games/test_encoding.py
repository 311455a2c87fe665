"""What a game with an encoder is used for besides: `encode`, `reconstruct`."""

import contract
import numpy as np
import pytest
import tensorflow as tf
from contract import network

import kgan
from kgan import latents
from kgan.games.sampler import to_uint8

SHAPE, LATENTS = (4, 4, 1), (3,)
IMAGES = contract.images(7, SHAPE)


def make(shape):
    return kgan.BiGAN(
        network([LATENTS], shape),
        network([shape], LATENTS),
        network([shape, LATENTS], (1,)),
    )


@pytest.fixture(scope="module")
def game():
    return make(SHAPE)


@pytest.fixture(scope="module")
def of_points():
    return make((2,))


def test_encode(game):
    expected = game.encoder(IMAGES).numpy()
    assert expected.shape == (7, *LATENTS)
    for batch_size in (1, 3, 7, 128):
        found = game.encode(IMAGES, batch_size)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_bytes_are_taken_as_images_alone(game, of_points):
    images = to_uint8(IMAGES).numpy()
    np.testing.assert_allclose(
        game.encode(images), game.encode(images / 127.5 - 1.0), atol=1e-5
    )
    points = np.array([[0, 1], [255, 3]], "uint8")
    with pytest.raises(ValueError, match=r"`data` must be float32: .*uint8"):
        of_points.encode(points)


def test_reconstructions_are_those_of_the_latents(game, of_points):
    found = game.reconstruct(IMAGES, batch_size=3)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, game.decode(game.encode(IMAGES)))
    points = np.ones((4, 2), "float32")
    found = of_points.reconstruct(points)
    assert found.dtype == np.float32
    expected = of_points.generator(of_points.encoder(points))
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (IMAGES[0], r"`data` must have shape \(count, 4, 4, 1\)\. .*\(4, 4, 1\)$"),
        (np.zeros((2, 4, 4, 3)), r"Received: an array of shape \(2, 4, 4, 3\)$"),
        (IMAGES[:0], r"Received: an array of shape \(0, 4, 4, 1\)$"),
        (np.zeros((2, *SHAPE), "uint16"), "`data` must be float32: .*uint16"),
        (np.zeros((2, *SHAPE), "int64"), "`data` must be float32: .*int64"),
        (np.full((2, *SHAPE), 255.0), r"must lie in \[-1, 1\]"),
        (np.full((2, *SHAPE), np.nan), "must be finite"),
    ],
)
def test_other_data_are_refused(game, data, message):
    for method in (game.encode, game.reconstruct):
        with pytest.raises(ValueError, match=message):
            method(data)
    with pytest.raises(ValueError, match="`batch_size` must be a positive integer"):
        game.encode(IMAGES, batch_size=0)


def test_it_generates_as_a_game_of_latents_does(game):
    drawn = latents.latents_at(game.prior, latents.table(5), 0, 4)
    expected = to_uint8(game.generator(drawn))
    np.testing.assert_array_equal(game.generate(4, seed=5), expected)
    np.testing.assert_allclose(game(drawn), game.generator(drawn))
    assert game.interpolate(1, 2, steps=3).shape == (3, *SHAPE)


def test_pictures_show_what_becomes_of_data(game):
    assert list(game.shown(2, columns=2)) == ["samples 0", "samples 1"]
    shown = game.shown(2, examples=IMAGES, columns=2)
    np.testing.assert_array_equal(shown["real"], to_uint8(IMAGES[:2]))
    np.testing.assert_array_equal(shown["G(E(x))"], game.reconstruct(IMAGES[:2]))
    np.testing.assert_array_equal(shown["samples 1"], game.generate(4)[1::2])


@pytest.mark.parametrize("kind", ["game", "of_points"])
def test_the_encoder_is_served(kind, request):
    game = request.getfixturevalue(kind)
    endpoint = game.endpoints().endpoints["encode"]
    (spec,) = endpoint.specs
    is_image = kind == "game"
    assert spec.name == ("images" if is_image else "points")
    assert spec.dtype == (tf.uint8 if is_image else tf.float32)
    data = to_uint8(IMAGES) if is_image else tf.ones((3, 2))
    found = endpoint.function(**{spec.name: data})["latents"]
    np.testing.assert_allclose(found, game.encode(data.numpy()), atol=1e-6)
    assert endpoint.networks == (game.encoder,)


def test_it_describes_all_three(game):
    told = game.describe()
    assert list(told) == ["discriminator", "generator", "encoder"]
    assert told["encoder"] == f"{game.encoder.count_params():,} parameters"


def test_its_discriminator_judges_no_data_alone():
    game = make(SHAPE)
    game.compile(dict.fromkeys(game.players, "sgd"))
    needs = "needs a discriminator of one array .* Received: that of a BiGAN"
    with pytest.raises(ValueError, match=f"`discriminate` {needs}"):
        game.discriminate(IMAGES)
    with pytest.raises(ValueError, match=f"`discriminator=True` {needs}"):
        game.endpoints(discriminator=True)
