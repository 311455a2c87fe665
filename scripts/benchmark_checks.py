"""Measures what the look at every batch costs a step.

    python scripts/benchmark_checks.py --recipe=mnist --pairs=10 --steps=200

Two games of a recipe take turns in one process: one looks at every batch, as all games
do, the other at none. What counts is the median ratio of blocks of steps that ran one
right after the other. Nothing else should run on the machine meanwhile.
"""

import os
import statistics
import time

from absl import app, flags

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# As the command `kgan` sets it.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

import keras
import numpy as np
import tensorflow as tf

import kgan

FLAGS = flags.FLAGS
flags.DEFINE_string("recipe", "mnist", "Whose step.")
flags.DEFINE_string("data_dir", None, "Where prepared data lie.")
flags.DEFINE_integer("pairs", 10, "Pairs of blocks.", lower_bound=1)
flags.DEFINE_integer("steps", 200, "Steps of a block.", lower_bound=1)


class Unchecked:
    """Stands in the place of `kgan.engine.every_batch.EveryBatch`."""

    def accept(self, batch, expected):
        return tf.no_op()

    def naming(self, function, where):
        return function


def build(recipe, source, looks):
    """Builds a game, and a function that plays a block and returns its seconds."""
    keras.utils.set_random_seed(0)
    game = recipe.make_game(source)
    if not looks:
        game._plain.every_batch = Unchecked()
    data = kgan.data.load(
        source, batch_size=recipe.batch_size, steps_per_epoch=FLAGS.steps
    )

    def play():
        begin = time.perf_counter()
        game.fit(data, verbose=0)
        return time.perf_counter() - begin

    play()  # traces
    return play


def main(argv: list) -> None:
    recipe = kgan.recipes.get(FLAGS.recipe)
    source = kgan.data.source(
        recipe.dataset, recipe.image_size, data_dir=FLAGS.data_dir
    )
    checked, unchecked = (build(recipe, source, looks) for looks in (True, False))
    ratios = []
    for pair in range(FLAGS.pairs):
        # Which one comes first takes turns as well.
        both = (checked, unchecked) if pair % 2 else (unchecked, checked)
        seconds = {play: play() for play in both}
        ratios.append(seconds[checked] / seconds[unchecked])
        print(
            f"{1000 * seconds[checked] / FLAGS.steps:.2f} ms a step with the look, "
            f"{1000 * seconds[unchecked] / FLAGS.steps:.2f} without: {ratios[-1]:.3f}"
        )
    low, high = np.quantile(ratios, [0.25, 0.75])
    print(
        f"{FLAGS.recipe}: median ratio {statistics.median(ratios):.3f}, half of the "
        f"{FLAGS.pairs} pairs between {low:.3f} and {high:.3f}."
    )


if __name__ == "__main__":
    app.run(main)
