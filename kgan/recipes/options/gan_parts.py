"""The parts of a GAN that its recipe names: networks, prior, losses, terms."""

import itertools
from typing import TYPE_CHECKING

from kgan import augment, losses, models
from kgan.core import registry
from kgan.engine import alternation, ema
from kgan.latents import priors
from kgan.losses import gradient_penalties, objectives, regularizers, term
from kgan.losses.top_k import TopK
from kgan.recipes import build, schedules

if TYPE_CHECKING:
    from kgan.recipes.options.gan import GANRecipe

PLAYERS = ("generator", "discriminator")
# The registry of each field of terms.
TERMS = {
    "penalties": gradient_penalties,
    "regularizers": regularizers,
    "objectives": objectives,
    "terms": term,
}


def families() -> dict:
    """Returns the builders of pairs of networks in `kgan.models`, by name."""
    public = vars(models)
    return {
        name: builder
        for name, builder in public.items()
        if f"{name}_generator" in public and f"{name}_discriminator" in public
    }


def make_networks(
    recipe: "GANRecipe", data_shape: tuple, num_classes: int | None
) -> tuple:
    """Builds `(generator, discriminator)`, which compute in the recipe's precision.

    Args:
        recipe: A `GANRecipe`.
        data_shape: `(height, width, channels)` of images, `(d,)` of points.
        num_classes: Number of classes of a conditional pair, or None.
    """
    builder = build.find("model", recipe.model, families())
    with build.in_precision(recipe.precision):
        return builder(
            data_shape,
            latent_dim=recipe.latent_dim,
            num_classes=num_classes,
            **recipe.model_options,
        )


def make_prior(recipe: "GANRecipe") -> priors.Prior:
    """Builds the distribution of the latents."""
    kind, given = priors.find(recipe.prior), recipe.prior_options
    build.check_options("prior_options", recipe.prior, kind, given)
    return priors.get(recipe.prior, recipe.latent_dim, **given)


def make_loss(recipe: "GANRecipe") -> losses.AdversarialLoss:
    """Builds the adversarial loss."""
    loss = make_plain_loss(recipe)
    return loss if recipe.top_k == 1.0 else TopK(loss, recipe.top_k)


def make_plain_loss(recipe: "GANRecipe") -> losses.AdversarialLoss:
    """Builds the adversarial loss as it is without `top_k`."""
    kind, given = type(losses.get(recipe.loss)), recipe.loss_options
    build.check_options("loss_options", recipe.loss, kind, given)
    return losses.get(recipe.loss, **given)


def make_terms(recipe: "GANRecipe", what: str) -> list:
    """Builds the terms of a field, which is a key of `TERMS`."""
    room, steps = TERMS[what], recipe.steps
    return [build.make(what, room, steps, term) for term in getattr(recipe, what)]


def intervals_apart(recipe: "GANRecipe", player: str) -> list:
    """Returns the intervals of a player's lazy terms that are steps of their own."""
    if recipe.lazy == "same_step":
        return []
    terms = itertools.chain(*(make_terms(recipe, what) for what in TERMS))
    own = [each for each in terms if each.overrides(f"{player}_term")]
    return [each.interval for each in own if each.interval > 1]


def make_augmentation(recipe: "GANRecipe"):
    """Builds the layer through which D sees all data; None without one."""
    if not recipe.augmentation:
        return None
    return build.make("augmentation", augment, recipe.steps, recipe.augmentation)


def make_momentum(recipe: "GANRecipe") -> float | ema.HalfLife | None:
    """Builds the momentum of the generator's average."""
    if recipe.ema_kimg is None:
        return recipe.ema_momentum
    images = recipe.batch_size * recipe.batches_a_round
    return ema.HalfLife(recipe.ema_kimg, images, recipe.ema_ramp)


def make_alternation(recipe: "GANRecipe"):
    """Builds the periods in which one player waits; None without them."""
    given = recipe.alternation
    for player in given:
        expected = "`alternation` of periods must be one of"
        registry.check_known(expected, player, PLAYERS)
    each_one = dict.fromkeys(reversed(PLAYERS), 1)
    return alternation.Periods(**each_one | given) if given else None


def augmentation_in_full(recipe: "GANRecipe") -> dict:
    """Returns the augmentation with all its options; an empty dictionary without."""
    if not recipe.augmentation:
        return {}
    layer = make_augmentation(recipe)
    known, config = build.arguments_of(type(layer)), layer.get_config()
    given = {name: value for name, value in config.items() if name in known}
    given = schedules.keep(given, recipe.augmentation)
    return {"name": recipe.augmentation["name"], **given}
