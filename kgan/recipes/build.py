"""Turns a recipe's names and numbers into prior, loss, optimizers, networks."""

import dataclasses
import inspect

import keras

from kgan import augment, losses, metrics, models
from kgan.core import registry
from kgan.engine import alternation
from kgan.latents import priors
from kgan.losses import gradient_penalties, objectives, regularizers
from kgan.losses.top_k import TopK
from kgan.recipes import schedules

# The course of a step size over all updates of an optimizer.
SCHEDULES = {
    "constant": lambda rate, updates: rate,
    "linear": lambda rate, updates: schedules.COURSES["linear"](rate, 0.0, updates),
    "cosine": lambda rate, updates: schedules.COURSES["cosine"](rate, 0.0, updates),
}


def families() -> dict:
    """Returns the builders of pairs of networks in `kgan.models`, by name."""
    public = vars(models)
    return {
        name: builder
        for name, builder in public.items()
        if f"{name}_generator" in public and f"{name}_discriminator" in public
    }


def make_prior(recipe) -> priors.Prior:
    """Makes the distribution of a recipe's latents."""
    options = recipe.prior_options
    kind = priors.find(recipe.prior)
    _check_options("prior_options", recipe.prior, kind, options)
    return priors.get(recipe.prior, recipe.latent_dim, **options)


def make_loss(recipe) -> losses.AdversarialLoss:
    """Makes a recipe's adversarial loss."""
    loss = _make_plain_loss(recipe)
    return loss if recipe.top_k == 1.0 else TopK(loss, recipe.top_k)


def _make_plain_loss(recipe):
    options = recipe.loss_options
    _check_options("loss_options", recipe.loss, type(losses.get(recipe.loss)), options)
    return losses.get(recipe.loss, **options)


def make_penalties(recipe) -> list:
    """Makes a recipe's penalties, a list of `kgan.penalties.Penalty`."""
    return _make_terms(recipe, "penalties", gradient_penalties)


def make_regularizers(recipe) -> list:
    """Makes a recipe's regularizers, a list of `kgan.terms.Term`."""
    return _make_terms(recipe, "regularizers", regularizers)


def make_objectives(recipe) -> list:
    """Makes the objectives of further heads, a list of `kgan.terms.Term`."""
    return _make_terms(recipe, "objectives", objectives)


def _make_terms(recipe, what, room):
    terms = getattr(recipe, what)
    return [_make(what, room, **schedules.expand(term, recipe.steps)) for term in terms]


def make_augmentation(recipe):
    """Makes the layer through which D sees all data, or None."""
    if not recipe.augmentation:
        return None
    given = schedules.expand(recipe.augmentation, recipe.steps)
    return _make("augmentation", augment, **given)


def make_alternation(recipe):
    """Makes the periods in which one player waits, or None."""
    options = recipe.alternation
    _check_options("alternation", "periods", alternation.Periods, options)
    return alternation.Periods(**options) if options else None


def _make(what, room, /, name=None, **options):
    """Makes an object that a room finds by its name."""
    _check_named(what, room, name, **options)
    return room.get({"name": name, **options})


def _check_named(what, room, /, name=None, **options):
    """Checks a name and names of options; makes nothing."""
    _check_options(what, name, room.find(name), options)


def make_optimizers(recipe) -> tuple:
    """Makes Adam for G and for D.

    Schedules count rounds of the game; an optimizer counts its own updates, so its
    schedule is stretched by the updates that it makes in a round.

    Returns:
        `(generator_optimizer, discriminator_optimizer)`.
    """
    schedule = _find("schedule", recipe.schedule, SCHEDULES)

    def adam(rate, updates_of_a_round):
        rate = schedule(rate, recipe.steps * updates_of_a_round)
        return keras.optimizers.Adam(
            rate,
            beta_1=recipe.beta_1,
            beta_2=recipe.beta_2,
            global_clipnorm=recipe.clip_norm,
        )

    return (
        adam(recipe.generator_learning_rate, recipe.generator_steps),
        adam(recipe.discriminator_learning_rate, recipe.discriminator_steps),
    )


def make_networks(recipe, data_shape: tuple, num_classes: int | None) -> tuple:
    """Builds a recipe's generator and discriminator.

    Args:
        recipe: A `Recipe`.
        data_shape: `(height, width, channels)` of images, `(d,)` of points.
        num_classes: Number of classes of a conditional pair, or None.

    Returns:
        `(generator, discriminator)`.
    """
    builder = _find("model", recipe.model, families())
    return builder(
        data_shape,
        latent_dim=recipe.latent_dim,
        num_classes=num_classes,
        **recipe.model_options,
    )


def resolve(recipe, data_shape: tuple, sample_every: int):
    """Writes out what a recipe leaves to defaults, so that its file says all.

    Args:
        recipe: A `Recipe`.
        data_shape: Shape of one example of its data.
        sample_every: Rounds of the game between two pictures.

    Returns:
        A `Recipe` that trains the same model.
    """
    prior_options = make_prior(recipe).get_config()
    del prior_options["latent_dim"]
    periods = make_alternation(recipe)
    return dataclasses.replace(
        recipe,
        image_size=_size(data_shape),
        model_options=_with_defaults(families()[recipe.model], recipe.model_options),
        prior_options=prior_options,
        loss_options=_make_plain_loss(recipe).get_config(),
        penalties=_in_full(make_penalties(recipe), recipe.penalties),
        regularizers=_in_full(make_regularizers(recipe), recipe.regularizers),
        objectives=_in_full(make_objectives(recipe), recipe.objectives),
        augmentation=_augmentation_in_full(recipe),
        alternation=periods.get_config() if periods else {},
        sample_every=sample_every,
        checkpoint_every=recipe.checkpoint_every or sample_every,
    )


def _augmentation_in_full(recipe):
    if not recipe.augmentation:
        return {}
    layer = make_augmentation(recipe)
    known, config = _options(type(layer)), layer.get_config()
    options = {name: value for name, value in config.items() if name in known}
    options = schedules.keep(options, recipe.augmentation)
    return {"name": recipe.augmentation["name"], **options}


def _in_full(terms, given):
    return [
        {"name": options["name"], **schedules.keep(term.get_config(), options)}
        for term, options in zip(terms, given, strict=True)
    ]


def _layers(recipe):
    """Gives what a recipe has of layers: its field, their room, a description."""
    yield from (("regularizers", regularizers, term) for term in recipe.regularizers)
    yield from (("objectives", objectives, term) for term in recipe.objectives)
    if recipe.augmentation:
        yield "augmentation", augment, recipe.augmentation


def check(recipe) -> None:
    """Checks a recipe's names and options without building a network.

    Raises:
        ValueError: If a name is unknown, or an option does not fit what it names.
    """
    try:
        for make in (make_prior, make_loss, make_penalties, make_alternation):
            make(recipe)
        # Layers make variables, with which TensorFlow starts: too early for workers,
        # that must find each other before.
        for what, room, given in _layers(recipe):
            _check_named(what, room, **schedules.expand(given, recipe.steps))
    except TypeError as error:
        # A number was due and JSON gave a text: the comparison fails.
        raise ValueError(f"An option of the recipe has a wrong type: {error}") from None
    for name in recipe.metrics:
        _check_best(recipe, metrics.get(name))
    _find("schedule", recipe.schedule, SCHEDULES)
    if recipe.batch_size % recipe.micro_batches:
        raise ValueError(
            f"`micro_batches` must divide the batch size {recipe.batch_size}. "
            f"Received: {recipe.micro_batches}"
        )
    if recipe.top_k == 0.0:
        raise ValueError("`top_k` must be above 0. Received: 0.0")
    if recipe.clip_norm == 0.0:
        raise ValueError("`clip_norm` must be above 0, or None. Received: 0.0")
    builder = _find("model", recipe.model, families())
    _check_options("model_options", recipe.model, builder, recipe.model_options)


def _check_best(recipe, metric):
    """Refuses a mode that would keep the worst model."""
    for figure, better in zip(metric.figures, metric.best, strict=True):
        named = str(recipe.best) in (figure, metric.standard_name)
        named = named or str(recipe.best).startswith(f"{figure}_")
        if named and better in ("min", "max") and recipe.best_mode != better:
            raise ValueError(
                f"`best_mode` must be {better!r} for {recipe.best}. "
                f"Received: {recipe.best_mode!r}"
            )


def _size(data_shape):
    """Gives the size of images as a recipe has it; None for points."""
    if len(data_shape) == 1:
        return None
    height, width, _ = data_shape
    return height if height == width else (height, width)


def _find(what, name, table):
    if name not in table:
        raise ValueError(registry.unknown(f"`{what}` must be one of", name, table))
    return table[name]


def _options(function):
    """Gives a function's arguments that are no fields of a recipe, with defaults."""
    fields = {"image_shape", "data_shape", "latent_dim", "num_classes", "kwargs"}
    parameters = inspect.signature(function).parameters
    return {n: p.default for n, p in parameters.items() if n not in fields}


def _with_defaults(function, options):
    return {**_options(function), **options}


def _check_options(what, name, function, options):
    known = _options(function)
    for option in options:
        if option not in known:
            expected = f"`{what}` of {name} must be one of"
            raise ValueError(registry.unknown(expected, option, known))
