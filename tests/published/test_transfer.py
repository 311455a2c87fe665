"""StyleGAN2 of another size or other colors, begun with trained weights."""

import keras
import numpy as np
import pytest
from keras import ops

import kgan
from kgan.layers import FIRUpSampling2D
from kgan.models import transfer

SMALL = {"channel_base": 64, "channel_max": 8, "mapping_layers": 2, "group_size": 2}
LATENTS = np.random.default_rng(1).normal(size=(4, 5)).astype("float32")


def game(*shape, seed=0, **options):
    """A game of random weights, all of them, and other ones of the average."""
    given = {**SMALL, "num_classes": 3, **options}
    gan = kgan.GAN(*kgan.models.stylegan2(shape, 5, **given))
    generator = np.random.default_rng(seed)
    for network in (gan.generator, gan.ema_generator, gan.discriminator):
        network.set_weights([generator.normal(size=w.shape) for w in network.weights])
    return gan


@pytest.fixture(scope="module")
def small():
    return game(8, 8, 1)


def images(network, truncation=0.7):
    labels = np.array([0, 1, 2, 0], "int32")
    styles = network.mapping([LATENTS, labels], truncation=truncation)
    return np.asarray(network.synthesis(styles))


def logits(gan, shown):
    return np.asarray(gan.discriminator([shown, np.array([0, 1, 2, 0], "int32")]))


PLAYERS = ("generator", "ema_generator")


def test_to_twice_the_sides_the_image_is_the_enlarged_one(small):
    large = game(16, 16, 1, seed=7)
    found = transfer(small, large)
    for player in PLAYERS:
        before, after = (images(getattr(gan, player)) for gan in (small, large))
        np.testing.assert_allclose(after, FIRUpSampling2D()(before), atol=1e-6)
        assert np.std(after) > 0.1
    assert {*found.new} == {
        *(f"generator/b16_{name}" for name in ("conv0", "conv1", "torgb")),
        *(f"discriminator/b16_{n}" for n in ("fromrgb", "conv0", "conv1", "skip")),
    }
    assert found.left_out == ("discriminator/b8_fromrgb",)
    assert "generator/truncation" in found.copied
    assert "discriminator/mapping/embed" in found.copied
    count = f"{len(found.copied)} layers"
    assert found.lines() == [
        f"copied         {count}",
        "new            generator: b16_conv0, b16_conv1, b16_torgb; discriminator: "
        "b16_fromrgb, b16_conv0, b16_conv1, b16_skip",
        "left out       discriminator: b8_fromrgb",
    ]
    # Of D's copied layers each weight is the one of before.
    old, new = (
        {layer.name: layer.get_weights() for layer in gan.discriminator.layers}
        for gan in (small, large)
    )
    for name in ("b8_conv0", "b8_skip", "b4_fc", "b4_out"):
        for pair in zip(old[name], new[name], strict=True):
            np.testing.assert_array_equal(*pair)


def test_the_new_stage_learns():
    small, large = (
        kgan.GAN(*kgan.models.stylegan2((side, side, 1), 5, **SMALL)) for side in (4, 8)
    )
    transfer(small, large)
    large.compile(*(keras.optimizers.Adam(0.01) for _ in range(2)))
    data = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1)).astype("float32")
    kernel = large.generator.synthesis.get_layer("b8_torgb").kernel
    assert not np.any(kernel)
    large.fit(data, batch_size=4, verbose=0)
    assert np.all(np.array(kernel))


def test_to_half_the_sides_the_image_is_what_was_painted_up_to_there(small):
    smaller = game(4, 4, 1, seed=7)
    found = transfer(small, smaller)
    assert found.new == ("discriminator/b4_fromrgb",)
    assert "generator/b8_torgb" in found.left_out
    synthesis = small.generator.synthesis
    painted = keras.Model(synthesis.input, synthesis.get_layer("b4_colors").output)
    labels = np.array([0, 1, 2, 0], "int32")
    styles = small.generator.mapping([LATENTS, labels])
    expected = painted(styles)
    np.testing.assert_allclose(
        images(smaller.generator, 1.0), np.asarray(expected), atol=1e-6
    )


def test_several_steps_and_rectangles():
    small, large = game(6, 8, 3), game(24, 32, 3, seed=7)
    found = transfer(small, large)
    assert "generator/b24x32_torgb" in found.new
    before, after = (images(gan.generator) for gan in (small, large))
    enlarged = FIRUpSampling2D()(FIRUpSampling2D()(before))
    np.testing.assert_allclose(after, enlarged, atol=1e-6)
    back = game(6, 8, 3, seed=3)
    transfer(large, back)
    np.testing.assert_array_equal(images(back.generator), before)


def test_where_channels_differ_a_layer_is_new(small):
    wide = game(8, 8, 1, seed=7, channel_base=128)
    assert transfer(small, wide).new == ()  # 8 at most
    wider = game(8, 8, 1, seed=7, channel_base=128, channel_max=16)
    found = transfer(small, wider)
    assert "generator/b4_conv1" in found.new
    assert "generator/mapping/fc_0" in found.copied


@pytest.mark.parametrize("size", [8, 16])
def test_gray_weights_in_a_network_of_colors(small, size):
    colored = game(size, size, 3, seed=7)
    found = transfer(small, colored, colors="repeat")
    assert "generator/b4_torgb" in found.converted
    for player in PLAYERS:
        before, after = (images(getattr(gan, player)) for gan in (small, colored))
        before = before if size == 8 else np.asarray(FIRUpSampling2D()(before))
        np.testing.assert_allclose(after, np.repeat(before, 3, -1), atol=1e-5)
    if size == 8:
        assert (found.new, found.left_out) == ((), ())
        assert "discriminator/b8_fromrgb" in found.converted
        shown = np.tanh(images(small.generator))
        expected = logits(small, shown)
        judged = logits(colored, np.repeat(shown, 3, -1))
        np.testing.assert_allclose(judged, expected, rtol=1e-5)


def test_colored_weights_in_a_network_of_gray_images():
    colored, gray = game(8, 8, 3), game(8, 8, 1, seed=7)
    transfer(colored, gray, colors="mean")
    before, after = (images(gan.generator) for gan in (colored, gray))
    np.testing.assert_allclose(after, before.mean(-1, keepdims=True), atol=1e-5)
    shown = np.tanh(after)
    expected = logits(colored, np.repeat(shown, 3, -1))
    np.testing.assert_allclose(logits(gray, shown), expected, rtol=1e-5)


def test_an_average_starts_from_the_weights_where_there_was_none(small):
    networks = kgan.models.stylegan2((8, 8, 1), 5, num_classes=3, **SMALL)
    source = kgan.GAN(*networks, ema_momentum=None)
    target = game(8, 8, 1, seed=7)
    transfer(source, target)
    np.testing.assert_array_equal(
        images(target.ema_generator), images(source.generator)
    )


def _dcgan():
    return kgan.GAN(*kgan.models.dcgan((8, 8, 1), 5, width=4))


@pytest.mark.parametrize(
    ("build", "colors", "message"),
    [
        (_dcgan, "same", "`target` must be a game with the networks of kgan.models.s"),
        (lambda: game(8, 8, 1, num_classes=None), "same", "num_classes of `source`, 3"),
        (lambda: game(8, 8, 1, w_dim=4), "same", "w_dim of `source`, 5. Received: 4"),
        (lambda: game(6, 8, 1), "same", "proportions 8x8.*Received: 6x8"),
        (
            lambda: game(8, 8, 3),
            "same",
            r"must be 'repeat' \(--init_from_colors=repeat\) for weights of images "
            "with 1 color channels in networks of 3. Received: 'same'",
        ),
        (lambda: game(8, 8, 1), "repeat", "`colors` must be 'same'"),
        (lambda: game(8, 8, 4), "repeat", "of 1 color channels cannot become those"),
        (lambda: game(8, 8, 1), "gray", "`colors` must be one of same, repeat, mean"),
    ],
)
def test_what_does_not_fit_is_refused(small, build, colors, message):
    target = build()
    before = target.get_weights()
    with pytest.raises(ValueError, match=message):
        transfer(small, target, colors)
    for pair in zip(before, target.get_weights(), strict=True):
        np.testing.assert_array_equal(*pair)


def test_a_new_layer_that_is_frozen_is_refused(small):
    large = game(16, 16, 1)
    kgan.models.freeze_from_image(large.discriminator, 2)
    message = r"must not be frozen \(`freeze_d`\). Received: b16_fromrgb, b16_conv0"
    with pytest.raises(ValueError, match=message):
        transfer(small, large)
    same = game(8, 8, 1)
    kgan.models.freeze_from_image(same.discriminator, 2)
    assert transfer(small, same).new == ()
    assert ops.all(
        same.discriminator.get_layer("b8_conv0").kernel
        == small.discriminator.get_layer("b8_conv0").kernel
    )
