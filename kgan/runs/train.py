"""From a recipe to a run directory: what `kgan train` calls.

A run is prepared (`prepare`), opens its `directory`, and is played to its last step
(`epochs`).
"""

import contextlib
import itertools
import os

import keras
import tensorflow as tf

from kgan import callbacks, distribute
from kgan.callbacks import logging
from kgan.core import registry
from kgan.core.atomic_files import write_atomically
from kgan.engine import feeding
from kgan.engine.game import Game
from kgan.recipes import Recipe
from kgan.runs import data_identity, data_place, epochs, interrupts, lock, prepare
from kgan.runs import directory as runs
from kgan.runs import resume as resuming
from kgan.runs.prepare import Plan
from kgan.runs.prepare import Start as Start


def train(
    recipe: Recipe,
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    init_from: str | os.PathLike | Start | None = None,
    verbose: str | int = "auto",
    strategy: str | tf.distribute.Strategy | None = None,
) -> keras.Model:
    """Trains a recipe, writes a run directory, and returns the trained model.

    The model is also saved there as `gan.keras`.

    Args:
        recipe: What to train.
        run_dir: A directory that is new or empty.
        data_dir: Where prepared data lie.
        init_from: Run directory, `.keras` file or StyleGAN2's `.pkl` file whose weights
            the run starts from; a `Start` where they are of another size.
        verbose: What is shown: 0, nothing; 2, a line an epoch; "auto" or 1, in a
            terminal or a notebook also that of a `kgan.callbacks.ProgressLine`.
        strategy: On which devices: a strategy, or one of `kgan.distribute.names()`.
            None: the strategy in whose scope this is called.

    Raises:
        ValueError: If the recipe does not fit the data, or weights do not fit the
            networks. Nothing is written then.
        FileExistsError: If `run_dir` holds something.
        FloatingPointError: If training stopped because it had failed.
        OSError: If another process writes `run_dir`, nothing can be written there, the
            last state could not be saved, or another worker is gone.
        KeyboardInterrupt: After Ctrl-C or SIGTERM, when a checkpoint was written.

    Example:
        ```python
        recipe = kgan.recipes.get("digits").override(steps=500)
        gan = kgan.training.train(recipe, "runs/first")
        ```
    """
    return run(prepare.prepare(recipe, run_dir, data_dir, init_from, strategy), verbose)


def resume(
    run_dir: str | os.PathLike,
    data_dir: str | None = None,
    steps: int | None = None,
    verbose: str | int = "auto",
    strategy: str | tf.distribute.Strategy | None = None,
    allow_changed_data: bool = False,
    dataset: str | None = None,
) -> keras.Model:
    """Goes on with a run that was stopped or killed, or makes a finished one longer.

    It goes on from the newest checkpoint that can be read, and returns the trained
    model, with the weights of a run that was never stopped: bit for bit on a CPU.

    Args:
        run_dir: The directory that `train` wrote.
        data_dir: Where prepared data lie.
        steps: Rounds of the game when it ends. None: as many as before.
        verbose: As in `train`.
        strategy: As in `train`; it may be another one than before.
        allow_changed_data: Whether to go on where the data are not those that the run
            began with: other files, sizes of files, or versions.
        dataset: Where the data are now, if they were moved: a folder, a ZIP, or as the
            recipe's. None: where they were, or where they were beside the run.

    Raises:
        FileNotFoundError: If `run_dir` is no directory of a run.
        ValueError: If a checkpoint is of another recipe, or the data have changed or
            are not found.
        OSError: If no checkpoint can be read; and as `train`.

    Example:
        ```python
        gan = kgan.training.resume("runs/first", steps=1000)
        ```
    """
    plan = prepare.prepare_to_resume(
        run_dir, data_dir, steps, strategy, allow_changed_data, dataset
    )
    return run(plan, verbose)


def run(plan: Plan, verbose: str | int = "auto") -> keras.Model:
    """Runs a prepared run; see `train`."""
    if plan.finished:
        return plan.game
    advice = f"Start all of them again with: kgan train --resume={plan.run_dir}"
    with distribute.naming_lost_workers(advice):
        _check_start(plan)
        _run(plan, verbose)
        # A chief that still writes would miss those who left.
        distribute.wait_for_all(plan.game.distribute_strategy)
    return plan.game


def check(plan: Plan) -> list:
    """Raises what `run` would before its first step; writes nothing.

    Real examples are not yet measured. It returns the callbacks that look after the
    game.
    """
    if distribute.is_chief():
        lock.check_writable(plan.run_dir)
        _checkpoints(plan).read_best()
    game, recipe = plan.game, plan.recipe
    if isinstance(game, Game):  # others look at their data themselves
        first = plan.load(batches=recipe.batches_a_round)
        feeding.prepare(game, first, None, None, {})
    guards = _guards(plan)
    known = list(game.get_metrics_result())
    for guard in guards:
        guard.set_model(game)
        known += guard.check(game) if hasattr(guard, "check") else []
    if recipe.best is not None:
        expected = "`best` must be a key of the metrics, one of"
        registry.check_known(expected, recipe.best, known)
    return guards


def _run(plan, verbose):
    writes = distribute.is_chief()
    guards = check(plan)  # refuses what does not fit before anything is written
    for guard in guards:
        if isinstance(guard, callbacks.EvaluateGenerator):
            guard.prepare(plan.game)
    with lock.held(plan.run_dir) if writes else contextlib.nullcontext():
        _run_alone(plan, guards, writes, verbose)


def _run_alone(plan, guards, writes, verbose):
    checkpoints = _checkpoints(plan)
    if writes:
        checkpoints.read_best()
        _open(plan)
    watchers = [*guards, *(_writers(plan, checkpoints) if writes else [])]
    try:
        _play(plan, watchers, verbose if writes else 0)
    except interrupts.Stopped as stopped:
        saved = checkpoints.save() if writes else None
        distribute.wait_for_all(plan.game.distribute_strategy)
        raise interrupts.Stopped(_goodbye(plan, saved), stopped.number) from None
    for guard in guards:
        if getattr(guard, "reason", None):
            raise FloatingPointError(guard.reason)
    if writes:
        _save(plan)


def _play(plan, watchers, verbose):
    """Plays until the last step or a signal."""
    recipe = plan.recipe
    measured = (each.names for each in watchers if hasattr(each, "names"))
    first = filter(None, [recipe.best, *itertools.chain(*measured)])
    progress = callbacks.ProgressLine(recipe.steps, first)
    with interrupts.Stop() as stop, contextlib.closing(progress):
        agreed = distribute.agreed(stop, plan.game.distribute_strategy)
        # After those that act between two steps: what is due is done before.
        watchers = [*watchers, interrupts.StopBetweenSteps(agreed), progress]
        epochs.play(
            plan.game,
            plan.load,
            recipe.steps,
            plan.steps_per_epoch,
            watchers,
            verbose,
            recipe.batches_a_round,
        )


def _check_start(plan):
    """Checks that all workers start at one step: else they wait for each other."""
    distribute.check_equal(
        "The step to go on from",
        plan.game.step,
        f"Each must see the same files in {plan.run_dir}.",
        plan.game.distribute_strategy,
    )


def _open(plan):
    """Writes what a run begins with; tidies the directory of a resumed one."""
    run_dir = plan.run_dir
    if plan.resumed:
        resuming.check_newest(plan.game, run_dir)
    else:
        runs.check_free(run_dir)
    try:
        _write_first(plan)
    except OSError as error:
        raise OSError(f"{run_dir} could not be written: {error}") from error
    finally:
        if not (run_dir / runs.RECIPE).exists():
            runs.clear(run_dir)


def _write_first(plan):
    run_dir = plan.run_dir
    if plan.resumed:
        runs.tidy(run_dir, plan.game.step)
    else:
        runs.clear(run_dir)
    places = data_place.record(run_dir, plan.recipe.dataset, plan.source)
    data_identity.write(run_dir, plan.source, places)
    for name, text in plan.recipe.files(plan.source).items():
        _write(run_dir / name, text)
    if plan.init_from is not None:
        # Without the first weights the run could not start again.
        runs.save(plan.game, run_dir / runs.FIRST)
    # Last: with it the run has begun.
    _write(run_dir / runs.RECIPE, plan.recipe.to_json())
    (run_dir / runs.MODEL).unlink(missing_ok=True)


def _write(path, text):
    write_atomically(path, lambda name: name.write_text(text, "utf-8"), durable=True)


# What became of the last state: by what `save` gave, None where it was not called.
_SAVED = {
    True: "a checkpoint was written",
    False: "its state could not be saved",
    None: "the chief writes the checkpoint",
}


def _goodbye(plan, saved):
    return (
        f"stopped at step {plan.game.step} of {plan.recipe.steps}; {_SAVED[saved]}. "
        f"Go on with: kgan train --resume={plan.run_dir}"
    )


def _save(plan):
    path = plan.run_dir / runs.MODEL
    try:
        runs.save(plan.game, path)
    except OSError as error:
        raise OSError(
            f"{path} could not be written: {error}. The last checkpoint holds the same "
            f"model. To try again: kgan train --resume={plan.run_dir}"
        ) from error


def _guards(plan):
    """Returns the callbacks that look after the game, on every worker alike."""
    recipe = plan.recipe
    guards = [callbacks.Throughput(recipe.batch_size), callbacks.LearningRates()]
    if recipe.on_collapse != "none":
        guards.append(callbacks.CollapseWatch(plan.load(), action=recipe.on_collapse))
    if recipe.metrics:
        evaluation = callbacks.EvaluateGenerator(
            recipe.metrics,
            plan.source,
            every=recipe.evaluate_every or "epoch",
            num_images=recipe.evaluate_images,
        )
        guards.append(evaluation)
    return [*guards, callbacks.TerminateOnNaN()]


def _checkpoints(plan):
    recipe = plan.recipe
    return callbacks.Checkpoints(
        plan.run_dir / runs.CHECKPOINTS,
        every=recipe.checkpoint_every,
        best=recipe.best,
        mode=recipe.best_mode,
    )


def _writers(plan, checkpoints):
    """Returns the callbacks that write into the run directory, the chief's alone."""
    text = f"```json\n{plan.recipe.to_json()}```"
    return [
        *_pictures(plan),
        # Before the checkpoint: a run that is killed between them plays the epoch
        # again, and no line is missing.
        logging.Metrics(plan.run_dir / runs.METRICS),
        logging.Board(plan.run_dir / runs.LOGS, text),
        checkpoints,
    ]


def _pictures(plan):
    """Returns the callbacks that draw what `Recipe.pictures` names."""
    kind = plan.recipe.pictures(plan.game)
    directory, log_dir = plan.run_dir / runs.SAMPLES, plan.run_dir / runs.LOGS
    if kind is None:
        return []
    if kind == "samples":
        shown = plan.recipe.shown_data(plan.source)
        return [callbacks.SampleGrid(directory, log_dir=log_dir, examples=shown)]
    # Of the averaged weights, as in `kgan generate`: they are what the run is for.
    plots = [
        callbacks.DensityPlot(directory, plan.source, averaged=True, log_dir=log_dir)
    ]
    if plan.source.shape == (1,):
        # Data of its own: an iteration more would move the run's data on.
        data = plan.load()
        path = plan.run_dir / "four_panels.png"
        start = plan.recipe.steps // 25  # p_g has come near, as in the paper's figure
        plots.append(
            callbacks.FourPanels(path, plan.source, data, start=start, averaged=True)
        )
    return plots
