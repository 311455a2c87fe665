"""Statistics of real examples, kept on the disk under all that they depend on."""

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

# Changes when the same examples would give other numbers.
_FORMAT = 1


def default_folder() -> pathlib.Path:
    """Returns `$KGAN_CACHE_DIR/statistics`, or that of `~/.cache/kgan`."""
    return weights.cache_folder() / "statistics"


class Cache:
    """Keeps statistics as files; each is whole or not there.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)

    def path(self, examples_key: dict, extractor: dict, statistic: Statistic):
        """Gives the file of a statistic: its name is a hash of all it depends on."""
        content = [
            _FORMAT,
            tf.__version__,
            examples_key,
            extractor,
            [list(map(str, statistic.key))],
        ]
        text = json.dumps(content, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:40]
        return self.folder / f"{name}.npz"

    def load(self, path: pathlib.Path, statistic: Statistic) -> bool:
        """Fills a statistic from its file; says whether there was one to be read."""
        try:
            with path.open("rb") as file, np.load(file) as state:
                statistic.restore(dict(state))
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
            warnings.warn(f"{path} is damaged and is made anew: {error}", stacklevel=2)
            return False
        return True

    def save(self, path: pathlib.Path, statistic: Statistic) -> None:
        """Writes a statistic; a disk that is full costs time later, and no result."""
        try:
            write_atomically(path, lambda file: np.savez(file, **statistic.state()))
        except OSError as error:
            warnings.warn(f"{path} could not be written: {error}", stacklevel=2)
