"""The published configurations as recipes, and the one that follows from the images."""

import pytest

from kgan.models.style_stages import stages
from kgan.recipes import Recipe, automatic, get, stylegan2

# Recipe, side, batch, group, γ, half-life, channels at the largest size
PUBLISHED = [
    ("ffhq_256", 256, 64, 8, 1, 20, 64),
    ("afhq_512", 512, 64, 8, 0.5, 20, 64),
    ("ffhq_1024", 1024, 32, 4, 2, 10, 32),
    ("cifar10_stylegan2", 32, 64, 32, 0.01, 500, 512),
]


@pytest.mark.parametrize(
    ("name", "side", "batch", "group", "gamma", "half_life", "channels"), PUBLISHED
)
def test_published(name, side, batch, group, gamma, half_life, channels):
    recipe = get(name)
    assert (recipe.model, recipe.image_size, recipe.batch_size) == (
        *("stylegan2", side, batch),
    )
    assert recipe.model_options["group_size"] == group
    assert recipe.penalties[0]["weight"] == gamma
    assert recipe.penalties[0]["through_augmentation"]
    assert (recipe.ema_kimg, recipe.ema_momentum) == (half_life, None)
    assert recipe.lazy == "own_step"
    assert recipe.augmentation == {"name": "adaptive_augment"}
    base = recipe.model_options["channel_base"]
    assert stages((side, side, 3), base)[-1].channels == channels
    assert recipe.steps * batch == (100e6 if name.startswith("cifar") else 25e6)
    assert len(recipe.terms) == (0 if name.startswith("cifar") else 1)


def adapt(size=(64, 64), count=500, on_gpu=False, channels=3, given=()):
    return stylegan2.adapt("./photos", {size: count}, on_gpu, channels, given)


@pytest.mark.parametrize(
    ("size", "on_gpu", "chosen", "batch"),
    [
        ((64, 64), False, 64, 32),
        ((100, 90), False, 64, 32),
        ((480, 640), False, (48, 64), 32),
        ((480, 640), True, (384, 512), 8),
        ((300, 300), True, 256, 16),
        ((3000, 3000), True, 1024, 4),
        ((16, 16), False, 16, 32),
    ],
)
def test_the_size_follows_from_the_images(size, on_gpu, chosen, batch):
    recipe, reasons = adapt(size, on_gpu=on_gpu)
    assert (recipe.image_size, recipe.batch_size) == (chosen, batch)
    longer = chosen if isinstance(chosen, int) else max(chosen)
    assert recipe.penalties[0]["weight"] == pytest.approx(0.0002 * longer**2 / batch)
    assert recipe.precision == ("mixed_float16" if on_gpu else "float32")
    text = "\n".join(reasons)
    assert "500 images." in text
    written = "x".join(map(str, chosen)) if isinstance(chosen, tuple) else chosen
    assert f"Chose --image_size={written}:" in text
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_what_is_given_counts():
    recipe, reasons = adapt((512, 512), given={"image_size": 32, "steps": 10})
    assert recipe.image_size == 32
    assert recipe.penalties[0]["weight"] == pytest.approx(0.0064)
    text = "\n".join(reasons)
    assert "--image_size" not in text
    assert "--steps" not in text
    recipe, reasons = adapt(given={"batch_size": 8})
    assert recipe.penalties[0]["weight"] == pytest.approx(0.0002 * 64**2 / 8)
    assert (recipe.ema_kimg, recipe.steps) == (2.5, 25_000_000 // 8)
    text = "\n".join(reasons)
    assert "--batch_size" not in text
    assert "--ema_kimg=2.5:" in text
    assert "Chose --steps=3125000: 25,000 thousand" in text


def test_few_images_and_transparent_ones():
    recipe, _ = adapt(count=5, channels=4)
    assert (recipe.batch_size, recipe.model_options["group_size"]) == (4, 4)
    for count in (1, 3, 30, 31, 33):
        recipe, _ = adapt(count=count, channels=4)
        assert recipe.batch_size == min({1: 1, 3: 3}.get(count, count // 4 * 4), 32)
        assert recipe.batch_size % recipe.model_options["group_size"] == 0
    assert recipe.augmentation["policy"] == ["blit", "geometric"]


def test_it_needs_a_folder():
    assert automatic.ADAPTED["stylegan2"] is automatic.of_styles
    with pytest.raises(ValueError, match="a folder or ZIP of images for the recipe st"):
        automatic.of_styles("nowhere")
