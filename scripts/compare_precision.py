"""Trains one recipe in float32, bfloat16 and float16, and compares.

    python scripts/compare_precision.py --recipe=mnist --steps=300

Prints a Markdown table, a column for each precision: the means of what was logged over
the last third of the steps, how many updates float16 skipped because a gradient
overflowed, and its loss scales at the end. The runs differ in nothing but precision.
"""

import argparse
import json
import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from kgan import recipes
from kgan.runs import prepare

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
KEYS = ("d_loss", "g_loss", "d_real", "d_fake", "d_accuracy")


class EachStep(keras.callbacks.Callback):
    """Keeps what each step logs by itself, not its mean with those before."""

    def __init__(self):
        super().__init__()
        self.rows = []

    def on_train_batch_begin(self, batch, logs=None):
        """Starts the means anew."""
        self.model.reset_metrics()

    def on_train_batch_end(self, batch, logs=None):
        """Keeps a row."""
        self.rows.append([float(logs[key]) for key in KEYS])


def measure(recipe: recipes.Recipe, data_dir: str | None) -> dict:
    """Trains once; gives figures by name."""
    with tempfile.TemporaryDirectory() as scratch:
        plan = prepare.prepare(recipe, f"{scratch}/run", data_dir)
    gan, each = plan.game, EachStep()
    gan.fit(plan.load(), callbacks=[each], verbose=0)
    late = np.mean(each.rows[-(recipe.steps // 3) :], axis=0)
    figures = {key: f"{value:.3f}" for key, value in zip(KEYS, late, strict=True)}
    players = {"G": gan.generator_optimizer, "D": gan.discriminator_optimizer}
    for name, optimizer in players.items():
        scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        inner = optimizer.inner_optimizer if scaled else optimizer
        skipped = recipe.steps - int(inner.iterations.numpy())
        scale = float(optimizer.dynamic_scale.numpy()) if scaled else 1.0
        figures[f"updates of {name} skipped"] = f"{skipped}"
        figures[f"loss scale of {name}"] = f"{scale:g}"
    return figures


def table(columns: dict) -> str:
    """Writes dictionaries of figures as the columns of a Markdown table."""
    rows = [["", *columns], ["---"] * (len(columns) + 1)]
    for name in next(iter(columns.values())):
        rows.append([name, *(figures[name] for figures in columns.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Trains three times and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="mnist")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument(
        "--model_options",
        type=json.loads,
        default={},
        help="instead of the recipe's: a processor without bfloat16 is slow in it",
    )
    parser.add_argument("--data_dir")
    arguments = parser.parse_args()
    recipe = recipes.get(arguments.recipe)
    recipe = recipe.override(
        model_options={**recipe.model_options, **arguments.model_options},
        steps=arguments.steps,
        sample_every=arguments.steps,
        discriminator_steps=1,
    )
    columns = {
        precision: measure(recipe.override(precision=precision), arguments.data_dir)
        for precision in PRECISIONS
    }
    print(table(columns))


if __name__ == "__main__":
    main()
