"""The directory of a run: its files, and the model it holds.

runs/NAME-TIME/
  recipe.json    the recipe, all values resolved
  data.json      what tells its data from others
  columns.json   of a table: kinds of its columns, and how they are coded
  gan.keras      the trained model; none before training has ended
  metrics.csv    one line an epoch
  checkpoints/   the newest models on the way, and the best if one is asked for
  samples/       pictures, and a GIF of all of them
  logs/          for TensorBoard
  .lock          while a process writes there
  evaluation/    figures and a page, after `kgan evaluate`
"""

import contextlib
import os
import pathlib

import keras

from kgan.callbacks import checkpoints
from kgan.core import modules
from kgan.core.atomic_files import leftovers, write_atomically
from kgan.engine.interface import Interface
from kgan.export import hub
from kgan.games import exported
from kgan.published.stylegan2 import load_stylegan2
from kgan.published.translators import load_translation
from kgan.recipes.options.tabular import COLUMNS as COLUMNS
from kgan.runs import lock

RECIPE = "recipe.json"
DATA = "data.json"
MODEL = "gan.keras"
METRICS = "metrics.csv"
CHECKPOINTS = "checkpoints"
SAMPLES = "samples"
LOGS = "logs"
FIRST = f"{CHECKPOINTS}/step-00000000.keras"  # of a run with given weights
EVALUATION = "evaluation"
FIGURES = "evaluation.json"

_PUBLISHED = {".pkl": load_stylegan2, ".pth": load_translation}


def check_free(run_dir: pathlib.Path) -> None:
    """Raises FileExistsError if a run directory is neither new nor empty.

    A run has begun when its `recipe.json` is written. What a process that was killed
    before leaves behind, beside its lock, does not count.
    """
    if run_dir.is_dir():
        kept = run_dir / CHECKPOINTS
        left = {run_dir / lock.NAME, *leftovers(run_dir)}
        if (run_dir / lock.NAME).exists():  # else a data.json may be anyone's
            left |= {*_first(run_dir), kept, *leftovers(kept)}
        taken = {*run_dir.iterdir(), *kept.glob("*")} - left
    else:
        taken = run_dir.exists()
    if taken:
        raise FileExistsError(f"`run_dir` must be new or empty. Received: {run_dir}")


def clear(run_dir: pathlib.Path) -> None:
    """Removes what is written before `recipe.json`, of a run that has not begun."""
    for path in _first(run_dir):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it is not empty, or there is none
        (run_dir / CHECKPOINTS).rmdir()


def _first(run_dir):
    return [run_dir / name for name in (DATA, COLUMNS, FIRST)]


def save(game: keras.Model, path: str | os.PathLike) -> None:
    """Writes a `.keras` file that is either whole or not there."""
    write_atomically(path, game.save, durable=True)


def tidy(run_dir: pathlib.Path, step: int) -> None:
    """Removes half-written files, and renames checkpoints of later steps.

    A run that goes on at `step` could not read those.
    """
    for directory in (run_dir, run_dir / CHECKPOINTS, run_dir / SAMPLES):
        for path in leftovers(directory):
            path.unlink()
    for path in checkpoints.steps(run_dir / CHECKPOINTS):
        if checkpoints.step_of(path) > step:
            path.rename(path.with_suffix(".damaged"))


def find_model(path: str | os.PathLike) -> pathlib.Path:
    """Returns the file of a model.

    Args:
        path: A `.keras` file, or a folder with what is in one; a run directory, for its
            `gan.keras` or else its newest checkpoint; the `.pkl` file of a published
            StyleGAN2 or the `.pth` file of a published translator; or `hf://user/name`,
            which is fetched from the Hugging Face Hub.

    Raises:
        FileNotFoundError: If there is no such file, or no model in the directory.
        OSError: If the Hub does not answer.
        ValueError: If it is the folder of an exported model.
    """
    path = hub.fetch(str(path)) if hub.is_address(path) else pathlib.Path(path)
    if (path / hub.CONFIG).is_file():
        return path
    candidates = [path]
    if path.is_dir():
        candidates = [path / MODEL, *reversed(checkpoints.steps(path / CHECKPOINTS))]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    if folder := exported.find(path):
        file = pathlib.Path(f"{folder.parent}.keras")
        here = f", here {file}" if file.is_file() else ""
        raise ValueError(
            "A model must be a .keras file or a run directory where it does more than "
            f"generate{here}. Received: the exported model {path}"
        )
    raise FileNotFoundError(
        f"A model must be a .keras file or a run directory that holds {MODEL} or "
        f"{CHECKPOINTS}. Received: {path}"
    )


def load_model(path: str | os.PathLike) -> keras.Model:
    """Loads the model that `find_model` finds, as Keras' `safe_mode` allows it.

    Of `.pkl` and `.pth` files nothing is executed; see `kgan.models.load_stylegan2` and
    `kgan.models.load_translator`.

    Raises:
        FileNotFoundError: If there is no such file, or no model in the directory.
        ValueError: If the file holds no game.
    """
    file = find_model(path)
    shown = path if hub.is_address(path) else file
    if file.suffix in _PUBLISHED and file.is_file():
        return _PUBLISHED[file.suffix](file)
    if file.suffix != ".keras" and file.is_file():
        raise ValueError(
            "A model must be a .keras file, StyleGAN2's .pkl, or the .pth of a "
            f"translator. Received: {file}"
        )
    try:
        game = keras.models.load_model(file)
    except (ValueError, TypeError, KeyError, OSError) as error:
        reason = modules.missing(error) or str(error).strip().partition("\n")[0]
        raise ValueError(f"{shown} cannot be loaded as a model: {reason}") from error
    if not isinstance(game, Interface):
        kind = type(game).__name__
        raise ValueError(
            f"{shown} must hold a game, such as kgan.GAN. Received: a {kind}"
        )
    return game


def load_generator(path: str | os.PathLike) -> Interface:
    """Loads what only has to generate: a game as `load_model`, or an exported model."""
    folder = exported.find(path)
    return load_model(path) if folder is None else exported.load(folder)
