"""Tasks of a comparison: each a setting and a seed, whose figures a file keeps."""

import dataclasses
import importlib
import json
import pathlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Setting:
    """One of the things that are compared.

    Attributes:
        run: Function of `(data, folder, seed)` that returns figures by name; what it
            trains it leaves in `folder`, and goes on from there.
        seeds: With how many seeds it is run, 1 for what draws nothing.
    """

    run: Callable[[pathlib.Path, pathlib.Path, int], Mapping[str, float]]
    seeds: int = 3


def module(kind: str):
    """Returns the module of a comparison, which has `SETTINGS` and `shown`."""
    return importlib.import_module(f"translation.{kind}")


def place(folder: pathlib.Path, name: str, seed: int) -> pathlib.Path:
    """Returns the path of a task, without an ending."""
    return folder / f"{name.replace(' ', '_').replace(',', '')}-{seed}"


def run(task: tuple) -> str:
    """Runs a task, if its figures are not there; returns a line about it.

    Args:
        task: `(kind, name, seed, data, folder)`.
    """
    kind, name, seed, data, folder = task
    setting = module(kind).SETTINGS[name]
    path = place(folder, name, seed).with_suffix(".json")
    if not path.exists():
        figures = setting.run(data, place(folder, name, seed), seed)
        path.write_text(json.dumps(figures, indent=1) + "\n")
    return f"{path.stem}: {json.loads(path.read_text())}"


def trained(recipe, run_dir: pathlib.Path):
    """Returns the game of a run: trained, gone on with, or read where it is finished.

    Args:
        recipe: The `kgan.recipes.Recipe`.
        run_dir: Its directory.
    """
    from kgan import training

    if not (run_dir / "recipe.json").exists():
        return training.train(recipe, run_dir, verbose=0)
    if not (run_dir / "gan.keras").exists():
        return training.resume(run_dir, verbose=0)
    return read(run_dir)


def read(run_dir: pathlib.Path):
    """Returns the trained game of a run."""
    from kgan.runs import directory

    return directory.load_model(run_dir)


def spread(rows: Sequence[Mapping[str, float]]) -> dict:
    """Returns mean and standard error of several rows, by figure; None for one row."""
    found = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        error = None
        if len(values) > 1:
            error = float(np.std(values, ddof=1) / np.sqrt(len(values)))
        found[key] = float(np.mean(values)), error
    return found


def table(settings: Mapping[str, Setting], folder: pathlib.Path) -> str:
    """Returns the figures that lie in a folder as a Markdown table."""
    rows = {}
    for name, setting in settings.items():
        paths = [
            place(folder, name, seed).with_suffix(".json")
            for seed in range(setting.seeds)
        ]
        found = [json.loads(path.read_text()) for path in paths if path.exists()]
        if found:
            rows[name] = spread(found)
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        cells = [_cell(*row[key]) if key in row else "" for key in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(mean, error):
    return f"{mean:.4f}" if error is None else f"{mean:.4f} ± {error:.4f}"
