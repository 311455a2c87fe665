"""From a recipe to a run that is ready to start and has written nothing yet."""

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
from kgan.core import modules, naming
from kgan.data import registry
from kgan.published import transfer
from kgan.recipes import Recipe
from kgan.runs import data_identity, data_place, directory, lock, resume


@dataclasses.dataclass(frozen=True)
class Plan:
    """A run that is ready to start and has written nothing yet.

    Attributes:
        recipe: The `Recipe` with all values resolved.
        run_dir: Where the run will write.
        source: The raw data.
        game: The compiled model.
        steps_per_epoch: Rounds of an epoch; the last one may be shorter.
        init_from: Where the first weights come from, or None.
        notes: Lines about what was taken from there.
        lines: Lines about a run that goes on; empty for a new one.
    """

    recipe: Recipe
    run_dir: pathlib.Path
    source: object
    game: keras.Model
    steps_per_epoch: int
    init_from: str | None = None
    notes: tuple = ()
    lines: tuple = ()

    @property
    def resumed(self) -> bool:
        """Whether the run was begun before."""
        return bool(self.lines)

    @property
    def finished(self) -> bool:
        """Whether nothing remains to be done."""
        ended = self.game.step >= self.recipe.steps
        return self.resumed and ended and (self.run_dir / directory.MODEL).exists()

    def load(self, start: int = 0, batches: int | None = None) -> tf.data.Dataset:
        """Loads the data from a batch on; an epoch's batches, or so many at a time."""
        whole = self.steps_per_epoch * self.recipe.batches_a_round
        return kgan.data.load(
            self.source,
            batch_size=self.recipe.batch_size,
            seed=self.recipe.seed,
            start=start,
            with_labels=self.recipe.takes_labels(self.game),
            steps_per_epoch=batches or whole,
            mirror=self.recipe.mirror,
        )


@dataclasses.dataclass(frozen=True)
class Start:
    """A model from whose weights a run starts.

    Attributes:
        path: Where it lies: what `directory.load_model` takes.
        game: The model.
        colors: Of `kgan.models.transfer`, by which weights are carried over where the
            run has another size or other colors. None: the networks must be the same.
    """

    path: str | os.PathLike
    game: keras.Model
    colors: str | None = None


def prepare(
    recipe: Recipe,
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    init_from: str | os.PathLike | Start | None = None,
    strategy: str | tf.distribute.Strategy | None = None,
) -> Plan:
    """Prepares a new run; see `kgan.training.train`.

    Sets Keras' global seed: the networks' first weights follow from the recipe's.
    """
    run_dir = pathlib.Path(run_dir)
    if distribute.is_chief():
        lock.check_free(run_dir)
        directory.check_free(run_dir)
    strategy = _strategy(strategy)
    source = find_source(recipe, data_dir)
    steps_per_epoch = cut(recipe, source.num_examples)
    game = build(recipe, source, strategy)
    path, notes = None, ()
    if init_from is not None:
        if not isinstance(init_from, Start):
            init_from = Start(init_from, directory.load_model(init_from))
        path, notes = str(init_from.path), _start_from(recipe, game, init_from)
    resolved = _resolved(recipe, source, steps_per_epoch, data_dir)
    plan = Plan(resolved, run_dir, source, game, steps_per_epoch, path, notes)
    plan.load()  # data that do not suit are refused here
    return plan


def prepare_to_resume(
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    steps: int | None = None,
    strategy: str | tf.distribute.Strategy | None = None,
    allow_changed_data: bool = False,
    dataset: str | None = None,
    imports: tuple = (),
) -> Plan:
    """Prepares a run that goes on; see `kgan.training.resume`.

    `imports` are modules that were imported in place of those of the recipe.
    """
    run_dir = pathlib.Path(run_dir)
    if not imports:
        modules.load(resume.read_imports(run_dir))
    recipe = resume.read_recipe(run_dir)
    recipe = dataclasses.replace(recipe, imports=imports or recipe.imports)
    lock.check_free(run_dir)
    place, data_dir = data_place.find(run_dir, recipe.dataset, dataset, data_dir)
    windows = resume.read_windows(run_dir, place)
    recipe = dataclasses.replace(recipe, dataset=place, **windows)
    if steps is not None:
        recipe = recipe.override(steps=steps)
    strategy = _strategy(strategy)
    source = _source(recipe, data_dir, recipe.options_of_run(run_dir))
    # Before all else: that other data do not fit says less.
    lines = data_identity.compare(run_dir, source, allow_changed_data)
    recipe = recipe.scaled_as(source)  # images of 16 bits may be gone
    recipe.check_source(source)
    game = build(recipe, source, strategy)
    lines += resume.restore(game, run_dir)
    if steps is not None and steps < game.step:
        raise ValueError(
            f"`steps` must be at least {game.step}, which {run_dir} has reached. "
            f"Received: {steps}"
        )
    # As the run was cut when it began: its pictures lie at these steps.
    length = recipe.sample_every or cut(recipe, source.num_examples)
    resolved = _resolved(recipe, source, length, data_dir)
    return Plan(resolved, run_dir, source, game, length, lines=tuple(lines))


def _resolved(recipe, source, length, data_dir):
    # From whatever folder the run is looked at later; an older kgan kept it as it was.
    where = registry.absolute(recipe.dataset, data_dir)
    return dataclasses.replace(recipe.resolve(source, length), dataset=where)


def find_source(recipe: Recipe, data_dir: str | None) -> kgan.data.Source:
    """Returns a recipe's data, after a check that its game can be played with them."""
    source = _source(recipe, data_dir)
    recipe.check_source(source)
    return source


def _source(recipe, data_dir, of_run=None):
    options = recipe.data_options | (of_run or {})
    return kgan.data.source(
        recipe.dataset, recipe.image_size, data_dir=data_dir, **options
    )


def cut(recipe: Recipe, num_examples: int) -> int:
    """Returns the rounds of an epoch, which is what lies between two pictures.

    `sample_every` rounds, or one pass through `num_examples` examples and what is
    mirrored of them, or a little less, so that the last epoch is not a short rest.
    """
    seen = 2 * num_examples if recipe.mirror else num_examples
    one_pass = seen // (recipe.batch_size * recipe.batches_a_round)
    longest = recipe.sample_every or max(1, one_pass)
    return math.ceil(recipe.steps / math.ceil(recipe.steps / longest))


def build(recipe: Recipe, source, strategy: tf.distribute.Strategy) -> keras.Model:
    """Builds and compiles the game of a recipe in a strategy's scope."""
    _compare_workers(recipe, source, strategy)
    keras.utils.set_random_seed(recipe.seed)
    with strategy.scope():
        return recipe.make_game(source)


def _compare_workers(recipe, source, strategy):
    """Checks that no worker would wait for others, or learn something else."""
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


def _strategy(strategy):
    """Returns a strategy by its name; for None the current one."""
    if strategy is None:
        return tf.distribute.get_strategy()
    return distribute.get(strategy) if isinstance(strategy, str) else strategy


def describe(plan: Plan) -> str:
    """Returns a few lines about a run: data, networks, steps, directory."""
    recipe, game, source = plan.recipe, plan.game, plan.source
    classes = f", {source.num_classes} classes" if recipe.takes_labels(game) else ""
    mirrored = ", each also mirrored" if recipe.mirror else ""
    replicas = game.distribute_strategy.num_replicas_in_sync
    epochs = math.ceil(recipe.steps / plan.steps_per_epoch)
    lines = {
        "recipe": f"{recipe.name}: {recipe.description}",
        "data": f"{source.num_examples:,} examples of {source.name}{classes}{mirrored}",
        "labels": classes and naming.labels(source.class_names),
        **game.describe(),
        "steps": f"{recipe.steps:,}, in {epochs:,} epochs of "
        f"{plan.steps_per_epoch:,}, batches of {recipe.batch_size}",
        "replicas": f"{replicas:,}" if replicas > 1 else None,
        "run directory": str(plan.run_dir),
        "init_from": plan.init_from,
    }
    shown = [f"{name:14} {value}" for name, value in lines.items() if value]
    about = filter(None, [recipe.shown_about(source)])
    return "\n".join([*shown, *plan.notes, *plan.lines, *about])


def _start_from(recipe, game, start):
    """Copies the weights of a model into a new one; returns lines about it."""
    old, path = start.game, start.path
    if not isinstance(old, type(game)):
        kinds = [type(model).__name__ for model in (old, game)]
        _compare(path, "the weights of a", *kinds)
    theirs, ours = recipe.traits(old), recipe.traits(game)
    if start.colors is not None and (start.colors != "same" or theirs != ours):
        return _transfer(old, game, start)
    advice = "" if theirs == ours else transfer.advice(old, game)
    for what in ours:
        _compare(f"{path}{advice}", what, theirs[what], ours[what])
    pairs = list(_networks(recipe, old, game))
    for theirs, ours in pairs:
        _compare_weights(path, theirs, ours)
    for theirs, ours in pairs:
        ours.set_weights(theirs.get_weights())
    game.notice = old.notice
    return ()


def _transfer(old, game, start):
    try:
        found = transfer.transfer(old, game, start.colors)
    except ValueError as error:
        raise ValueError(f"`init_from` ({start.path}): {error}") from None
    game.notice = old.notice
    return tuple(found.lines())


def _networks(recipe, old, new):
    """Yields pairs of networks; an average starts from the old one if there is one."""
    for player in recipe.players:
        yield getattr(old, player), getattr(new, player)
        before, average = (getattr(game, f"ema_{player}", None) for game in (old, new))
        if average is not None:
            yield getattr(old, player) if before is None else before, average


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
