"""Chooses a recipe that goes on from a trained StyleGAN2 on other images.

Karras et al., "Training Generative Adversarial Networks with Limited Data" (2020),
section 4.2, and the authors' program, whose `--resume` keeps the configuration `auto`
but for ADA, which is five times as fast, and the ramp of the average, which there is
none of.
"""

import dataclasses
import json
from collections.abc import Mapping

import keras
import tensorflow as tf

import kgan.data
from kgan.data import registry
from kgan.games.gan import GAN
from kgan.latents import priors
from kgan.models.style_options import stylegan2_options
from kgan.recipes import automatic, stylegan2_config
from kgan.recipes.few_shot import unless_given
from kgan.recipes.recipe import Recipe

# Thousands of images, on a CPU and on a GPU: on this the authors say that it often is
# enough, on that it is what can be waited for.
_KIMG = {False: 50, True: 1_000}
_ADA = {"name": "adaptive_augment", "target": 0.6, "speed": 100_000}
_ADAM = {"generator_learning_rate", "discriminator_learning_rate", "beta_1", "beta_2"}
# Arguments of the networks that are fields of a recipe, or follow from the data.
_NO_OPTIONS = ("image_shape", "latent_dim", "num_classes", "precision")


def fits(game: keras.Model) -> bool:
    """Returns whether `choose` has a recipe for a game: a `kgan.GAN` of StyleGAN2."""
    return isinstance(game, GAN) and bool(
        type(game.prior) in _priors()
        and stylegan2_options(game.generator, game.discriminator)
    )


def choose(
    game: GAN,
    dataset: str,
    given: Mapping,
    data_dir: str | None = None,
    windows: Mapping | None = None,
    replicas: int = 1,
) -> tuple:
    """Chooses networks like those of a game, and the published settings for them.

    Args:
        game: One that `fits`.
        dataset: A folder of images, or a name that `kgan.data.source` knows.
        given: Fields that will be overridden, with their values.
        data_dir: Where prepared data lie.
        windows: `Recipe.windows`, by which data of 16 or 32 bits are read; None: none.
        replicas: Number of devices.

    Returns:
        `(recipe, reasons)`: a `Recipe`, and lines with what was chosen and why.

    Raises:
        ValueError: If there are no such data, or they do not fit the game.
    """
    options = stylegan2_options(game.generator, game.discriminator)
    *sides, _ = options["image_shape"]
    size = given.get("image_size") or tuple(sides)
    source = kgan.data.source(dataset, size, data_dir=data_dir, **(windows or {}))
    _check_classes(options["num_classes"], dataset, source, given)
    group = replicas * (options["group_size"] or 1)
    config = _config(source, group, replicas, given, dataset)
    rest = {name: options.pop(name) for name in _NO_OPTIONS}
    colored = source.shape[-1] in (1, 3)  # transparency has no hue
    values = config.values()
    if _ADAM & given.keys():
        del values["optimizers"]
        rates = ("generator_learning_rate", "discriminator_learning_rate")
        values |= dict.fromkeys(rates, config.learning_rate)
        values |= {"beta_1": 0.0, "beta_2": 0.99}
    recipe = Recipe(
        name=automatic.name_of(dataset),
        description=f"a trained StyleGAN2, fine-tuned on {registry.short(dataset)}",
        dataset=dataset,
        image_size=_size(source.shape),
        conditional=rest["num_classes"] is not None,
        model="stylegan2",
        model_options=options,
        **_prior(game.prior),
        augmentation=_ADA if colored else _ADA | {"policy": ["blit", "geometric"]},
        precision=rest["precision"],
        sample_every=max(1, config.steps // 20),
        **values,
    )
    return recipe, _reasons(recipe, config, source, given)


def _config(source, group, replicas, given, dataset):
    """Returns the configuration `auto` for a batch that the data can fill."""
    height, width, _ = source.shape
    auto = stylegan2_config.auto(max(height, width), replicas)
    batch = given.get("batch_size") or min(auto.batch_size, source.num_examples)
    if "batch_size" not in given:
        batch -= batch % group
    if not batch:
        raise ValueError(
            f"`dataset` must have at least {group} images, of which the discriminator "
            f"looks at a batch. Received: {source.num_examples} in {dataset}"
        )
    return dataclasses.replace(
        auto,
        kimg=_KIMG[bool(tf.config.list_physical_devices("GPU"))],
        batch_size=batch,
        gamma=0.0002 * height * width / batch,
        ema_kimg=batch * 10 / 32,
        ema_ramp=None,
    )


def _check_classes(known, dataset, source, given):
    if known is not None and source.num_classes != known:
        raise ValueError(
            f"`dataset` must have {known} classes, as the model of `init_from` has. "
            f"Received: {source.num_classes or 'none'} in {dataset}"
        )
    if known is None and given.get("conditional"):
        raise ValueError(
            "`conditional` must be false where the model of `init_from` has no classes"
        )


def _priors():
    return {priors.find(name): name for name in priors.names()}


def _prior(prior):
    options = prior.get_config()
    return {
        "prior": _priors()[type(prior)],
        "latent_dim": options.pop("latent_dim"),
        "prior_options": options,
    }


def _size(shape):
    height, width, _ = shape
    return height if height == width else (height, width)


def _reasons(recipe, config, source, given):
    """Returns lines with what was chosen and why, but for what is given."""
    model = recipe.model_options
    augmentation = json.dumps(recipe.augmentation, separators=(",", ":"))
    passes = 1000 * config.kimg / source.num_examples
    unused = 0 if recipe.conditional else source.num_classes or 0
    head = f"{recipe.dataset}: {source.num_examples:,} images."
    if unused > 1:
        head += f" Its {unused} classes are left out: the model has none."
    chosen = {
        ("model", "model_options", "latent_dim"): "Chose --model=stylegan2 with the "
        f"networks of the model: {recipe.latent_dim} latents, {model['mapping_layers']}"
        f" layers of mapping, channel_base={model['channel_base']}, "
        f"channel_max={model['channel_max']}, {model['architecture']}.",
        ("image_size",): f"Chose --image_size={json.dumps(recipe.image_size)}: that of "
        "the model; twice or half of it begin with its weights, too.",
        ("augmentation",): f"Chose --augmentation='{augmentation}': ADA as published, "
        "five times as fast as from the beginning.",
        ("penalties",): f"Chose R1 with γ = {config.gamma:.3g}: 0.0002 · "
        f"{source.shape[0]} · {source.shape[1]} pixels / a batch of "
        f"{config.batch_size}.",
        ("steps", "batch_size"): f"Chose --steps={config.steps}: {config.kimg:,} "
        f"thousand images, {passes:,.0f} passes.",
        ("mirror",): "Chose no --mirror: it doubles images whose left and right are "
        "alike.",
    }
    return [head, *unless_given(given, chosen)]
