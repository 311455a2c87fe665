"""What a run's directory records about the model in it."""

import dataclasses
import json
import pathlib
import warnings

from kgan.callbacks import logging
from kgan.data import label_maps, registry
from kgan.export import Provenance, hub
from kgan.export.card import RECORD
from kgan.games import exported
from kgan.metrics import Evaluation
from kgan.runs import data_identity, data_place, directory, resume

_ROLES = ("source", "target")
# What says how fast a run was, or what its schedule did, not what it reached.
_NO_FIGURES = ("epoch", "step", "_seconds", "_per_second", "_learning_rate")


def name_of(path):
    """Returns the recipe's name for a run directory or `.keras` file, or the file's.

    On the Hugging Face Hub a model has its own name.
    """
    if hub.is_address(path):
        return hub.repository(path).rpartition("/")[2]
    recipe = _recipe(_run_dir(path))
    if recipe is not None:
        return recipe.name
    path = pathlib.Path(path).resolve()
    return path.parent.name if exported.find(path) == path else path.stem


def data_of(path, dataset=None, data_dir=None):
    """Returns `(dataset, data_dir)` of a run directory or `.keras` file.

    Those that are given precede those of the run; None where neither tells.

    Raises:
        ValueError: If the run's data are not where they were, and none are given.
    """
    run_dir = _run_dir(path)
    if run_dir is None:
        return dataset, data_dir
    own = _recipe(run_dir).dataset
    return data_place.find(run_dir, own, dataset, data_dir)


def trained_on(path, dataset):
    """Returns whether data are those that a run was trained on, as far as it tells.

    It is so where they are at the run's place, and where there is nothing any more.
    """
    run_dir = _run_dir(path)
    return run_dir is not None and _is_own(run_dir, _recipe(run_dir), dataset)


def _is_own(run_dir, recipe, dataset, anywhere=True):
    try:
        own, data_dir = data_place.find(run_dir, recipe.dataset)
    except ValueError:
        return anywhere or registry.short(dataset) == registry.short(recipe.dataset)
    return registry.absolute(dataset, data_dir) == registry.absolute(own, data_dir)


def windows_of(path, dataset=None):
    """Returns how a run scaled images of 16 or 32 bits, as `Source.windows`.

    `dataset` is where its data are now; None: where its recipe says.
    """
    run_dir = _run_dir(path)
    return {} if run_dir is None else resume.read_windows(run_dir, dataset)


def options_of(path, dataset):
    """Returns by which options of `kgan.data.source` a run read its data.

    They are as `Source.options`; what was held out of the run's own data is among them
    only where `dataset` is these.
    """
    recipe = _recipe(_run_dir(path))
    if recipe is None:
        return {}
    own = trained_on(path, dataset)
    options = recipe.data_options | windows_of(path, dataset if own else None)
    kept = [name for name in options if own or not name.startswith("held_out")]
    return {name: options[name] for name in kept}


def labels_of(path):
    """Returns the `kgan.data.label_maps.Labels` by which a run read label maps.

    They are by role, "source" and "target", of sides that have some. `path` may be an
    exported model, too.
    """
    recipe, turned = _recipe(_run_dir(path)), False
    texts = {role: getattr(recipe, f"{role}_labels", None) for role in _ROLES}
    folder = None if hub.is_address(path) else exported.find(path)
    if folder is not None and (folder / RECORD).is_file():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        texts = record.get("labels", {})
        # The second direction alone, whose sources are the targets of the data.
        turned = next(iter(record.get("directions", ())), None) == "to_source"
    found = {
        role: label_maps.parse(f"{role}_labels", text)
        for role, text in texts.items()
        if text
    }
    others = dict(zip(_ROLES, _ROLES[::-1], strict=True))
    return {others[role] if turned else role: x for role, x in found.items()}


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
    shown = recipe.without_folders()
    settings = dataclasses.asdict(shown)
    results = settings.pop("results")
    command = results.pop("command", None)
    made = f", by `{command}`" if command else ""
    epoch = f"`{directory.METRICS}` of the run: means of the epoch that ended at step"
    measured = _measured(run_dir, step, recipe)
    figures = {
        f"{epoch} {step:,}": _metrics(run_dir / directory.METRICS, step),
        f"Measured at step {step:,}, by `kgan evaluate`": {
            m.metric: m.value for m in measured
        },
        f"The recipe's own, measured once on another run{made}": results,
    }
    found = tuple((source, values) for source, values in figures.items() if values)
    labels = {role: str(found) for role, found in labels_of(path).items()}
    origin = recipe.name, shown.dataset, settings, found, license, tuple(measured)
    return Provenance(*origin, labels)


def shared_files(path, step):
    """Returns what a run's directory shares beside its model: paths or bytes by name.

    The recipe and the names of the classes, by which commands know the model, and the
    newest picture, if it is of the model's step.
    """
    run_dir = _run_dir(path)
    if run_dir is None:
        return {}
    recipe = resume.read_recipe(run_dir)
    windows = resume.read_windows(run_dir)
    known = dataclasses.replace(recipe.without_folders(), **windows)
    classes = json.dumps({"classes": classes_of(path)})
    shared = {directory.RECIPE: known.to_json(), directory.DATA: classes}
    files = {name: text.encode() for name, text in shared.items()}
    picture = run_dir / directory.SAMPLES / f"step-{step:08d}.png"
    return files | ({"samples.png": picture} if picture.is_file() else {})


def _run_dir(path):
    path = hub.fetch(str(path)) if hub.is_address(path) else pathlib.Path(path)
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
        return []
    try:
        evaluation = Evaluation.from_json(path.read_text("utf-8"))
    except (ValueError, TypeError, KeyError):
        return []  # half a file, or another's
    asked = {
        "step": step,
        "truncation": 1.0,
        "generator": "averaged weights" if recipe.has_average else "raw weights",
    }
    return [
        dataclasses.replace(m, value=float(f"{m.value:.4g}"))
        for m in evaluation.measurements
        if asked.items() <= m.provenance.items()
        and _is_own(run_dir, recipe, str(m.provenance.get("dataset")), anywhere=False)
    ]


def _metrics(path, step):
    rows = [row for row in logging.read_metrics(path) if int(row["step"]) == step]
    return {
        name: float(value)
        for name, value in (rows[-1] if rows else {}).items()
        if value and not name.endswith(_NO_FIGURES)
    }
