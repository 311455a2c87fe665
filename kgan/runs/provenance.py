"""What a run's directory records about the model in it."""

import dataclasses
import pathlib
import warnings

from kgan.callbacks import logging
from kgan.export import Provenance
from kgan.games import exported
from kgan.metrics import Evaluation
from kgan.runs import data_identity, directory, resume

# What says how fast a run was, or what its schedule did, not what it reached.
_NO_FIGURES = ("epoch", "step", "_seconds", "_per_second", "_learning_rate")


def name_of(path):
    """Returns the recipe's name for a run directory or `.keras` file, or the file's."""
    recipe = _recipe(_run_dir(path))
    if recipe is not None:
        return recipe.name
    path = pathlib.Path(path).resolve()
    return path.parent.name if exported.find(path) == path else path.stem


def dataset_of(path):
    """Returns the data set of a run directory or `.keras` file, or None."""
    recipe = _recipe(_run_dir(path))
    return recipe and recipe.dataset


def windows_of(path):
    """Returns how a run scaled images of 16 or 32 bits, as `Source.windows`."""
    run_dir = _run_dir(path)
    return {} if run_dir is None else resume.read_windows(run_dir)


def changed_data(path, source):
    """Describes how a run's data have changed since it was trained; "" if not.

    `path` is a run directory or `.keras` file, `source` the data as they are now. A
    `data.json` that cannot be read is a warning.
    """
    run_dir = _run_dir(path)
    if run_dir is None:
        return ""
    return _warned(data_identity.changes, run_dir, source) or ""


def classes_of(path):
    """Returns the names of a model's classes, as its run knows them, or None.

    The name at index i is that of label i. A `data.json` that cannot be read is a
    warning.
    """
    run_dir = _run_dir(path)
    found = None if run_dir is None else _warned(data_identity.read, run_dir)
    names = (found or {}).get("classes")
    return names if isinstance(names, list) else None


def metrics_of(path):
    """Returns the path of `metrics.csv` for a run directory or `.keras` file."""
    run_dir = _run_dir(path)
    found = run_dir and run_dir / directory.METRICS
    return found if found and found.is_file() else None


def provenance(path, step, license=None):
    """Collects what a run's directory records about its model: a `Provenance`.

    Args:
        path: A run directory, or a `.keras` file in one or elsewhere.
        step: The model's number of rounds, of which figures are collected.
        license: Under what terms the model may be used, or None.
    """
    run_dir = _run_dir(path)
    recipe = _recipe(run_dir)
    if recipe is None:
        return Provenance(license=license)
    # Of a folder the name alone: where it lies is nobody's business but its owner's.
    data = pathlib.PurePath(recipe.dataset).name
    settings = {**dataclasses.asdict(recipe), "dataset": data}
    results = settings.pop("results")
    command = results.pop("command", None)
    made = f", by `{command}`" if command else ""
    epoch = f"`{directory.METRICS}` of the run: means of the epoch that ended at step"
    figures = {
        f"{epoch} {step:,}": _metrics(run_dir / directory.METRICS, step),
        f"Measured at step {step:,}, by `kgan evaluate`": _measured(
            run_dir, step, recipe
        ),
        f"The recipe's own, measured once on another run{made}": results,
    }
    found = tuple((source, values) for source, values in figures.items() if values)
    return Provenance(recipe.name, data, settings, found, license)


def _run_dir(path):
    path = pathlib.Path(path)
    folder = path
    if path.parent.name == directory.CHECKPOINTS:
        folder = path.parent.parent
    elif path.name == directory.MODEL:
        folder = path.parent
    return folder if (folder / directory.RECIPE).is_file() else None


def _warned(read, *args):
    """Returns what `read` does, or warns and returns None: no figure needs it."""
    try:
        return read(*args)
    except ValueError as error:
        warnings.warn(str(error), stacklevel=3)
        return None


def _recipe(run_dir):
    if run_dir is None:
        return None
    return resume.read_recipe(run_dir)


def _measured(run_dir, step, recipe):
    """Reads what `kgan evaluate` found of the model that is exported."""
    path = run_dir / directory.EVALUATION / directory.FIGURES
    if not path.is_file():
        return {}
    try:
        evaluation = Evaluation.from_json(path.read_text("utf-8"))
    except (ValueError, TypeError, KeyError):
        return {}  # half a file, or another's
    asked = {
        "step": step,
        "truncation": 1.0,
        "dataset": recipe.dataset,
        "generator": "averaged weights" if recipe.has_average else "raw weights",
    }
    return {
        m.metric: float(f"{m.value:.4g}")
        for m in evaluation.measurements
        if asked.items() <= m.provenance.items()
    }


def _metrics(path, step):
    rows = [row for row in logging.read_metrics(path) if int(row["step"]) == step]
    return {
        name: float(value)
        for name, value in (rows[-1] if rows else {}).items()
        if value and not name.endswith(_NO_FIGURES)
    }
