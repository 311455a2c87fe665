"""The directory of a run: its files, its checkpoints, and the model it holds.

runs/NAME-TIME/
  recipe.json    the recipe, all values resolved
  gan.keras      the trained model
  metrics.csv    one line an epoch
  checkpoints/   the newest models on the way
  samples/       pictures, and a GIF of all of them
  logs/          for TensorBoard
"""

import csv
import os
import pathlib

import keras
import numpy as np

from kgan.callbacks.files import write_atomically
from kgan.gan import GAN

RECIPE = "recipe.json"
MODEL = "gan.keras"
METRICS = "metrics.csv"
CHECKPOINTS = "checkpoints"
SAMPLES = "samples"
LOGS = "logs"


def check_free(run_dir: pathlib.Path) -> None:
    """Refuses a run directory that holds something.

    Raises:
        FileExistsError: If it is neither new nor an empty directory.
    """
    if run_dir.exists() and (not run_dir.is_dir() or any(run_dir.iterdir())):
        raise FileExistsError(f"`run_dir` must be new or empty. Received: {run_dir}")


def save(gan: GAN, path: str | os.PathLike) -> None:
    """Writes a `.keras` file that is either whole or not there."""
    write_atomically(path, gan.save)


def find_model(path: str | os.PathLike) -> pathlib.Path:
    """Finds the file of a model.

    Args:
        path: A `.keras` file, or a run directory: it gives its `gan.keras`, or where
            the run did not come so far, its newest checkpoint.

    Raises:
        FileNotFoundError: If there is no such file, or no model in the directory.
    """
    path = pathlib.Path(path)
    candidates = [path]
    if path.is_dir():
        candidates = [path / MODEL, *reversed(_checkpoints(path / CHECKPOINTS))]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(
        f"A model must be a .keras file or a run directory that holds {MODEL} or "
        f"{CHECKPOINTS}. Received: {path}"
    )


def load_model(path: str | os.PathLike) -> GAN:
    """Loads a model from a run directory or a `.keras` file, as `find_model` finds it.

    Raises:
        FileNotFoundError: If there is no such file, or no model in the directory.
        ValueError: If the file holds no GAN.
    """
    file = find_model(path)
    if file.suffix != ".keras":
        raise ValueError(f"A model must be a .keras file. Received: {file}")
    try:
        gan = keras.models.load_model(file)
    except (ValueError, TypeError, KeyError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ValueError(f"{file} cannot be loaded as a model: {reason}") from error
    if not isinstance(gan, GAN):
        kind = type(gan).__name__
        raise ValueError(f"{file} must hold a kgan.GAN. Received: a {kind}")
    return gan


class Checkpoints(keras.callbacks.Callback):
    """Saves the model after each epoch, and keeps the newest files.

    Each file is a whole model, both optimizers included: `keras.models.load_model` and
    `fit` go on from it. A file is complete or absent, whenever the run is stopped, and
    a model whose logs are NaN or infinite does not take the place of a sound one.

    Args:
        directory: Where `step-NNNNNNNN.keras` go; made with the first one.
        keep: Number of files that stay.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[kgan.runs.Checkpoints("checkpoints/")])
        ```
    """

    async_safe = True

    def __init__(self, directory, keep=3):
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.keep = keep

    def on_epoch_end(self, epoch, logs=None):
        """Saves the model, then removes the oldest files."""
        if not np.all(np.isfinite(list((logs or {}).values()))):
            return
        save(self.model, self.directory / f"step-{self.model.step:08d}.keras")
        for path in _checkpoints(self.directory)[: -self.keep]:
            path.unlink()


class Metrics(keras.callbacks.Callback):
    """Writes what is logged as CSV, a line an epoch, the step among it.

    `keras.callbacks.CSVLogger` keeps its file open when a run is interrupted, knows no
    key that comes after the first epoch, and adds empty columns for a validation.

    Args:
        path: The file; written whole after each epoch.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[kgan.runs.Metrics("metrics.csv")])
        ```
    """

    async_safe = True

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)
        self.rows = []

    def on_epoch_end(self, epoch, logs=None):
        """Adds a line."""
        self.rows.append({"epoch": epoch, "step": self.model.step, **(logs or {})})
        write_atomically(self.path, self._write)

    def _write(self, path):
        keys = dict.fromkeys(key for row in self.rows for key in row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, keys)
            writer.writeheader()
            writer.writerows(self.rows)


def _checkpoints(directory):
    """Lists checkpoints from the oldest to the newest; names sort by step."""
    return sorted(directory.glob("step-*.keras"))
