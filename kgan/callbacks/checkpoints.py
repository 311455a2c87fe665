"""Saves whole models during training, from which it goes on exactly."""

import json
import os
import pathlib
from typing import Any

import numpy as np

from kgan.callbacks.every import Paced
from kgan.core import registry
from kgan.core.arguments import positive_integer
from kgan.core.atomic_files import attempt
from kgan.core.finite import first_not_finite

_BETTER = {"min": np.less, "max": np.greater}
BEST = "best.keras"
_BEST_VALUE = "best.json"


def steps(directory):
    """Lists checkpoints from the oldest to the newest, as paths; names sort by step."""
    return sorted(pathlib.Path(directory).glob("step-*.keras"))


def step_of(path):
    """Returns the step in a file's name, `step-NNNNNNNN`; -1 where there is none."""
    number = path.stem.removeprefix("step-")
    return int(number) if number.isdecimal() else -1


class Checkpoints(Paced):
    """Saves the model every so many steps and at the end, and keeps the newest files.

    Each file is a whole model. `keras.models.load_model` and `fit` with
    `kgan.data.load(..., start=gan.position)` go on from it bit for bit. A file is
    complete or absent, whenever the run is stopped. A model whose logs or weights are
    NaN or infinite does not take the place of a sound one, and a full disk does not end
    the run: a line is printed, and the files there are stay.

    Args:
        directory: Where `step-NNNNNNNN.keras` go; made with the first one.
        every: `"epoch"`, or the number of steps between files.
        keep: Number of files that stay, the newest.
        best: Key of the epoch's logs by which `best.keras` is chosen, or None. Its
            value stands in `best.json` beside it and counts when a run is resumed.
        mode: `"min"` or `"max"`: which value of that key is best.

    Raises:
        ValueError: If an argument is not what it must be, or (after the first epoch)
            if the logs have no such key.
        OSError: When training ends, if the last state could not be saved.

    Example:
        ```python
        checkpoints = kgan.callbacks.Checkpoints("checkpoints/", every=500)
        gan.fit(train, epochs=10, callbacks=[checkpoints])
        ```
    """

    def __init__(
        self,
        directory: str | os.PathLike,
        every: int | str = "epoch",
        keep: int = 3,
        best: str | None = None,
        mode: str = "min",
    ):
        super().__init__(every)
        if mode not in _BETTER:
            raise ValueError(registry.unknown("`mode` must be one of", mode, _BETTER))
        self.directory = pathlib.Path(directory)
        self.keep = positive_integer("keep", keep)
        self.best = best
        self.mode = mode
        self._reset()

    def _reset(self):
        self._saved = self._best_text = None
        self._sound = True

    def on_train_begin(self, logs=None):
        super().on_train_begin()
        self._reset()

    def begin(self):
        later = [path.name for path in steps(self.directory) if self._is_later(path)]
        if later:
            raise ValueError(
                "`directory` must hold no checkpoints of later steps than the model's, "
                f"{self.model.step}. Received: {later[-1]} in {self.directory}"
            )
        self._best_value = self.read_best()

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch)
        self._rollbacks = self.model.rollbacks

    def on_train_batch_begin(self, batch, logs=None):
        # Not after a batch: Keras may call that hook while the next one is played.
        if self.pace.before_batch(batch):
            self.save()

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        bad = first_not_finite(logs)
        self._sound = bad is None
        if not self._sound:
            self._say_unsound("{} is {}".format(*bad))
            return
        # Before the newest file: a run that is killed between them plays the epoch
        # again, and finds its best once more.
        if self.best is not None:
            self._keep_best(logs)
        # The newest file must not be of a state that was taken back.
        rolled_back = any(map(self._is_later, steps(self.directory)))
        if self.pace.at_epoch_end(self.model.step) or rolled_back:
            self.save()

    def on_train_end(self, logs=None):
        if self._sound and _finite(self.model) and not self.save():
            raise OSError(
                f"The last state, of step {self.model.step}, could not be written to "
                f"{self.directory}; the checkpoints before are there."
            )
        if not self._write_best_value():
            raise OSError(
                f"{_BEST_VALUE} could not be written to {self.directory}: a run that "
                f"goes on may replace {BEST} by a worse model."
            )

    def save(self) -> None:
        """Saves the model as it is; returns whether its state is on the disk."""
        state = self.model.step, self.model.rollbacks
        if state != self._saved and self._write(f"step-{self.model.step:08d}.keras"):
            self._saved = state
            self._remove_old()
        return state == self._saved

    def _write(self, name):
        if not _finite(self.model):
            self._say_unsound("a weight is NaN or infinite")
            return False
        return attempt(self.directory / name, self.model.save, durable=True)

    def _say_unsound(self, reason):
        # The progress bar's line is not finished.
        print(f"\nNo checkpoint at step {self.model.step}: {reason}.", flush=True)

    def _remove_old(self):
        paths = steps(self.directory)
        now = [path for path in paths if not self._is_later(path)]
        for path in set(paths) - set(now[-self.keep :]):
            path.unlink()

    def _is_later(self, path):
        return step_of(path) > self.model.step

    def _keep_best(self, logs):
        if self.best not in logs:
            if self.model.rollbacks > self._rollbacks:
                return  # what was not finite was undone, and its log taken out
            expected = "`best` must be a key of the logs, one of"
            raise ValueError(registry.unknown(expected, self.best, logs))
        value, known = float(logs[self.best]), self._best_value
        if (known is None or _BETTER[self.mode](value, known)) and self._write(BEST):
            self._best_value = value
            self._best_text = json.dumps({self.best: value, "step": self.model.step})
        self._write_best_value()

    def _write_best_value(self):
        """Writes the value of `best.keras`, or tries to again where a disk was full."""
        text, path = self._best_text, self.directory / _BEST_VALUE
        if text is None or attempt(
            path, lambda path: path.write_text(text + "\n", "utf-8"), durable=True
        ):
            self._best_text = None
        return self._best_text is None

    def read_best(self) -> Any:
        """Returns the best value so far, which `best.json` holds, or None.

        Raises:
            ValueError: If the file cannot be read: the best model could be replaced.
        """
        path = self.directory / _BEST_VALUE
        if self.best is None or not path.exists():
            return None
        try:
            known = json.loads(path.read_text("utf-8")).get(self.best)
        except (ValueError, AttributeError) as error:
            raise ValueError(
                f"{path} must hold the value of {BEST}. Received: {error}. Move both "
                "away to choose the best model anew."
            ) from error
        # The value of another key does not count, nor what nothing is better than.
        return known if known is not None and np.isfinite(known) else None


def _finite(model):
    """Whether all weights of the players are finite; logs show it one step later."""
    networks = [getattr(model, player) for player in model.players]
    weights = (weight for network in networks for weight in network.get_weights())
    return all(np.all(np.isfinite(weight)) for weight in weights)
