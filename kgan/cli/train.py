"""Trains a GAN and writes a run directory.

It holds the model, samples, metrics, checkpoints and logs for TensorBoard.

  kgan train                               the recipe `digits`
  kgan train --recipe=mnist --steps=2000   a recipe with another value
  kgan train --dataset=FOLDER              a folder of images
  kgan train --recipe=ring --dry_run       only what would be done
"""

import sys
import time

from kgan import recipes, training
from kgan.cli import flags
from kgan.recipes import automatic
from kgan.recipes.fields import Boolean, Text

_FIELDS = "Fields of the recipe, which gives what is not given here"


def define(values) -> None:
    """Declares the flags: what a run needs, then each field of a recipe."""
    optional = Text(optional=True)
    for name, help in [
        ("recipe", "recipe to start from; see `kgan recipes`"),
        ("data_dir", "where prepared data lie (default: $TFDS_DATA_DIR)"),
        ("run_dir", "directory to write, new or empty (default: runs/NAME-TIME)"),
        ("init_from", "run directory or .keras file whose weights the run starts from"),
    ]:
        flags.define(values, name, optional, None, help)
    flags.define(
        values, "dry_run", Boolean(), False, "say what would be done, and stop"
    )
    for name, field in recipes.Recipe.flags().items():
        kind, help = field.metadata["kind"], field.metadata["help"]
        flags.define(values, name, kind, None, help, _FIELDS)


def run(values) -> None:
    """Chooses the recipe, then trains."""
    recipe = _recipe(values)
    default = f"runs/{recipe.name}-{time.strftime('%Y%m%d-%H%M%S')}"
    run_dir = values.run_dir or default
    plan = training.prepare(recipe, run_dir, values.data_dir, values.init_from)
    if values.dry_run:
        print("\n".join([*plan.recipe.to_flags(), "", training.describe(plan)]))
        return
    print(training.describe(plan), flush=True)
    # A progress bar in a file would be a line of thousands of characters.
    training.run(plan, verbose=1 if sys.stdout.isatty() else 2)
    print(f"Done: see {run_dir}. More samples: kgan generate --model={run_dir}")


def _recipe(values):
    overrides = flags.given(values, recipes.Recipe.flags())
    dataset = overrides.get("dataset", "digits")
    if values.recipe:
        base = recipes.get(values.recipe)
    elif dataset in recipes.names():
        base = recipes.get(dataset)
    else:
        base, reasons = automatic.choose(dataset, values.data_dir)
        print("\n".join(reasons), flush=True)
    return base.override(**overrides)
