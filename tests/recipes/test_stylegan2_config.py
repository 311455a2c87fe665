"""The published configurations, number by number."""

import numpy as np
import pytest

import kgan
from kgan.recipes import Recipe, stylegan2_config
from kgan.recipes.stylegan2_config import PUBLISHED, auto

# kimg, batch, group, channels, mapping, rate, γ, half-life, ramp
TABLE = {
    "stylegan2": (25_000, 32, 4, 32_768, 8, 0.002, 10, 10, None),
    "paper256": (25_000, 64, 8, 16_384, 8, 0.0025, 1, 20, None),
    "paper512": (25_000, 64, 8, 32_768, 8, 0.0025, 0.5, 20, None),
    "paper1024": (25_000, 32, 4, 32_768, 8, 0.002, 2, 10, None),
    "cifar": (100_000, 64, 32, 32_768, 2, 0.0025, 0.01, 500, 0.05),
}
NAMES = (
    *("kimg", "batch_size", "minibatch_group", "channel_base", "mapping_layers"),
    *("learning_rate", "gamma", "ema_kimg", "ema_ramp"),
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_table(name):
    found = PUBLISHED[name]
    assert tuple(getattr(found, each) for each in NAMES) == TABLE[name]
    others = found.path_length, found.style_mixing, found.architecture
    expected = (0.0, 0.0, "orig") if name == "cifar" else (2.0, 0.9, "resnet")
    assert others == expected


@pytest.mark.parametrize(
    ("resolution", "gpus", "expected"),
    [
        # batch, group, channels, rate, half-life
        (32, 1, (32, 4, 16_384, 0.0025, 10.0)),
        (64, 2, (64, 4, 16_384, 0.0025, 20.0)),
        (256, 1, (16, 4, 16_384, 0.0025, 5.0)),
        (256, 8, (64, 4, 16_384, 0.0025, 20.0)),
        (512, 4, (32, 4, 32_768, 0.0025, 10.0)),
        (1024, 1, (4, 4, 32_768, 0.002, 1.25)),
        (1024, 8, (32, 4, 32_768, 0.002, 10.0)),
        (64, 128, (128, 1, 16_384, 0.0025, 40.0)),
    ],
)
def test_auto(resolution, gpus, expected):
    found = auto(resolution, gpus)
    names = "batch_size", "minibatch_group", "channel_base", "learning_rate", "ema_kimg"
    assert tuple(getattr(found, name) for name in names) == expected
    assert found.gamma == pytest.approx(0.0002 * resolution**2 / expected[0])
    fixed = found.kimg, found.mapping_layers, found.ema_ramp, found.path_length
    assert fixed == (25_000, 2, 0.05, 2.0)


def test_gamma_of_small_images():
    assert auto(32).gamma == pytest.approx(0.0064)


@pytest.mark.parametrize(
    ("values", "message"),
    [((2,), "`resolution` must be an integer of at least 4"), ((64, 0), "`gpus`")],
)
def test_what_is_no_configuration(values, message):
    with pytest.raises(ValueError, match=message):
        auto(*values)


def test_adam_as_it_really_runs():
    cifar = PUBLISHED["cifar"]
    generator, discriminator = map(cifar.optimizer_of, ("generator", "discriminator"))
    assert generator["learning_rate"] == pytest.approx(0.002)
    assert generator["beta_2"] == pytest.approx(0.99199, abs=5e-6)
    assert discriminator["learning_rate"] == pytest.approx(0.0023529, abs=5e-8)
    assert discriminator["beta_2"] == pytest.approx(0.99059, abs=5e-6)
    for found in (generator, discriminator):
        assert (found["beta_1"], found["epsilon"]) == (0.0, 1e-8)


@pytest.mark.parametrize("name", [*PUBLISHED, "auto"])
def test_values_are_fields_of_a_recipe(name):
    config = auto(64) if name == "auto" else PUBLISHED[name]
    recipe = Recipe(name="styled", model="mapped_dcgan").override(**config.values())
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert recipe.steps * recipe.batch_size == 1000 * config.kimg
    optimizers = kgan.recipes.build.make_optimizers(recipe)
    for player, interval in stylegan2_config.Config.intervals.items():
        expected = kgan.lazy_adam(interval, config.learning_rate).get_config()
        found = optimizers[player].get_config()
        np.testing.assert_allclose(
            *([c[k] for k in ("learning_rate", "beta_2")] for c in (found, expected))
        )
        assert found["epsilon"] == expected["epsilon"]
    assert len(recipe.terms) == (0 if name == "cifar" else 1)
