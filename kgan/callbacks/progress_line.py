"""Progress of a training in one line, which fits the terminal."""

import math
import sys
import threading
import time
from collections.abc import Iterable

import keras

from kgan.callbacks.logging import group
from kgan.callbacks.status_line import StatusLine, cells, free_columns, is_terminal


class ProgressLine(keras.callbacks.ProgbarLogger):
    """Shows progress in one line of the terminal, in place of Keras' progress bar.

    A game has more logs than a terminal has columns, and a bar that is wider than the
    terminal fills it with copies of itself. This line has the step, the losses, what
    was measured of the samples (`EvaluateGenerator`), and the time left until the end
    of the training, as far as they find room; a line of each epoch stays. All other
    logs are for TensorBoard and for a CSV file.

    It is the progress bar of the training in which it is a callback, and follows the
    `verbose` of `fit`: 0 is silent; 2 prints the lines of epochs alone, as do "auto"
    and 1 where the output is neither a terminal nor a notebook. Put it last in the
    list, where it sees what other callbacks log.

    Args:
        steps: Value of `model.step` when training ends. None: as `fit` is called.
        first: Names of logs that stand in front, but for the losses.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[kgan.callbacks.ProgressLine()])
        ```
    """

    async_safe = True
    # Between two drawings of the line.
    _SECONDS = 0.1

    def __init__(self, steps: int | None = None, first: Iterable[str] = ()):
        super().__init__()
        self.steps = steps
        self.first = tuple(first)
        self._line = None
        self._lock = threading.Lock()

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.close()
        losses = [move.logs[0] for move in self.model.moves() if move.logs]
        self._losses = [*losses, *(f"val_{name}" for name in losses)]
        self._measured = {}
        self._since = None  # time and step from which on speed is known

    def on_epoch_begin(self, epoch, logs=None):
        self._begin_line()
        self._epoch_began = time.monotonic()
        self._drawn = -math.inf
        self._names = frozenset()  # of the logs of batches
        self._first_step = self._step = self.model.step
        self._total = self.steps
        if self.steps is None and self.target is not None:
            self._total = self._step + (self.epochs - epoch) * self.target
        self._draw({})

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        with self._lock:
            # Keras may come from several threads, in any order.
            self._step = max(self._step, self._first_step + batch + 1)
            self._names = self._names or frozenset(logs or ())
            if self._since is None:  # the first step was compiled
                self._since = now, self._step
            if self._line is not None and now >= self._drawn + self._SECONDS:
                self._drawn = now
                self._draw(logs or {})

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        self.target = self.target or self._step - self._first_step
        self._step = self.model.step
        self._measured = {
            name: v for name, v in logs.items() if self._is_measured(name)
        }
        if self.verbose:
            head = f"epoch {epoch + 1}/{self.epochs}  {self._head()}"
            took = duration(time.monotonic() - self._epoch_began)
            columns = free_columns(sys.stdout) if _is_live() else math.inf
            print(compose(head, self._figures(logs), took, columns), flush=True)

    def on_train_end(self, logs=None):
        self.close()

    def close(self) -> None:
        """Erases the line; needed where an error ends the training."""
        if self._line is not None:
            self._line.end()
            self._line = None

    def _begin_line(self):
        if self.verbose == 1 and _is_live() and self._line is None:
            self._line = StatusLine(sys.stdout)
            self._line.begin()

    def _draw(self, logs):
        if self._line is None:
            return
        figures = self._figures(self._measured | logs)
        columns = free_columns(sys.stdout)
        text = compose(self._head(), figures, self._left(), columns)
        self._line.show(text)

    def _head(self):
        total = "" if self._total is None else f"/{self._total:,}"
        return f"step {self._step:,}{total}"

    def _left(self):
        """Returns the time that the rest of the training takes, in words."""
        if self._since is None:
            return "starting"
        begin, step = self._since
        if self._total is None or self._step <= step:
            return ""
        each = (time.monotonic() - begin) / (self._step - step)
        return f"{duration(each * max(0, self._total - self._step))} left"

    def _is_measured(self, name):
        """Whether a log is none of each batch, but of the samples after an epoch."""
        matters = group(name) == "game" or name in self._losses
        return matters and name not in self._names

    def _figures(self, logs):
        """Returns the figures that matter as texts, the most important first."""
        names = [*self._losses, *self.first, *self._measured]
        return [f"{n} {number(logs[n])}" for n in dict.fromkeys(names) if n in logs]


def _is_live():
    return is_terminal(sys.stdout) or "ipykernel" in sys.modules


def compose(head: str, figures: list, tail: str, columns: float) -> str:
    """Joins the parts of a line, without the figures that find no room in it."""
    chosen = []
    for figure in figures:
        if cells(_join(head, *chosen, figure, tail)) <= columns:
            chosen.append(figure)
    return _join(head, *chosen, tail)


def _join(*parts):
    return "  ".join(filter(None, parts))


def number(value: float) -> str:
    """Returns three digits of a number, always as many: "1.20"."""
    return f"{float(value):#.3g}".rstrip(".")


def duration(seconds: float) -> str:
    """Returns a time in words: "42 s", "12 min", "3 h 05 min"."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02} min"
