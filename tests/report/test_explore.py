"""What a place of the latent space looks like, and the page around it."""

import asyncio
import base64
import io
import re
import sys
import urllib.request

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan import latents
from kgan.games.exported import Exported
from kgan.latents import directions
from kgan.report import explore


def in_a_loop(function, *arguments):
    """Calls Gradio where an event loop runs: else it makes some and closes none."""
    pytest.importorskip("gradio")

    async def call():
        return function(*arguments)

    return asyncio.run(call())


def make(shape=(6, 5, 3), latent_dim=8, num_classes=None, prior="normal"):
    networks = kgan.models.mlp(shape, latent_dim=latent_dim, num_classes=num_classes)
    return kgan.GAN(*networks, prior=kgan.priors.get(prior, latent_dim))


def start(gan, seed):
    return latents.latents_at(gan.prior, latents.table(seed), 0, 1)


@pytest.mark.parametrize("prior", ["normal", "uniform", "truncated_normal"])
@pytest.mark.parametrize("averaged", [True, False])
def test_at_rest_it_is_the_image_of_the_seed(prior, averaged):
    gan = make(prior=prior)
    gan.ema_generator.set_weights([w / 2 for w in gan.ema_generator.get_weights()])
    explorer = explore.Explorer(gan, averaged=averaged)
    for seed in (0, 7, 2**40):
        image = explorer.image(seed, 3, strengths=[0.0] * 5)
        expected = gan.generate(1, seed=seed, averaged=averaged)[0]
        assert image.dtype == np.uint8
        np.testing.assert_array_equal(image, expected)


def test_a_class_is_the_one_asked_for():
    gan = make((4, 4, 1), num_classes=3)
    explorer = explore.Explorer(gan)
    assert explorer.classes == [0, 1, 2]
    for label in explorer.classes:
        expected = gan.generate(1, seed=7, labels=label)[0]
        np.testing.assert_array_equal(explorer.image(7, label=label), expected)
    np.testing.assert_array_equal(explorer.image(7), explorer.image(7, label=0))


@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_positions_lie_on_the_walk_of_interpolate(prior):
    gan = make(prior=prior)
    explorer = explore.Explorer(gan)
    walk = gan.interpolate(3, 8, steps=5, truncation=0.7)
    for index, expected in enumerate(walk):
        image = explorer.image(3, 8, index / 4, truncation=0.7)
        np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize("method", ["pca", "sefa"])
@pytest.mark.parametrize("prior", ["normal", "uniform"])
def test_strengths_move_along_the_directions(method, prior):
    gan = make(prior=prior)
    explorer = explore.Explorer(gan, method, count=2)
    found = directions.find(gan, method, count=2)
    moved = directions.move(gan.prior, start(gan, 7), found, [1.5, -2.0])
    image = explorer.image(7, strengths=[1.5, -2.0])
    np.testing.assert_array_equal(image, gan.decode(moved)[0])
    assert np.any(image != explorer.image(7))


def test_path_then_directions_then_truncation():
    gan = make()
    explorer = explore.Explorer(gan, count=1)
    first, second = start(gan, 1).numpy()[0], start(gan, 2).numpy()[0]
    angle = np.arccos(first @ second / np.linalg.norm(first) / np.linalg.norm(second))
    between = np.sin(0.75 * angle) * first + np.sin(0.25 * angle) * second
    between /= np.sin(angle)
    expected = 0.5 * (between + 2.0 * explorer.directions()[0])
    image = explorer.image(1, 2, 0.25, 0.5, strengths=[2.0]).astype(int)
    difference = image - gan.decode(expected[None])[0]
    assert np.abs(difference).max() <= 1


def test_directions_are_those_of_the_class_and_found_once():
    gan = make((4, 4, 1), num_classes=3)
    explorer = explore.Explorer(gan, count=2)
    for label in (0, 2):
        expected = directions.find(gan, count=2, label=label)
        np.testing.assert_array_equal(explorer.directions(label), expected)
        assert explorer.directions(label) is explorer.directions(label)
    moved = directions.move(gan.prior, start(gan, 7), expected, [1.0, 2.0])
    image = explorer.image(7, label=2, strengths=[1.0, 2.0])
    np.testing.assert_array_equal(image, gan.decode(moved, labels=2)[0])


def test_there_are_five_directions_or_as_many_as_latents():
    assert explore.Explorer(make()).count == 5
    assert explore.Explorer(make(latent_dim=3)).count == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first_seed": None}, "`first_seed` must be a whole number .* nothing"),
        ({"first_seed": -1}, "`first_seed` .* Received: -1"),
        ({"second_seed": 1.5}, "`second_seed` .* Received: 1.5"),
        ({"second_seed": 1e30}, "`second_seed` .*from 0 to 9,007,199,254,740,991"),
        ({"first_seed": float("nan")}, "`first_seed` .* nan"),
        ({"first_seed": float("inf")}, "`first_seed` .* inf"),
        ({"first_seed": "1"}, "`first_seed` .* '1'"),
        ({"position": 1.5}, "`position` must lie in .* Received: 1.5"),
        ({"position": None}, "`position` .* Received: None"),
        ({"truncation": -0.5}, "`truncation` must lie in .* Received: -0.5"),
        ({"strengths": [1.0]}, r"`strengths` must be 5 finite .* Received: \[1.0\]"),
        ({"strengths": [None] + 4 * [0]}, r"`strengths` .*\[nan, 0.0"),
        ({"label": 0}, "`labels` must be None"),
    ],
)
def test_wrong_places_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        explore.Explorer(make()).image(**arguments)


def test_whole_numbers_may_come_as_floats():
    explorer = explore.Explorer(make())
    np.testing.assert_array_equal(explorer.image(7.0), explorer.image(7))


@pytest.mark.parametrize("label", [-1, 3])
def test_wrong_classes_are_named(label):
    explorer = explore.Explorer(make((4, 4, 1), num_classes=3))
    with pytest.raises(ValueError, match=r"labels must lie in \[0, 3\)"):
        explorer.image(label=label)


@pytest.mark.parametrize("shape", [(2,), (4, 4, 2)])
def test_what_is_no_picture_is_refused(shape):
    message = (
        re.escape("must generate images of 1 (gray)") + ".*" + re.escape(f"{shape}")
    )
    with pytest.raises(ValueError, match=message):
        explore.Explorer(make(shape))


def test_directions_that_do_not_exist_are_refused_at_once():
    with pytest.raises(ValueError, match="at most 8"):
        explore.Explorer(make(), count=9)
    with pytest.raises(ValueError, match=r"Did you mean 'pca'.*'pcaa'\."):
        explore.Explorer(make(), "pcaa")


def test_without_gradio_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "kgan\[explore\]"'):
        explore.page(explore.Explorer(make()))


def drawn(html):
    """Reads the image on the page, and its copy to be downloaded."""
    sources = re.findall(r'data:image/png;base64,([^"]+)"', html)
    shown, download = map(base64.b64decode, sources)
    assert shown == download
    return np.asarray(Image.open(io.BytesIO(shown)))


def components(blocks, kind):
    parts = blocks.config["components"]
    return [part["props"] for part in parts if part["type"] == kind]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_page_draws_what_the_explorer_gives(channels):
    explorer = explore.Explorer(make((6, 5, channels)), count=2)
    blocks = in_a_loop(explore.page, explorer, "run")
    assert blocks.title == "run"
    assert not blocks.analytics_enabled
    labels = [slider["label"] for slider in components(blocks, "slider")]
    assert labels == ["Truncation", "Direction 1", "Direction 2", "Position"]
    (dropdown,) = components(blocks, "dropdown")
    assert not dropdown["visible"]
    picture = components(blocks, "html")[0]["value"]
    np.testing.assert_array_equal(drawn(picture), explorer.image().squeeze())
    (draw,) = [each.fn for each in blocks.fns.values() if each.name == "draw"]
    picture, message = draw(3, 0.5, None, 4, 0.25, 1, -1)
    expected = explorer.image(3, 4, 0.25, 0.5, None, [1, -1])
    np.testing.assert_array_equal(drawn(picture), expected.squeeze())
    assert "image-rendering: pixelated" in picture
    assert "width: 465px" in picture  # 93 for each of 5 pixels: below 560 for 6
    assert message == ""


def test_an_exported_model_is_explored_without_directions(tmp_path):
    gan = make((6, 5, 1))
    gan.compile()
    model = Exported(gan.export(tmp_path / "m", allow_untrained=True))
    explorer = explore.Explorer(model)
    assert explorer.count == 0
    image = explorer.image(3, 4, 0.25, 0.5, strengths=[])
    expected = explore.Explorer(gan).image(3, 4, 0.25, 0.5)
    assert np.abs(image.astype(int) - expected).max() <= 1
    blocks = in_a_loop(explore.page, explorer)
    labels = [slider["label"] for slider in components(blocks, "slider")]
    assert labels == ["Truncation", "Position"]
    shown = [group["visible"] for group in components(blocks, "group")]
    assert shown == [True, False, True]
    with pytest.raises(ValueError, match="must be Functional or Sequential"):
        explore.Explorer(model, count=2)


def test_a_wrong_field_is_a_message_and_the_image_stays():
    gradio = pytest.importorskip("gradio")
    explorer = explore.Explorer(make((4, 4, 1), num_classes=3))
    blocks = in_a_loop(explore.page, explorer)
    (dropdown,) = components(blocks, "dropdown")
    assert dropdown["visible"]
    assert [value for _, value in dropdown["choices"]] == [0, 1, 2]
    (draw,) = [each.fn for each in blocks.fns.values() if each.name == "draw"]
    picture, message = draw(None, 1, 0, 1, 0, 0, 0, 0, 0, 0)
    assert picture == gradio.skip()
    assert "`first_seed` must be" in message


def test_it_is_served_to_this_machine_alone():
    blocks = in_a_loop(explore.page, explore.Explorer(make()))
    try:
        address = in_a_loop(explore.serve, blocks, None, False)
        assert address.startswith("http://127.0.0.1:")
        assert not blocks.share
        config = blocks.server.config
        assert config.host == "127.0.0.1"
        with urllib.request.urlopen(address) as answer:
            text = answer.read().decode()
        assert "fonts.googleapis" not in text
    finally:
        blocks.close(verbose=False)
