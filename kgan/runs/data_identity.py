"""Compares the data of a run that goes on with those that it began with.

`data.json` in the run's directory holds what `kgan.data.Source.identity` returned.
"""

import json
import pathlib

import kgan.data
from kgan.core import naming
from kgan.core.atomic_files import write_atomically
from kgan.runs import directory

_NAMED = 3  # how many files a sentence names
_SHOWN = 30  # the longest value, in characters, that it shows


def write(
    run_dir: pathlib.Path, source: kgan.data.Source, places: dict | None = None
) -> None:
    """Writes what tells the data of a run from others, after `places` where they are.

    No value of `places` is compared.
    """
    # ASCII alone: what is no UTF-8 in the name of a file could not be written.
    text = json.dumps({**(places or {}), **source.identity()})
    write_atomically(
        run_dir / directory.DATA,
        lambda path: path.write_text(text, "utf-8"),
        durable=True,
    )


def read(run_dir: pathlib.Path) -> dict | None:
    """Returns what the data of a run were; None if it does not say so.

    Raises:
        ValueError: If `data.json` cannot be read.
    """
    path = run_dir / directory.DATA
    if not path.is_file():
        return None
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{path} must hold what the data of the run were. Received: {error}. "
            "Without this file the data are not compared."
        ) from error


def changes(run_dir: pathlib.Path, source: kgan.data.Source) -> str:
    """Describes how a run's data have changed: "3 images are gone (a.png, ...)".

    It is empty if they have not, and if the run does not say what they were.

    Raises:
        ValueError: If `data.json` cannot be read.
    """
    before = read(run_dir)
    if before is None:
        return ""
    return ", ".join(_differences(before, source.identity()))


def compare(run_dir: pathlib.Path, source: kgan.data.Source, allow: bool) -> list:
    """Compares the data with which a run goes on to those that it began with.

    It returns lines about them, none where they are the same.

    Args:
        run_dir: The run's directory.
        source: The data as they are now.
        allow: Whether they may have changed.

    Raises:
        ValueError: If they have changed and may not, or `data.json` cannot be read.
    """
    if not (run_dir / directory.DATA).is_file():
        name = directory.DATA
        return [f"No {name} in {run_dir}: whether its data have changed is not known."]
    found = changes(run_dir, source)
    if found and not allow:
        raise ValueError(
            f"{run_dir} must go on with the data that it began with. Received: "
            f"{source.name}, of which {found}. To go on with these data: "
            "--allow_changed_data, or allow_changed_data=True in Python"
        )
    return [f"The data have changed: {found}."] if found else []


def _differences(before, now):
    # Another version of kgan may know more, or less.
    for key in (key for key in before if key in now):
        old, new = before[key], now[key]
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _of_files(key, old, new)
            continue
        many = key.endswith("s")
        was, are = ("were", "are") if many else ("was", "is")
        if max(len(json.dumps(value)) for value in (old, new)) > _SHOWN:
            yield f"the {key} {are} {'others' if many else 'another'}"
        else:
            yield f"the {key} {was} {old} and {are} {new}"


def _of_files(kind, old, new):
    both = old.keys() & new.keys()
    found = {
        "gone": [name for name in old if name not in both],
        "new": [name for name in new if name not in both],
        "of another size": [
            name for name in new if name in both and old[name] != new[name]
        ],
    }
    for what, names in found.items():
        if names:
            one = len(names) == 1
            noun = f"{kind.removesuffix('s')} is" if one else f"{kind} are"
            yield f"{len(names):,} {noun} {what} ({naming.listed(names, _NAMED)})"
