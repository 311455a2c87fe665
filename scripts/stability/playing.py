"""Trains one toy game and measures what it has found."""

import json
import os
import pathlib
import time

import numpy as np

SAMPLES = 2_500  # of the literature: Srivastava et al. (2017), section 5.1


def one_thread() -> None:
    """Keeps a process to one core, and quiet, before TensorFlow starts."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def result_path(folder: str, dataset: str, method: str, seed: int) -> pathlib.Path:
    """Returns the file of a game's figures."""
    return pathlib.Path(folder) / f"{dataset}-{method.replace(' ', '_')}-{seed}.json"


def check_steps(games: list) -> None:
    """Raises for a folder that holds results of another number of steps.

    Raises:
        ValueError: If one does.
    """
    from stability.methods import methods

    for dataset, method, seed, folder, steps in games:
        path = result_path(folder, dataset, method, seed)
        steps = steps or methods(dataset)[method].steps
        if path.exists() and (there := json.loads(path.read_text())["steps"]) != steps:
            raise ValueError(
                f"{path} is of {there} steps, not {steps}: choose another --output."
            )


def play(dataset: str, method: str, seed: int, folder: str, steps: int | None) -> str:
    """Plays a game, if its result does not lie there yet.

    Args:
        dataset: "ring" or "grid".
        method: A name of `stability.methods.methods`.
        seed: Seed of the game.
        folder: Where a JSON file of figures and an array of samples are written.
        steps: Rounds; None for the recipe's.

    Returns:
        One line about it.
    """
    path = result_path(folder, dataset, method, seed)
    if path.exists():
        return f"{path.stem}: is there"
    from stability.methods import methods

    recipe = methods(dataset)[method].override(seed=seed, jit_compile=True)
    recipe = recipe.override(steps=steps or recipe.steps)
    started = time.perf_counter()
    gan, source = _train(recipe)
    figures = {
        "dataset": dataset,
        "method": method,
        "seed": seed,
        "steps": recipe.steps,
        "seconds": round(time.perf_counter() - started, 1),
    }
    for kind, averaged in (("raw", False), ("averaged", True)):
        points = gan.generate(SAMPLES, seed=seed + 1, averaged=averaged)
        figures[kind] = _measure(points, source)
        np.save(path.with_suffix(f".{kind}.npy"), points)
    path.write_text(json.dumps(figures, indent=1))
    return f"{path.stem}: {figures['averaged']} in {figures['seconds']} s"


def play_one(game: tuple) -> str:
    """Plays a game from the arguments of `play`, as a pool of processes gives them."""
    return play(*game)


def _train(recipe):
    import tensorflow as tf

    import kgan
    from kgan.runs import prepare

    source = kgan.data.source(recipe.dataset)
    steps = next(n for n in (100, 50, 10, 1) if recipe.steps % n == 0)
    recipe = recipe.override(steps_per_execution=steps)
    gan = prepare.build(recipe, source, tf.distribute.get_strategy())
    data = kgan.data.load(
        source,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        steps_per_epoch=recipe.steps * recipe.discriminator_steps,
    )
    gan.fit(data, verbose=0)
    return gan, source


def _measure(points, source):
    from kgan.metrics.mode_coverage import mode_coverage

    if not np.isfinite(points).all():
        return {"diverged": True}
    return mode_coverage(points, source.centers, source.stddev)
