"""Recipes of the game `gan`: one generator, one discriminator, latents."""

import dataclasses

from kgan import augment, data
from kgan.core import registry
from kgan.data.sides import Sides
from kgan.games import gan_terms, network_checks
from kgan.games.gan import GAN
from kgan.models.freezing import freeze_from_image
from kgan.recipes import build
from kgan.recipes.flag_types import (
    Boolean,
    Choice,
    Fraction,
    Integer,
    Mapping,
    Mappings,
    Number,
    Text,
    field,
)
from kgan.recipes.options import gan_parts as parts
from kgan.recipes.recipe import Recipe

# Fields that fill `optimizers`, and their values where they are not given.
_ADAM = {
    "generator_learning_rate": 2e-4,
    "discriminator_learning_rate": 2e-4,
    "beta_1": 0.5,
    "beta_2": 0.999,
    "schedule": "constant",
    "clip_norm": None,
}
_SCHEDULES = ("constant", "linear", "cosine")
_MOMENTUM, _AVERAGE = 0.999, ("ema_momentum", "ema_kimg")
_STEP_SIZE, _DECAY = Number(optional=True), Number(below=1.0, optional=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class GANRecipe(Recipe, game="gan"):
    """A training run of `kgan.GAN`.

    A step is `discriminator_steps` updates of D, each on a fresh batch, and
    `generator_steps` updates of G. Step sizes, Adam's decays, `schedule` and
    `clip_norm` are those of the players that `optimizers` does not name, and None where
    it names all whom they concern.
    """

    conditional: bool = field(
        Boolean(), "whether both networks are told the class", False
    )

    model: str = field(Text(), "family of networks in kgan.models", "mlp")
    model_options: dict = field(Mapping(), "arguments of the family")
    prior: str = field(Text(), "distribution of the latents", "normal")
    prior_options: dict = field(Mapping(), "arguments of the prior")
    latent_dim: int = field(Integer(), "number of components of a latent", 64)

    loss: str = field(Text(), "adversarial loss in kgan.losses", "non_saturating")
    loss_options: dict = field(
        Mapping(), 'arguments of the loss, as in {"label_smoothing": 0.1}'
    )
    penalties: tuple = field(
        Mappings(), 'penalties, as in [{"name": "r1", "weight": 10.0}]'
    )
    regularizers: tuple = field(
        Mappings(), 'terms of kgan.regularizers, as in [{"name": "lecam"}]'
    )
    objectives: tuple = field(
        Mappings(), "terms of kgan.objectives, for the discriminator's further heads"
    )
    terms: tuple = field(
        Mappings(), 'terms of any kind, as in [{"name": "path_length"}]'
    )
    lazy: str = field(
        Choice(gan_terms.LAZY),
        "where the gradient of a term with an interval goes: same_step, into that of "
        "the loss; own_step, into one of its own, to which Adam's fields are scaled",
        gan_terms.LAZY[0],
    )
    augmentation: dict = field(
        Mapping(), 'layer of kgan.augment, as in {"name": "diff_augment"}'
    )
    top_k: float = field(
        Fraction(), "share of the samples that train G, the best by D; 1: all", 1.0
    )
    alternation: dict = field(
        Mapping(),
        'rounds of one player alone, as in {"discriminator": 5, "generator": 5}',
    )

    generator_learning_rate: float | None = field(_STEP_SIZE, "Adam's step size for G")
    discriminator_learning_rate: float | None = field(
        _STEP_SIZE, "Adam's step size for D"
    )
    beta_1: float | None = field(_DECAY, "Adam's decay of the mean")
    beta_2: float | None = field(_DECAY, "Adam's decay of the square")
    schedule: str | None = field(
        Text(optional=True), "of both step sizes over the run: constant, linear, cosine"
    )
    clip_norm: float | None = field(
        Number(optional=True), "largest norm of a player's gradient; none: any"
    )

    freeze_d: int = field(
        Integer(minimum=0), "layers of D, from the image on, that do not move", 0
    )
    discriminator_steps: int = field(Integer(), "updates of D in a round", 1)
    generator_steps: int = field(Integer(), "updates of G in a round", 1)
    ema_momentum: float | None = field(
        _DECAY, "momentum of the generator's average; none: no average", _MOMENTUM
    )
    ema_kimg: float | None = field(
        Number(optional=True),
        "half-life of that average in thousands of images, in place of ema_momentum",
    )
    ema_ramp: float | None = field(
        Number(optional=True),
        "share of the images so far that this half-life may be; none: any",
        0.05,
    )

    players = parts.PLAYERS
    needs = "images or points"

    def __post_init__(self):
        super().__post_init__()
        idle = _idle(self.optimizers)
        for name, default in _ADAM.items():
            value = getattr(self, name)
            if name not in idle:
                object.__setattr__(self, name, default if value is None else value)
            elif value is not None:
                raise ValueError(
                    f"`{name}` must be left out where `optimizers` has the optimizer "
                    f"of the {' and the '.join(self.optimizers)}. Received: {value!r}"
                )
        if self.ema_kimg is not None and self.ema_momentum == _MOMENTUM:
            object.__setattr__(self, "ema_momentum", None)  # it was not given
        _check(self)

    def override(self, **values):
        # Adam's fields make way for optimizers, but not those that are given beside.
        idle = dict.fromkeys(_idle(values.get("optimizers")))
        # So do the two ways to say how fast the average is.
        _check_average(values.get("ema_momentum"), values.get("ema_kimg"))
        for given, other in (_AVERAGE, _AVERAGE[::-1]):
            if given in values:
                idle[other] = None
        return super().override(**idle | values)

    @property
    def batches_a_round(self):
        return self.discriminator_steps

    @property
    def has_average(self):
        return super().has_average or self.ema_kimg is not None

    @classmethod
    def suits(cls, source):
        return not isinstance(source, (Sides, data.TableSource))

    def check_source(self, source):
        super().check_source(source)
        if self.conditional and source.condition_size is not None:
            size = source.condition_size
            raise ValueError(
                "`conditional` must be false for data with vectors for labels, which "
                "no network of a recipe takes. In Python: kgan.GAN of networks whose "
                f"second input is keras.Input(({size},)), and gan.fit(kgan.data.load("
                f"..., with_labels=True)). Received: true with {self.dataset}"
            )
        if self.conditional and source.num_classes is None:
            raise ValueError(
                "`conditional` must be false for data without classes. "
                f"Received: true with {self.dataset}"
            )

    def optimizer_of(self, player):
        if player in self.optimizers:
            return self.optimizers[player]
        # As `kgan.lazy_adam` has it: as far in a round as without further steps.
        share = getattr(self, f"{player}_steps") / self.updates_a_round(player)
        rate = share * getattr(self, f"{player}_learning_rate")
        if rate and self.schedule != "constant":
            rate = {"schedule": self.schedule, "first": rate, "last": 0.0}
        return {
            "name": "adam",
            "learning_rate": rate,
            "beta_1": self.beta_1**share,
            "beta_2": self.beta_2**share,
            "global_clipnorm": self.clip_norm,
        }

    def named_optimizers(self):
        return self.optimizers  # Adam's fields describe the others

    def updates_a_round(self, player):
        apart = parts.intervals_apart(self, player)
        return getattr(self, f"{player}_steps") + sum(1 / i for i in apart)

    def make_game(self, source):
        num_classes = source.num_classes if self.conditional else None
        generator, discriminator = parts.make_networks(self, source.shape, num_classes)
        if self.freeze_d:
            freeze_from_image(discriminator, self.freeze_d)
        gan = GAN(
            generator,
            discriminator,
            prior=parts.make_prior(self),
            augmentation=parts.make_augmentation(self),
            ema_momentum=parts.make_momentum(self),
            discriminator_steps=self.discriminator_steps,
            generator_steps=self.generator_steps,
            seed=self.seed,
            num_classes=num_classes,
        )
        optimizers = build.make_optimizers(self)
        gan.compile(
            generator_optimizer=optimizers["generator"],
            discriminator_optimizer=optimizers["discriminator"],
            loss=parts.make_loss(self),
            **{what: parts.make_terms(self, what) for what in parts.TERMS},
            alternation=parts.make_alternation(self),
            lazy=self.lazy,
            **self.played(),
        )
        gan.check_rows(self.batch_size // gan.distribute_strategy.num_replicas_in_sync)
        return gan

    def resolve(self, source, sample_every):
        prior_options = parts.make_prior(self).get_config()
        del prior_options["latent_dim"]
        periods = parts.make_alternation(self)
        family = build.arguments_of(parts.families()[self.model])
        return dataclasses.replace(
            super().resolve(source, sample_every),
            image_size=_size(source.shape),
            model_options={**family, **self.model_options},
            prior_options=prior_options,
            loss_options=parts.make_plain_loss(self).get_config(),
            **{
                what: build.in_full(parts.make_terms(self, what), getattr(self, what))
                for what in parts.TERMS
            },
            augmentation=parts.augmentation_in_full(self),
            alternation=periods.get_config() if periods else {},
        )

    def takes_labels(self, game):
        return game.data_classes is not None

    def pictures(self, game):
        if game.is_image:
            return "samples"
        if len(game.data_shape) > 1:
            return None
        # A density has no classes, and a packed D no value at a point.
        packed = network_checks.together(game.discriminator) > 1
        return None if self.conditional or packed else "density"

    def traits(self, game):
        return {
            "samples of shape": game.data_shape,
            "latents of size": game.latent_dim,
            "num_classes": game.num_classes,
        }


def _check_average(momentum, kimg):
    if momentum is not None and kimg is not None:
        raise ValueError(
            "`ema_momentum` must be left out beside `ema_kimg`: both say how fast the "
            f"average is. Received: {momentum!r} and {kimg!r}"
        )


def _idle(optimizers):
    """Names of Adam's fields that nobody reads, since `optimizers` has all players."""
    named = [
        p for p in parts.PLAYERS if isinstance(optimizers, dict) and p in optimizers
    ]
    if len(named) == len(parts.PLAYERS):
        return tuple(_ADAM)
    return tuple(f"{player}_learning_rate" for player in named)


def _check(recipe):
    """Checks names and options of a GAN's fields without building a network."""
    _check_average(recipe.ema_momentum, recipe.ema_kimg)
    try:
        parts.make_prior(recipe)
        parts.make_loss(recipe)
        parts.make_alternation(recipe)
        parts.make_terms(recipe, "penalties")
        # Layers make variables, with which TensorFlow starts: too early for workers,
        # that must find each other before.
        for what, room, given in _layers(recipe):
            build.check_named(what, room, recipe.steps, given)
    except TypeError as error:
        # A number was due and JSON gave a text: the comparison fails.
        raise ValueError(f"An option of the recipe has a wrong type: {error}") from None
    if recipe.top_k == 0.0:
        raise ValueError("`top_k` must be above 0. Received: 0.0")
    for name in ("clip_norm", "ema_kimg", "ema_ramp"):
        if getattr(recipe, name) == 0.0:
            raise ValueError(f"`{name}` must be above 0, or None. Received: 0.0")
    if recipe.schedule is not None:
        registry.check_known("`schedule` must be one of", recipe.schedule, _SCHEDULES)
    builder = build.find("model", recipe.model, parts.families())
    build.check_options("model_options", recipe.model, builder, recipe.model_options)


def _layers(recipe):
    """Yields field, registry and description of all terms that are Keras layers."""
    for what in ("regularizers", "objectives"):
        yield from ((what, parts.TERMS[what], term) for term in getattr(recipe, what))
    if recipe.augmentation:
        yield "augmentation", augment, recipe.augmentation


def _size(data_shape):
    """Returns the size of images as a recipe has it; None for points."""
    if len(data_shape) == 1:
        return None
    height, width, _ = data_shape
    return height if height == width else (height, width)
