"""Finds the data of a run again, after they or the run were moved.

`recipe.json` has their absolute path. `data.json` has two places more: theirs beside
the run, which stays true where both are moved together, and the folder of TFDS data.
"""

import os
import pathlib

import kgan.data
from kgan.data import archive, registry, texts
from kgan.runs import data_identity

_BESIDE, _DATA_DIR = "beside", "data_dir"


def record(run_dir: pathlib.Path, dataset: str, source: kgan.data.Source) -> dict:
    """Returns what `data.json` tells about the place of a run's data.

    `dataset` is the name of `source`, with an absolute path if it is one.
    """
    places = {}
    data_dir = getattr(source, "data_dir", None)
    paths = registry.paths_of(dataset, data_dir)
    beside = [os.path.relpath(path, run_dir) for path in paths]
    if beside:
        places[_BESIDE] = beside if len(beside) > 1 else beside[0]
    if data_dir is not None:
        places[_DATA_DIR] = _absolute(data_dir)
    return places


def find(
    run_dir: pathlib.Path,
    dataset: str,
    given: str | os.PathLike | None = None,
    data_dir: str | None = None,
) -> tuple:
    """Returns `(dataset, data_dir)`, where the data of a run are now.

    Args:
        run_dir: The run's directory.
        dataset: The data set in its recipe.
        given: Where the user says that they are; of pairs the path alone will do. None:
            where they were, or where they were beside the run.
        data_dir: Where the user says that TFDS data lie, or None.

    Raises:
        ValueError: If they are a folder or ZIP, and are in neither place.
    """
    places = _recorded(run_dir)
    before = places.get(_DATA_DIR)
    if data_dir is None and isinstance(before, str) and os.path.isdir(before):
        data_dir = before
    if given is not None:
        given = os.fspath(given)
        return registry.absolute(_completed(given, dataset), data_dir), data_dir
    paths = registry.paths_of(dataset, data_dir)
    missing = [path for path in paths if not path.exists()]
    if not missing:
        return dataset, data_dir
    beside = places.get(_BESIDE)
    beside = beside if isinstance(beside, list) else [beside]
    known = len(beside) == len(paths) and all(isinstance(b, str) for b in beside)
    if known and all((run_dir / place).exists() for place in beside):
        moved = (_absolute(run_dir / place) for place in beside)
        return registry.at(dataset, *moved), data_dir
    path = missing[0]
    begin = "" if path.is_absolute() else ", seen from where the run began"
    raise ValueError(
        f"The data of {run_dir} must be where they were, at {path}{begin}, or "
        "--dataset, dataset= in Python, must say where they are now. Received: nothing "
        "there"
    )


def _recorded(run_dir):
    try:
        return data_identity.read(run_dir) or {}
    except ValueError:  # it is named where the data are compared
        return {}


def _completed(given, dataset):
    """Returns the text for two sets of which the user gave their one path alone."""
    lone = texts.is_text(dataset) and len(texts.parse(dataset).paths) == 1
    lone = lone and archive.is_there(given)
    return registry.at(dataset, given) if lone else given


def _absolute(path):
    return os.path.abspath(os.path.expanduser(path))
