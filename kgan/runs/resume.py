"""Finds the checkpoint from which a run goes on, and loads it."""

import json
import pathlib
import warnings
import zipfile

import keras

from kgan.callbacks import checkpoints
from kgan.data import registry, wide_gray
from kgan.recipes import Recipe
from kgan.runs import directory

# What Keras numbers anew in each process, and what may change.
_NAMES = {
    "notice",  # of the weights that a run was begun with
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
            f"Received: {run_dir} (`init_from` starts from the weights of a model)"
        )
    try:
        return Recipe.from_json(path.read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def read_imports(run_dir: pathlib.Path) -> tuple:
    """Returns the modules that a run imports before its recipe is read."""
    try:
        found = json.loads((run_dir / directory.RECIPE).read_text("utf-8"))
        return tuple(map(str, found.get("imports", ())))
    except (OSError, ValueError, AttributeError, TypeError):
        return ()  # `read_recipe` says what is wrong


def read_windows(run_dir: pathlib.Path, dataset: str | None = None) -> dict:
    """Returns by which `Recipe.windows` a run scales images of 16 or 32 bits.

    The recipe of an older kgan has none: then they are those that it took by itself.
    `dataset` is where the data are now; None: where the recipe says.

    Raises:
        FileNotFoundError, ValueError: As `read_recipe`.
    """
    recipe = read_recipe(run_dir)
    if "window" in json.loads((run_dir / directory.RECIPE).read_text("utf-8")):
        return recipe.windows
    names = registry.window_options(dataset or recipe.dataset)
    return dict.fromkeys(names, wide_gray.OLD_WINDOW)


def restore(game: keras.Model, run_dir: pathlib.Path) -> list:
    """Loads the newest checkpoint of a run that can be read into its compiled game.

    It returns lines about where the run goes on, and which files are damaged.

    Raises:
        ValueError: If a checkpoint is of another recipe, or holds what this version of
            kgan does not know.
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
            _load(game, path)
            return [*lines, f"Going on from {path}, step {game.step:,}."]
        lines.append(f"{path} is damaged and left out: {reason}.")
    raise OSError(f"No checkpoint of {run_dir} can be read. {' '.join(lines)}")


def check_newest(game: keras.Model, run_dir: pathlib.Path) -> None:
    """Checks that no other process has gone on with a run since it was restored.

    Raises:
        OSError: If there is a sound checkpoint of a later step.
    """
    for path in checkpoints.steps(run_dir / directory.CHECKPOINTS):
        if checkpoints.step_of(path) > game.step and _damage(path) is None:
            raise OSError(
                f"Another process has gone on with {run_dir}, to {path.name}, while "
                f"this one prepared to go on from step {game.step:,}: start it again"
            )


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
    theirs = _saved_config(path)
    ours = _config(game)
    differing, unknown = _compare(ours, theirs), ""
    if differing:
        try:
            differing = _compare(ours, _in_full(theirs, game))
        except Exception as error:  # what is unknown can raise anything
            unknown = f". This version of kgan cannot build it: {_reason(error)}"
    if differing:
        raise ValueError(
            f"{path} must be of the recipe in {directory.RECIPE}. Received another: "
            f"{', '.join(differing)}{unknown}"
        )


def _saved_config(path):
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))


def _config(game):
    return json.loads(json.dumps(keras.saving.serialize_keras_object(game)))


def _in_full(config, game):
    """Returns a config with all arguments that this version of kgan and Keras have.

    The version that wrote it may have had fewer: then the default counts.
    """
    with game.distribute_strategy.scope():
        return _config(keras.saving.deserialize_keras_object(config))


def _compare(ours, theirs):
    return [
        *_differing(ours.get("config"), theirs.get("config")),
        *_differing(*map(_rules, (ours, theirs))),
    ]


def _rules(model):
    compiled = model.get("compile_config") or {}
    optimizers = {
        f"{p}_optimizer": o for p, o in compiled.get("optimizers", {}).items()
    }
    optimizers |= {n: o for n, o in compiled.items() if n.endswith("_optimizer")}
    rules = {name: compiled.get(name) for name in ("loss", "penalties")}
    # Arguments may change, but the state of one kind means nothing to another.
    return rules | {name: _kind(optimizer) for name, optimizer in optimizers.items()}


def _kind(optimizer):
    inner = optimizer["config"].get("inner_optimizer")
    return optimizer["class_name"] if inner is None else f"scaled {_kind(inner)}"


def _load(game, path):
    """Loads a checkpoint; Keras would leave an optimizer as it is that does not fit."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", "Skipping variable loading")
            game.load_weights(path)
        game.notice = _saved_config(path)["config"].get("notice")
    except (ValueError, KeyError, UserWarning) as error:
        raise ValueError(
            f"{path} must hold all weights of the run's model, and of its optimizers. "
            f"Received: {_reason(error)}"
        ) from error


def _reason(error):
    """Returns what one of Keras' errors, of many lines, is about."""
    text = str(error).strip()
    if text.startswith("A total of "):
        text = text.partition(":\n\n")[2]
    text = text.rpartition("Exception encountered: ")[2]
    return text.partition("\n")[0].partition(". ")[0]


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
