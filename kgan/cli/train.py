"""Trains a GAN or another game and writes a run directory.

It holds the model, samples, metrics, checkpoints and logs for TensorBoard.

  kgan train                               the recipe `digits`
  kgan train --recipe=mnist --steps=2000   a recipe with another value
  kgan train --dataset=FOLDER              a folder or ZIP of images
  kgan train --dataset=FOLDER --init_from=MODEL   fine-tunes a StyleGAN2
  kgan train --recipe=ring --dry_run       only what would be done
  kgan train --resume=RUN                  a run that was stopped or killed
  kgan train --resume=RUN --steps=50000    a finished run, made longer
  kgan train --resume=RUN --dataset=FOLDER a run whose data were moved there
  kgan train --recipe=NAME --help          also the flags of the recipe's game
  kgan train --game=NAME --help            also the flags of a game
"""

import time

from kgan import distribute, recipes
from kgan.cli import flags
from kgan.core import modules
from kgan.data.registry import SIDE_OPTIONS
from kgan.games.translation import Translation
from kgan.models import style_transfer as transfer
from kgan.recipes import automatic, fine_tuning
from kgan.recipes.flag_types import Boolean, Choice, Text
from kgan.recipes.recipe import WINDOWS, of_game
from kgan.runs import directory, prepare, train
from kgan.tabular.gan import TabularGAN

_FIELDS = "Fields of every recipe (what is not given here is the recipe's)"
_WITH_RESUME = (
    "resume",
    "steps",
    "dataset",
    "data_dir",
    "allow_changed_data",
    "strategy",
    "import",
    "dry_run",
    "debug",
)


def define(values) -> None:
    """Declares the flags that every run has: its own, and fields of every recipe."""
    optional = Text(optional=True)
    for name, help in [
        ("recipe", "recipe to start from; see `kgan recipes`"),
        ("resume", "directory of a run to go on with, from its newest checkpoint"),
        ("data_dir", "where prepared data lie (default: $TFDS_DATA_DIR)"),
        ("run_dir", "directory to write, new or empty (default: runs/NAME-TIME)"),
        (
            "init_from",
            "run directory, .keras or .pkl file, or hf://USER/NAME whose weights the "
            "run starts from",
        ),
    ]:
        flags.define(values, name, optional, None, help)
    kind = Choice(transfer.COLORS)
    help = (
        "color channels of these weights: same; repeat, gray ones three times; mean, "
        "of three ones"
    )
    flags.define(values, "init_from_colors", kind, "same", help)
    kind, help = Choice(distribute.names()), "devices: " + ", ".join(distribute.names())
    flags.define(values, "strategy", kind, "auto", help)
    for name, help in [
        ("allow_changed_data", "go on where the data are not those of before"),
        ("dry_run", "say what would be done, and stop"),
    ]:
        flags.define(values, name, Boolean(), False, help)
    _define_fields(values, recipes.Recipe, _FIELDS)


def define_for(values, argv) -> None:
    """Declares the fields of the game that is asked for; by default a GAN's.

    Raises:
        ValueError: If the game or the recipe is unknown.
    """
    recipe, game = flags.peek(argv, "recipe"), flags.peek(argv, "game")
    if recipe is not None and game is None:
        game = recipes.get(recipe).game
    elif game is None:
        game = automatic.game_of(flags.peek(argv, "dataset"))
    section = flags.HIDDEN if game is None else f"Fields of the game {game}"
    game = game or "gan"
    _define_fields(values, of_game(game), section)
    for other, kind in recipes.games().items():
        for name, field in kind.flags().items():
            if name not in values:
                reason = f"belongs to the game {other}. Received the game {game}"
                flags.refuse(values, name, field.metadata["kind"], reason)


def _define_fields(values, game, section):
    for name, field in game.flags().items():
        if name not in values:
            kind, help = field.metadata["kind"], field.metadata["help"]
            flags.define(values, name, kind, None, help, section)


def run(values) -> None:
    """Prepares a run, prints what it will do, and trains."""
    if values.resume is not None:
        _check_resume(values)
    elif values.allow_changed_data:
        raise flags.UsageError("--allow_changed_data has a meaning with --resume alone")
    if values["init_from_colors"].present and values.init_from is None:
        raise flags.UsageError(
            "--init_from_colors has a meaning with --init_from alone"
        )
    # Before all else: several workers must find each other before TensorFlow starts.
    strategy = distribute.get(values.strategy)
    with distribute.naming_lost_workers():
        new = values.resume is None
        plan = _new(values, strategy) if new else _old(values, strategy)
    if values.dry_run:
        if not plan.finished:
            train.check(plan)
        shown = [] if plan.resumed else [*plan.recipe.to_flags(), ""]
        print("\n".join([*shown, prepare.describe(plan)]))
        return
    if plan.finished:
        print(f"{plan.run_dir} is finished, at step {plan.game.step:,}. {_more(plan)}")
        return
    if distribute.is_chief():
        print(prepare.describe(plan), flush=True)
    train.run(plan)
    if distribute.is_chief():
        print(f"Done: see {plan.run_dir}. {_more(plan)}")


def _more(plan):
    if isinstance(plan.game, Translation):
        return f"Translations: kgan translate --model={plan.run_dir} --input=FOLDER"
    if isinstance(plan.game, TabularGAN):
        return f"Rows: kgan generate --model={plan.run_dir} --output=rows.csv"
    return f"More samples: kgan generate --model={plan.run_dir}"


def _new(values, strategy):
    start = values.init_from and _start(values)
    recipe = _recipe(values, start, strategy)
    # The clocks of several workers differ.
    now = time.localtime(distribute.of_chief(time.time(), strategy))
    default = f"runs/{recipe.name}-{time.strftime('%Y%m%d-%H%M%S', now)}"
    run_dir = values.run_dir or default
    return prepare.prepare(recipe, run_dir, values.data_dir, start, strategy)


def _start(values):
    """Returns the model from whose weights a run starts.

    Without a recipe networks may have another size than those of a StyleGAN2.
    """
    game = directory.load_model(values.init_from)
    free = values["init_from_colors"].present or (
        not values.recipe and fine_tuning.fits(game)
    )
    colors = values.init_from_colors if free else None
    return prepare.Start(values.init_from, game, colors)


def _old(values, strategy):
    options = flags.chosen(values, "data_dir", "steps", "allow_changed_data", "dataset")
    imports = modules.anywhere(values[flags.IMPORT].value)
    return prepare.prepare_to_resume(
        values.resume, strategy=strategy, imports=imports, **options
    )


def _check_resume(values):
    for name in values:
        if values[name].present and name not in _WITH_RESUME:
            known = ", ".join(f"--{flag}" for flag in _WITH_RESUME[1:])
            raise flags.UsageError(
                f"--{name} cannot be given with --resume, which takes all from the "
                f"run's recipe.json but {known}"
            )


def _recipe(values, start, strategy):
    fields = {name for kind in recipes.games().values() for name in kind.flags()}
    overrides = flags.given(values, fields)
    if values[flags.IMPORT].value:
        overrides["imports"] = modules.anywhere(values[flags.IMPORT].value)
    dataset = overrides.get("dataset", "digits")
    conditional = overrides.get("conditional", False)
    if values.recipe in automatic.ADAPTED:
        adapt = automatic.ADAPTED[values.recipe]
        dataset = overrides.get("dataset", "photos")
        base, reasons = adapt(dataset, conditional, overrides)
    elif values.recipe:
        base, reasons = recipes.get(values.recipe), []
    elif start and values.game in (None, "gan") and fine_tuning.fits(start.game):
        base, reasons = _fine_tuned(values, start.game, overrides, strategy)
    elif dataset in recipes.names() and values.game in (None, "gan"):
        base, reasons = recipes.get(dataset), []
    else:
        options, size = _options(overrides), values.image_size
        base, reasons = automatic.choose(
            dataset, values.data_dir, values.game, size, options, conditional, overrides
        )
    if reasons:
        print("\n".join(reasons), flush=True)
    return base.override(**overrides)


def _options(overrides):
    """Returns the options of `kgan.data.source` among what was given."""
    names = (*WINDOWS, *SIDE_OPTIONS)
    return {name: overrides[name] for name in names if overrides.get(name) is not None}


def _fine_tuned(values, game, overrides, strategy):
    if "dataset" not in overrides:
        raise flags.UsageError("--dataset must name the images to fine-tune on")
    return fine_tuning.choose(
        game,
        values.dataset,
        overrides,
        values.data_dir,
        _options(overrides),
        strategy.num_replicas_in_sync,
    )
