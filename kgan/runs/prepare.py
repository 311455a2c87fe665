"""From a recipe to a run that is ready to start and has written nothing yet.

Data are found, networks are built, and compared with the weights that they start from.
"""

import dataclasses
import itertools
import math
import os
import pathlib
import zlib

import keras
import tensorflow as tf

import kgan.data
from kgan import distribute
from kgan.games.gan import GAN
from kgan.recipes import Recipe
from kgan.recipes import build as parts
from kgan.runs import directory, resume


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run that is ready to start and has written nothing yet.

    Attributes:
        recipe: The `Recipe` with all values resolved.
        run_dir: Where the run will write.
        source: The raw data.
        gan: The compiled model.
        steps_per_epoch: Rounds of an epoch; the last one may be shorter.
        init_from: Where the first weights come from, or None.
        lines: What is to be said of a run that goes on; empty for a new one.
    """

    recipe: Recipe
    run_dir: pathlib.Path
    source: object
    gan: GAN
    steps_per_epoch: int
    init_from: str | None = None
    lines: tuple = ()

    @property
    def resumed(self) -> bool:
        """Whether the run was begun before."""
        return bool(self.lines)

    @property
    def finished(self) -> bool:
        """Whether nothing remains to be done."""
        ended = self.gan.step >= self.recipe.steps
        return self.resumed and ended and (self.run_dir / directory.MODEL).exists()

    def load(self, start: int = 0, batches: int | None = None) -> tf.data.Dataset:
        """Loads the data from a batch on; an epoch's batches, or so many at a time."""
        whole = self.steps_per_epoch * self.recipe.discriminator_steps
        return kgan.data.load(
            self.source,
            batch_size=self.recipe.batch_size,
            seed=self.recipe.seed,
            start=start,
            with_labels=self.gan.data_classes is not None,
            steps_per_epoch=batches or whole,
        )


def prepare(
    recipe: Recipe,
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    init_from: str | None = None,
    strategy: str | tf.distribute.Strategy | None = None,
) -> Plan:
    """Does all of a new run that writes nothing; see `kgan.training.train`.

    Sets Keras' global seed: the networks' first weights follow from the recipe's.
    """
    run_dir = pathlib.Path(run_dir)
    if distribute.is_chief():
        directory.check_free(run_dir)
    strategy = _strategy(strategy)
    source = find_source(recipe, data_dir)
    steps_per_epoch = cut(recipe, source.num_examples)
    gan = build(recipe, source, strategy)
    if init_from is not None:
        _start_from(gan, init_from)
    resolved = parts.resolve(recipe, source.shape, steps_per_epoch)
    plan = Plan(resolved, run_dir, source, gan, steps_per_epoch, init_from)
    plan.load()  # data that do not suit are refused here
    return plan


def prepare_to_resume(
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    steps: int | None = None,
    strategy: str | tf.distribute.Strategy | None = None,
) -> Plan:
    """Does all of a resumed run that writes nothing; see `kgan.training.resume`."""
    run_dir = pathlib.Path(run_dir)
    recipe = resume.read_recipe(run_dir)
    if steps is not None:
        recipe = recipe.override(steps=steps)
    strategy = _strategy(strategy)
    source = find_source(recipe, data_dir)
    gan = build(recipe, source, strategy)
    lines = resume.restore(gan, run_dir)
    if steps is not None and steps < gan.step:
        raise ValueError(
            f"`steps` must be at least {gan.step}, which {run_dir} has reached. "
            f"Received: {steps}"
        )
    # As the run was cut when it began: its pictures lie at these steps.
    length = recipe.sample_every or cut(recipe, source.num_examples)
    resolved = parts.resolve(recipe, source.shape, length)
    return Plan(resolved, run_dir, source, gan, length, lines=tuple(lines))


def find_source(recipe: Recipe, data_dir: str | None):
    """Finds a recipe's data.

    Raises:
        ValueError: If there are none, or no classes where the recipe needs them.
    """
    source = kgan.data.source(recipe.dataset, recipe.image_size, data_dir=data_dir)
    if recipe.conditional and source.num_classes is None:
        raise ValueError(
            "`conditional` must be false for data without classes. "
            f"Received: true with {recipe.dataset}"
        )
    return source


def cut(recipe: Recipe, num_examples: int) -> int:
    """Cuts the rounds of the game into epochs of nearly equal length.

    An epoch is what lies between two pictures: `sample_every` rounds, or one pass
    through the data, or a little less, so that the last epoch is not a short rest.

    Args:
        recipe: A `Recipe`.
        num_examples: Size of the data.

    Returns:
        Rounds of an epoch; the last one may be shorter.
    """
    one_pass = num_examples // (recipe.batch_size * recipe.discriminator_steps)
    longest = recipe.sample_every or max(1, one_pass)
    return math.ceil(recipe.steps / math.ceil(recipe.steps / longest))


def build(recipe: Recipe, source, strategy: tf.distribute.Strategy) -> GAN:
    """Makes and compiles the model of a recipe in a strategy's scope.

    Raises:
        ValueError: If the workers of the strategy were not started alike.
    """
    _compare_workers(recipe, source, strategy)
    keras.utils.set_random_seed(recipe.seed)
    num_classes = source.num_classes if recipe.conditional else None
    with strategy.scope():
        networks = _networks(recipe, source.shape, num_classes)
        gan = GAN(
            *networks,
            prior=parts.make_prior(recipe),
            augmentation=parts.make_augmentation(recipe),
            ema_momentum=recipe.ema_momentum,
            discriminator_steps=recipe.discriminator_steps,
            generator_steps=recipe.generator_steps,
            seed=recipe.seed,
            num_classes=num_classes,
        )
        generator_optimizer, discriminator_optimizer = parts.make_optimizers(recipe)
        gan.compile(
            generator_optimizer=generator_optimizer,
            discriminator_optimizer=discriminator_optimizer,
            loss=parts.make_loss(recipe),
            penalties=parts.make_penalties(recipe),
            regularizers=parts.make_regularizers(recipe),
            objectives=parts.make_objectives(recipe),
            alternation=parts.make_alternation(recipe),
            steps_per_execution=recipe.steps_per_execution,
            jit_compile=recipe.jit_compile,
            micro_batches=recipe.micro_batches,
        )
    gan.check_rows(recipe.batch_size // strategy.num_replicas_in_sync)
    return gan


def _compare_workers(recipe, source, strategy):
    """Refuses workers that would wait for each other, or learn different things."""
    distribute.check_equal(
        "The checksum of the recipe",
        zlib.crc32(recipe.to_json().encode()),
        "Start all of them with the same flags.",
        strategy,
    )
    distribute.check_equal(
        f"The number of examples of {source.name}",
        source.num_examples,
        "Give all of them the same data.",
        strategy,
    )


def _networks(recipe, data_shape, num_classes):
    """Makes both networks, which compute in the recipe's precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(recipe.precision)
    try:
        return parts.make_networks(recipe, data_shape, num_classes)
    finally:
        keras.config.set_dtype_policy(before)


def _strategy(strategy):
    """Gives a strategy by its name; None is the one in whose scope we are."""
    if strategy is None:
        return tf.distribute.get_strategy()
    return distribute.get(strategy) if isinstance(strategy, str) else strategy


def describe(plan: Plan) -> str:
    """Says in a few lines what a run will do: data, networks, steps, directory."""
    recipe, gan, source = plan.recipe, plan.gan, plan.source
    classes = f", {source.num_classes} classes" if recipe.conditional else ""
    replicas = gan.distribute_strategy.num_replicas_in_sync
    lines = {
        "recipe": f"{recipe.name}: {recipe.description}",
        "data": f"{source.num_examples:,} examples of {source.name}{classes}",
        **gan.describe(),
        "steps": f"{recipe.steps:,}, in {_epochs(plan):,} epochs of "
        f"{plan.steps_per_epoch:,}, batches of {recipe.batch_size}",
        "replicas": f"{replicas:,}" if replicas > 1 else None,
        "run directory": str(plan.run_dir),
    }
    told = [f"{name:14} {value}" for name, value in lines.items() if value]
    return "\n".join([*told, *plan.lines])


def _epochs(plan):
    return math.ceil(plan.recipe.steps / plan.steps_per_epoch)


def _start_from(gan, path):
    """Copies the weights of a saved model into the networks of a new one."""
    old = directory.load_model(path)
    _compare(path, "samples of shape", old.data_shape, gan.data_shape)
    _compare(path, "latents of size", old.latent_dim, gan.latent_dim)
    _compare(path, "num_classes", old.num_classes, gan.num_classes)
    pairs = [(old.generator, gan.generator), (old.discriminator, gan.discriminator)]
    if gan.ema_generator is not None:
        pairs.append((old.sampler, gan.ema_generator))
    for theirs, ours in pairs:
        _compare_weights(path, theirs, ours)
    for theirs, ours in pairs:
        ours.set_weights(theirs.get_weights())


def _compare(path, what, theirs, ours):
    if theirs != ours:
        raise ValueError(
            f"`init_from`: the run needs {what} {ours}. Received: {theirs} in {path}"
        )


def _compare_weights(path, theirs, ours):
    old, new = [[(w.path, tuple(w.shape)) for w in n.weights] for n in (theirs, ours)]
    nothing = ("nothing", ())
    for (name, shape), (_, came) in itertools.zip_longest(new, old, fillvalue=nothing):
        if shape != came:
            raise ValueError(
                f"`init_from`: the run needs {name} of shape {shape}. "
                f"Received: shape {came} in {path}"
            )
