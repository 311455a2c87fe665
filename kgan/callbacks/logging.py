"""Writes logs: a CSV table of the epochs, and TensorBoard summaries."""

import csv
import pathlib
import re

import keras
import tensorflow as tf

from kgan.core.atomic_files import attempt

# Where in TensorFlow's graph it was, which begins its messages.
_GRAPH = re.compile(r"\{\{.*?\}\}")


class Metrics(keras.callbacks.Callback):
    """Writes what is logged as CSV, a line an epoch, the step among it.

    `keras.callbacks.CSVLogger` keeps its file open when a run is interrupted, and knows
    no key that comes after the first epoch. A training that begins at a later epoch
    keeps the lines of those before.

    Args:
        path: The file; written whole after each epoch.
    """

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)
        self.rows = None

    def on_train_begin(self, logs=None):
        self.rows = None

    def on_epoch_begin(self, epoch, logs=None):
        if self.rows is None:
            rows = self._read()
            self.rows = [row for row in rows if int(row["epoch"]) < epoch]

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append({"epoch": epoch, "step": self.model.step, **(logs or {})})
        attempt(self.path, self._write)

    def _read(self):
        if not self.path.exists():
            return []
        with self.path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def _write(self, path):
        keys = dict.fromkeys(key for row in self.rows for key in row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, keys)
            writer.writeheader()
            writer.writerows(self.rows)


class Events:
    """Writes TensorBoard summaries onto the disk at once; prints a line if it cannot.

    Args:
        log_dir: The directory; made with the first summary.
    """

    def __init__(self, log_dir):
        self.log_dir = str(log_dir)
        self._writer = None

    def write(self, step, summarise):
        """Writes what `summarise` summarises at a step, onto the disk."""
        self._attempt(lambda: self._write(step, summarise))

    def close(self):
        """Closes the file; a later summary opens another one."""
        if self._writer is not None:
            self._attempt(self._writer.close)
            self._writer = None

    def _write(self, step, summarise):
        if self._writer is None:
            self._writer = tf.summary.create_file_writer(self.log_dir)
        with self._writer.as_default(step=step):
            summarise()
        self._writer.flush()

    def _attempt(self, write):
        try:
            write()
        except tf.errors.OpError as error:
            reason = " ".join(_GRAPH.sub("", error.message).split())
            print(
                f"\n{self.log_dir} could not be written: {reason}. Training goes on.",
                flush=True,
            )


class Board(keras.callbacks.Callback):
    """Writes logs for TensorBoard, over the step, and a text beside the curves.

    `keras.callbacks.TensorBoard` waits for the device after each batch, counts epochs,
    and loses what it has not written when the process is killed. Curves stand in the
    groups `game`, `gradients`, `optimizers`, `speed` and `validation`.

    Args:
        log_dir: Where TensorBoard's files go.
        text: Markdown that stands beside the curves.

    Example:
        ```python
        gan.fit(train, epochs=10, callbacks=[kgan.callbacks.logging.Board("logs")])
        ```
    """

    def __init__(self, log_dir, text=""):
        super().__init__()
        self.events = Events(log_dir)
        self.text = text
        self._begun = False

    def on_train_begin(self, logs=None):
        self._begun = False

    def on_epoch_begin(self, epoch, logs=None):
        if not self._begun:
            self._begun = True
            self.events.write(
                self.model.step, lambda: tf.summary.text("recipe", self.text)
            )

    def on_epoch_end(self, epoch, logs=None):
        def summarise():
            for name, value in (logs or {}).items():
                tf.summary.scalar(f"{_group(name)}/{name}", value)

        self.events.write(self.model.step, summarise)

    def on_train_end(self, logs=None):
        self.events.close()


# By what the names end in; all else belongs to the game.
_GROUPS = {
    "gradients": ("_gradient_norm",),
    "optimizers": ("_learning_rate", "_loss_scale"),
    "speed": ("_seconds", "_per_second"),
}


def _group(name):
    if name.startswith("val_"):
        return "validation"
    found = (group for group, ends in _GROUPS.items() if name.endswith(ends))
    return next(found, "game")
