"""The page on which an image is uploaded: its translator, its controls."""

import asyncio

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

import kgan
from kgan.data import label_maps
from kgan.report.explore_translation import Translator, page


def game(channels=3, found=1, size=None):
    x = source = keras.Input((*(size or (None, None)), channels))
    x = layers.Conv2D(found, 3, padding="same", activation="tanh")(x)
    inputs = [keras.Input((8, 8, channels)), keras.Input((8, 8, found))]
    y = layers.Conv2D(1, 3)(layers.Concatenate()(inputs))
    return kgan.Pix2Pix(keras.Model(source, x), keras.Model(inputs, y), image_size=8)


def picture(mode="RGB", size=(9, 7)):
    draw = np.random.default_rng(0)
    pixels = draw.integers(0, 256, (*size[::-1], 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def test_a_picture_of_any_size_and_kind():
    made = game()
    translator = Translator(made)
    found = translator.image(picture())
    expected = made.translate(np.asarray(picture())[None])[0]
    np.testing.assert_array_equal(found, expected)
    for mode in ("L", "P", "RGBA", "1"):
        assert translator.image(picture(mode)).shape == (7, 9, 1)
    with pytest.raises(ValueError, match="must be uploaded first"):
        translator.image(None)
    with pytest.raises(ValueError, match="`direction` must be one of"):
        translator.image(picture(), "to_source")


def test_a_network_of_one_size_gets_it():
    assert Translator(game(size=(8, 8))).image(picture()).shape == (8, 8, 1)


@pytest.mark.parametrize("colours", ["3", "#000000,#ff0000,#0080ff"])
def test_label_maps_are_read_and_shown_as_such(colours):
    made = game(3, 6)
    labels = {
        "source": label_maps.parse("source_labels", colours),
        "target": label_maps.parse("target_labels", "6"),
    }
    translator = Translator(made, labels)
    classes = np.random.default_rng(0).integers(0, 3, (5, 7))
    if colours == "3":
        uploaded = Image.fromarray(classes.astype(np.uint8))
    else:
        uploaded = Image.fromarray(labels["source"].palette[classes])
    found = translator.image(uploaded)
    scores = made.translate(np.eye(3, dtype="float32")[classes][None])[0]
    expected = labels["target"].palette[scores.argmax(axis=-1)]
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(ValueError, match=r"A label map must .* the image, which"):
        translator.image(picture())


def test_what_is_shown_on_no_page_is_refused():
    with pytest.raises(ValueError, match=r"images of 1 .*channels.*Received: .*19"):
        Translator(game(19))
    gan = kgan.GAN(*kgan.models.mlp((4, 4, 1), latent_dim=2))
    with pytest.raises(ValueError, match="needs a game of translation"):
        Translator(gan)


def in_a_loop(function, *arguments):
    """Calls Gradio where an event loop runs: else it makes some and closes none."""
    pytest.importorskip("gradio", reason="Gradio is not installed")

    async def call():
        return function(*arguments)

    return asyncio.run(call())


def test_the_page():
    blocks = in_a_loop(page, Translator(game()), "maps")
    labels = {b.label: b.visible for b in blocks.blocks.values() if hasattr(b, "label")}
    assert labels["Source"] is True
    assert labels["Direction"] is False
    assert labels["Seed"] is False
    (function,) = (f.fn for f in blocks.fns.values())
    html, message = function(picture(), "to_target", 0)
    assert html.startswith("<img")
    assert message == ""
    assert function(None, "to_target", 0) == ("", "")
    in_a_loop(lambda: blocks.close(verbose=False))
