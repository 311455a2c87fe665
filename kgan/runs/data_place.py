"""Finds the data of a run again, after they or the run were moved.

`recipe.json` has their absolute path. `data.json` has two places more: theirs beside
the run, which stays true where both are moved together, and the folder of TFDS data.
"""

import os
import pathlib

import kgan.data
from kgan.data import archive, pairs, registry
from kgan.runs import data_identity

_BESIDE, _DATA_DIR = "beside", "data_dir"


def record(run_dir: pathlib.Path, dataset: str, source: kgan.data.Source) -> dict:
    """Returns what `data.json` tells about the place of a run's data.

    `dataset` is the name of `source`, with an absolute path if it is one.
    """
    places = {}
    data_dir = getattr(source, "data_dir", None)
    path = registry.path_of(dataset, data_dir)
    if path is not None:
        places[_BESIDE] = os.path.relpath(path, run_dir)
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
    path = registry.path_of(dataset, data_dir)
    if path is None or path.exists():
        return dataset, data_dir
    beside = places.get(_BESIDE)
    if isinstance(beside, str) and (run_dir / beside).exists():
        return registry.at(dataset, _absolute(run_dir / beside)), data_dir
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
    """Returns the text for pairs of which the user gave the path alone."""
    lone = pairs.is_text(dataset) and archive.is_there(given)
    return registry.at(dataset, given) if lone else given


def _absolute(path):
    return os.path.abspath(os.path.expanduser(path))
