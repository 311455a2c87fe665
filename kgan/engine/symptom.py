"""Base class of the symptoms of a failing game."""

from collections.abc import Mapping
from typing import Any

import keras

from kgan.core.arguments import positive_integer


class Symptom:
    """Base class of a symptom, which is looked for at every check.

    It counts when `patience` checks in a row have found it: a single bad stretch is a
    part of many good runs. A subclass writes `find`.

    Args:
        patience: Number of checks in a row, a positive integer.

    Attributes:
        names: Names of what it measures itself, for the logs.
        count: How many of the last checks in a row have found it.
        measured: Dictionary of what the last check measured itself, for the logs.
        memory: What `find` remembers from check to check, a value that is replaced and
            not changed: a rollback restores it.

    Example:
        ```python
        class Poor(kgan.callbacks.Symptom):
            remedy = "more data, or a smaller network"

            def find(self, model, logs):
                if logs["val_cycle"] > 2 * logs["cycle"]:
                    return "val_cycle is far above cycle", "the data are remembered"
        ```
    """

    remedy = ""
    names = ()

    def __init__(self, patience: int = 3):
        self.patience = positive_integer("patience", patience)
        self.count = 0
        self.measured = {}
        self.memory = self._kept = None

    def begin(self, model: keras.Model) -> None:
        """Prepares for a training; raises `ValueError` where it cannot be watched."""

    def find(self, model: keras.Model, logs: Mapping[str, float]) -> Any:
        """Returns None, or two texts: a key and its value, and what it means.

        Args:
            model: The game that is trained.
            logs: Means since the last check, by name.
        """
        raise NotImplementedError

    def check(self, model: keras.Model, logs: Mapping[str, float]) -> Any:
        """Counts what `find` finds; returns a sentence when the patience ends."""
        found = self.find(model, logs)
        self.count = self.count + 1 if found else 0
        if self.count != self.patience:
            return None
        what, meaning = found
        times = f" ({self.count} checks in a row)" if self.count > 1 else ""
        return f"{what}{times}: {meaning}. {helps(self.remedy)}"

    def doubtful(self) -> bool:
        """Returns whether the last check found it: no state to go back to."""
        return self.count > 0

    def keep(self) -> Any:
        """Keeps the memory: the model may be brought back to its state of now."""
        self._kept = self.memory

    def forget(self) -> None:
        """Starts to count anew, with the memory of the state that was kept."""
        self.count = 0
        self.memory = self._kept


def helps(remedy):
    """Returns the end of a sentence: what usually helps."""
    return f"What usually helps: {remedy}."
