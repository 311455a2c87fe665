"""What a game of translation serves: arrays, files, one direction by name."""

import io

import contract
import numpy as np
import pytest
import tensorflow as tf
from contract import network
from PIL import Image
from two_sets import convolution

import kgan
from kgan.data import pixels as pillow
from kgan.export import FORMATS
from kgan.games import translation_endpoints
from kgan.games.sampler import to_uint8

X, Y = (4, 4, 3), (4, 4, 1)


@pytest.fixture(scope="module")
def game():
    judges = network([Y], (1,)), network([X], (1,))
    game = kgan.CycleGAN(convolution(3, 1), convolution(1, 3), *judges, image_size=4)
    game.compile(dict.fromkeys(game.players, "sgd"))
    return game


def file(image, format="PNG"):
    stored = io.BytesIO()
    image.save(stored, format)
    return stored.getvalue()


def decoded(answer):
    return [
        np.atleast_3d(np.asarray(Image.open(io.BytesIO(f)))) for f in answer.numpy()
    ]


def test_names(game):
    found = game.endpoints().endpoints
    back = ("translate_to_source", "translate_to_source_png")
    assert set(found) == {"serving_default", "translate", "translate_png", *back}
    assert found["serving_default"] is found["translate"]
    (spec,) = found["translate_to_source"].specs
    assert spec.shape.as_list() == [None, None, None, 1]
    only = game.endpoints(direction="to_source").endpoints
    assert set(only) == {"serving_default", "translate", "translate_png"}
    with pytest.raises(ValueError, match="`direction` must be one of"):
        game.endpoints(direction="back")


@pytest.mark.parametrize("size", [(4, 4), (5, 7)])
def test_arrays_of_any_size(game, size):
    images = to_uint8(contract.images(3, (*size, 1))).numpy()
    endpoint = game.endpoints().endpoints["translate_to_source"]
    found = endpoint.function(tf.constant(images))["images"]
    expected = game.translate(images, direction="to_source")
    np.testing.assert_array_equal(found, expected)
    assert expected.shape == (3, *size, 3)


def test_files_of_several_sizes(game):
    draw = np.random.default_rng(0)
    pictures = [
        Image.fromarray(draw.integers(0, 256, (h, w, 3), np.uint8))
        for h, w in ((4, 4), (5, 7))
    ]
    function = game.endpoints().endpoints["translate_png"].function
    answer = function(tf.constant([file(each) for each in pictures]))["image_bytes"]
    for found, picture in zip(decoded(answer), pictures, strict=True):
        expected = game.translate(np.asarray(picture)[None])[0]
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P", "1"])
@pytest.mark.parametrize("channels", [1, 3])
def test_files_are_read_as_the_training_data_are(mode, channels):
    draw = np.random.default_rng(0)
    image = Image.fromarray(draw.integers(0, 256, (5, 6, 4), np.uint8), "RGBA")
    image = image.convert(mode)
    shape = (None, None, channels)
    found = translation_endpoints.decoded(tf.constant(file(image)), shape)
    expected = pillow.to_array(pillow.to_channels(image, channels)).astype(int)
    # Pillow rounds twice where it lays colours over white and weighs them.
    assert np.abs(found.numpy().astype(int) - expected).max() <= 1


@pytest.mark.parametrize("format", ["JPEG", "BMP", "GIF"])
def test_other_formats(format):
    image = Image.fromarray(np.full((4, 4, 3), 100, np.uint8))
    shape = (None, None, 3)
    found = translation_endpoints.decoded(tf.constant(file(image, format)), shape)
    assert np.abs(found.numpy().astype(int) - 100).max() <= 2


def test_a_file_of_another_size_is_refused():
    image = file(Image.fromarray(np.zeros((5, 4, 3), np.uint8)))
    with pytest.raises(tf.errors.InvalidArgumentError, match="of the size that the"):
        translation_endpoints.decoded(tf.constant(image), X)


def test_a_saved_model(game, tmp_path, bare_process):
    path = kgan.export.saved_model(game, tmp_path / "m", allow_untrained=True)
    images = to_uint8(contract.images(2, (5, 7, 3))).numpy()
    found = bare_process(path, "translate", {"images": images})["images"]
    np.testing.assert_allclose(found + 0.0, game.translate(images), atol=1)
    card = (path / "README.md").read_text("utf-8")
    assert "uint8 (batch, any, any, 3)" in card
    assert "`kgan translate --model=.` in this folder reads it" in card
    assert "translate_to_source_png" in card


@pytest.mark.parametrize("format", ["onnx", "litert"])
@pytest.mark.parametrize("direction", ["to_target", "to_source"])
def test_a_file_of_one_direction(game, tmp_path, format, direction):
    kind = FORMATS[format]
    for package in kind.packages:
        pytest.importorskip(package, reason=f"{package} is not installed")
    path = tmp_path / f"m{kind.suffixes[0]}"
    options = {"direction": direction, "allow_untrained": True}
    difference = kgan.export.convert(game, path, format, **options)
    assert difference <= 1
    channels = 3 if direction == "to_target" else 1
    images = to_uint8(contract.images(2, (6, 9, channels))).numpy()
    found = kind.run(path, {"images": images}).astype(int)
    assert np.abs(found - game.translate(images, direction=direction)).max() <= 1


def test_a_direction_has_no_meaning_for_others(tmp_path):
    gan = kgan.GAN(*kgan.models.mlp((2,), latent_dim=2))
    gan.compile()
    with pytest.raises(ValueError, match="`direction` has no meaning"):
        kgan.export.convert(gan, tmp_path / "m.onnx", "onnx", direction="to_source")
