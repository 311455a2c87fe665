"""Finds the checkpoint from which a run goes on, and loads it."""

import json
import pathlib
import zipfile

import keras

from kgan.callbacks import checkpoints
from kgan.recipes import Recipe
from kgan.runs import directory

# What Keras numbers anew in each process, and what may change.
_NAMES = {
    "decay_steps",  # of a schedule, which a longer run has longer
    "module",  # where a class stands is no part of what it does
    "name",
    "shared_object_id",
    "inbound_nodes",
    "input_layers",
    "output_layers",
}


def read_recipe(run_dir: pathlib.Path) -> Recipe:
    """Reads the recipe of a run.

    Raises:
        FileNotFoundError: If the directory holds none.
        ValueError: If the file is no recipe.
    """
    path = run_dir / directory.RECIPE
    if not path.is_file():
        raise FileNotFoundError(
            f"`resume` must be the directory of a run, with a {directory.RECIPE}. "
            f"Received: {run_dir}"
        )
    try:
        return Recipe.from_json(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def restore(game: keras.Model, run_dir: pathlib.Path) -> list:
    """Loads the newest checkpoint of a run that can be read into its compiled game.

    It returns lines about where the run goes on, and which files are damaged.

    Raises:
        ValueError: If a checkpoint is of another recipe.
        OSError: If there are checkpoints and all are damaged.
    """
    paths = checkpoints.steps(run_dir / directory.CHECKPOINTS)
    if not paths:
        return [f"No checkpoint in {run_dir} yet: starting from the beginning."]
    lines = []
    for path in reversed(paths):
        reason = _damage(path)
        if reason is None:
            _check_recipe(game, path)
            game.load_weights(path)
            return [*lines, f"Going on from {path}, step {game.step:,}."]
        lines.append(f"{path} is damaged and left out: {reason}.")
    raise OSError(f"No checkpoint of {run_dir} can be read. {' '.join(lines)}")


def _damage(path):
    """Returns what is wrong with the bytes of a file; None if they are sound."""
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        return str(error).rstrip(".") or type(error).__name__
    return bad and f"{bad} has a wrong checksum"


def _check_recipe(game, path):
    """Checks that a checkpoint is of a model that is built and scored as `game` is."""
    with zipfile.ZipFile(path) as archive:
        theirs = json.loads(archive.read("config.json"))
    ours = json.loads(json.dumps(keras.saving.serialize_keras_object(game)))
    differing = [
        *_differing(ours.get("config"), theirs.get("config")),
        *_differing(*map(_rules, (ours, theirs))),
    ]
    if differing:
        raise ValueError(
            f"{path} must be of the recipe in {directory.RECIPE}. Received another: "
            f"{', '.join(differing)}"
        )


def _rules(model):
    compiled = model.get("compile_config") or {}
    return {name: compiled.get(name) for name in ("loss", "penalties")}


def _differing(ours, theirs):
    """Yields the keys of two configs whose values differ but for names."""
    ours, theirs = _without_names(ours or {}), _without_names(theirs or {})
    for key in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(key), theirs.get(key)
        if mine != other:
            large = any(isinstance(value, (dict, list)) for value in (mine, other))
            yield f"other {key}" if large else f"{key} {other} in place of {mine}"


def _without_names(config):
    if isinstance(config, dict):
        if config.keys() == {"name"}:  # a policy of precision is nothing but its name
            return config
        return {k: _without_names(v) for k, v in config.items() if k not in _NAMES}
    if isinstance(config, list):
        return [_without_names(value) for value in config]
    return config
