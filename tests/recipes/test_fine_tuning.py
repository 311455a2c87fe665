"""The recipe that goes on from a trained StyleGAN2 on other images."""

import numpy as np
import pytest
from PIL import Image

import kgan
from kgan.recipes import Recipe, fine_tuning

SMALL = {"channel_base": 64, "channel_max": 8, "mapping_layers": 2}


def game(*shape, **options):
    networks = kgan.models.stylegan2(shape, 5, **SMALL | options)
    return kgan.GAN(*networks)


@pytest.fixture(scope="module")
def colored():
    return game(16, 16, 3, w_dim=4, grouping="strided", clamp=9.0)


@pytest.fixture(scope="module")
def classes():
    return game(8, 8, 1, num_classes=10, group_size=2)


def photos(path, count=9, folders=("",)):
    for folder in folders:
        (path / folder).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            pixels = np.full((20, 30, 3), (index, 90, 10), np.uint8)
            Image.fromarray(pixels).save(path / folder / f"{index}.png")
    return str(path)


def test_networks_are_those_of_the_model(colored, tmp_path):
    dataset = photos(tmp_path / "my.photos")
    recipe, lines = fine_tuning.choose(colored, dataset, {})
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert (recipe.name, recipe.image_size) == ("my.photos", 16)
    found = recipe.make_game(kgan.data.source(dataset, 16))
    for player in ("generator", "discriminator"):
        pairs = zip(
            *(getattr(x, player).weights for x in (colored, found)), strict=True
        )
        assert all((a.path, a.shape) == (b.path, b.shape) for a, b in pairs)
    deviation = found.discriminator.get_layer("minibatch_deviation")
    assert deviation.grouping == "strided"
    text = "\n".join(lines)
    assert lines[0] == f"{dataset}: 9 images."
    assert "5 latents, 2 layers of mapping, channel_base=64, channel_max=8" in text
    assert "--image_size=16: that of the model" in text


def test_settings_are_those_of_the_published_program(colored, tmp_path):
    recipe, _ = fine_tuning.choose(colored, photos(tmp_path), {})
    assert recipe.batch_size == 8  # of nine images, in groups of four
    (r1,), (path,) = recipe.penalties, recipe.terms
    assert r1["weight"] == pytest.approx(0.0002 * 16**2 / 8)
    assert (r1["interval"], r1["through_augmentation"]) == (16, True)
    assert (path["name"], path["weight"], path["interval"]) == ("path_length", 2.0, 4)
    assert recipe.lazy == "own_step"
    assert recipe.augmentation == {
        "name": "adaptive_augment",
        "target": 0.6,
        "speed": 100_000,
    }
    assert (recipe.ema_kimg, recipe.ema_ramp) == (2.5, None)
    rate = recipe.optimizers["generator"]["learning_rate"]
    assert rate == pytest.approx(0.0025 * 4 / 5)
    assert recipe.steps == 50_000 // 8
    assert not recipe.mirror


def test_what_is_given_decides_over_the_rest(colored, tmp_path):
    given = {"image_size": (32, 32), "batch_size": 4, "generator_learning_rate": 1e-3}
    recipe, lines = fine_tuning.choose(colored, photos(tmp_path), given)
    assert (recipe.image_size, recipe.batch_size) == (32, 4)
    assert recipe.penalties[0]["weight"] == pytest.approx(0.0002 * 32**2 / 4)
    changed = recipe.override(**given)
    expected = {"learning_rate": 1e-3 * 0.8, "beta_1": 0.0, "beta_2": 0.99**0.8}
    assert expected.items() <= changed.optimizer_of("generator").items()
    assert not any("image_size" in line or "steps" in line for line in lines)
    assert any("R1 with γ = 0.0512" in line for line in lines)


def test_classes_of_model_and_data(colored, classes, tmp_path):
    recipe, _ = fine_tuning.choose(classes, "digits", {})
    assert (recipe.conditional, recipe.batch_size) == (True, 32)
    dataset = photos(tmp_path / "plain")
    with pytest.raises(ValueError, match=r"10 classes.*Received: none in .*plain"):
        fine_tuning.choose(classes, dataset, {})
    dataset = photos(tmp_path / "several", folders=("a", "b"))
    with pytest.raises(ValueError, match=r"10 classes.*Received: 2 in .*several"):
        fine_tuning.choose(classes, dataset, {})
    recipe, lines = fine_tuning.choose(colored, dataset, {})
    assert not recipe.conditional
    assert lines[0].endswith("Its 2 classes are left out: the model has none.")
    with pytest.raises(ValueError, match="`conditional` must be false where the model"):
        fine_tuning.choose(colored, dataset, {"conditional": True})


def test_other_data_and_models(colored, tmp_path):
    with pytest.raises(ValueError, match="image_size of gaussian must be None"):
        fine_tuning.choose(colored, "gaussian", {})
    with pytest.raises(ValueError, match=r"at least 4 images.*Received: 3 in"):
        fine_tuning.choose(colored, photos(tmp_path, 3), {})
    assert fine_tuning.fits(colored)
    assert not fine_tuning.fits(kgan.GAN(*kgan.models.dcgan((8, 8, 1), 5, width=4)))

    class Own(kgan.priors.Prior):
        def sample(self, batch_size, seed):
            return kgan.priors.Normal(self.latent_dim).sample(batch_size, seed)

    networks = colored.generator, colored.discriminator
    assert not fine_tuning.fits(kgan.GAN(*networks, prior=Own(5), ema_momentum=None))


def test_rectangles_and_other_priors(tmp_path):
    networks = kgan.models.stylegan2((12, 16, 3), 5, group_size=None, **SMALL)
    uniform = kgan.priors.Uniform(5, -2.0, 2.0)
    old = kgan.GAN(*networks, prior=uniform, ema_momentum=None)
    recipe, _ = fine_tuning.choose(old, photos(tmp_path), {})
    assert (recipe.image_size, recipe.batch_size) == ((12, 16), 9)
    assert recipe.penalties[0]["weight"] == pytest.approx(0.0002 * 12 * 16 / 9)
    assert recipe.prior == "uniform"
    assert recipe.prior_options == {"minimum": -2.0, "maximum": 2.0}
