"""Statistics of real examples, cached on disk under a hash of what they depend on."""

import hashlib
import json
import os
import pathlib
import warnings
import zipfile

import numpy as np
import tensorflow as tf

from kgan.core.atomic_files import write_atomically
from kgan.metrics.features import weights
from kgan.metrics.sweep import Statistic

# Incremented when statistics of the same examples change.
_FORMAT = 1


def default_folder() -> pathlib.Path | None:
    """Returns the folder `statistics` in `weights.cache_folder()`, None without one."""
    folder = weights.cache_folder()
    return None if folder is None else folder / "statistics"


class Cache:
    """Files of statistics in a folder, each written atomically."""

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)

    def path(self, examples_key: dict, extractor: dict, statistic: Statistic):
        """Returns the file of a statistic, named by a hash of all it depends on."""
        key = [list(map(str, statistic.key))]
        content = [_FORMAT, tf.__version__, examples_key, extractor, key]
        text = json.dumps(content, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:40]
        return self.folder / f"{name}.npz"

    def load(self, path: pathlib.Path, statistic: Statistic) -> bool:
        """Fills a statistic from its file; returns whether that could be read."""
        try:
            with path.open("rb") as file, np.load(file) as state:
                statistic.restore(dict(state))
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
            warnings.warn(
                f"{path} is damaged and is computed again: {error}", stacklevel=2
            )
            return False
        return True

    def save(self, path: pathlib.Path, statistic: Statistic) -> None:
        """Writes a statistic; warns if that fails, for instance on a full disk."""
        try:
            write_atomically(path, lambda file: np.savez(file, **statistic.state()))
        except OSError as error:
            warnings.warn(f"{path} could not be written: {error}", stacklevel=2)
