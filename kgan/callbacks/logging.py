"""Writes logs: a CSV table of the epochs, and TensorBoard summaries."""

import collections
import csv
import errno
import os
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
        self._written = True

    def on_epoch_begin(self, epoch, logs=None):
        if self.rows is None:
            rows = read_metrics(self.path)
            self.rows = [row for row in rows if int(row["epoch"]) < epoch]

    def on_epoch_end(self, epoch, logs=None):
        self.rows.append({"epoch": epoch, "step": self.model.step, **(logs or {})})
        self._written = attempt(self.path, self._write)

    def on_train_end(self, logs=None):
        if not self._written:
            attempt(self.path, self._write)

    def _write(self, path):
        keys = dict.fromkeys(key for row in self.rows for key in row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, keys)
            writer.writeheader()
            writer.writerows(self.rows)


def read_metrics(path):
    """Returns the lines of a file of `Metrics` as dictionaries; none without a file.

    A line that a copy or an editor broke off is left out.
    """
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if _is_whole(row)]


def _is_whole(row):
    # What is missing at the end is None, what is too much has the key None.
    return None not in row and None not in row.values()


class Events:
    """Writes TensorBoard summaries onto the disk at once; prints a line if it cannot.

    What could not be written, the last 100 summaries at most, is written with the next
    one that can, into another file: TensorBoard reads no further in one that a full
    disk broke off in the middle of a summary.

    Args:
        log_dir: The directory; made with the first summary.
    """

    def __init__(self, log_dir):
        self.log_dir = str(log_dir)
        self._writer = None
        self._waiting = collections.deque(maxlen=100)

    def write(self, step, summarise):
        """Writes what `summarise` summarises at a step, onto the disk."""
        self._waiting.append((step, summarise))
        self._write_waiting()

    def close(self):
        """Closes the file; a later summary opens another one."""
        if self._waiting:
            self._write_waiting()
        if self._writer is not None:
            self._attempt(self._writer.close)
            self._writer = None

    def _write_waiting(self):
        if self._attempt(self._write):
            self._waiting.clear()
        else:
            self._writer = None

    def _write(self):
        if self._writer is None:
            known = self._files()
            self._writer = tf.summary.create_file_writer(self.log_dir)
            self._file, self._end = max(self._files() - known, default=None), 0
        expected = False
        for step, summarise in self._waiting:
            with self._writer.as_default(step=step):
                summarise()
                # The caller may have switched summaries off: `tf.summary.record_if`.
                expected = expected or bool(tf.summary.should_record_summaries())
        self._writer.flush()
        if self._file is not None and expected:
            # TensorFlow passes over what it could not write, if that is large.
            self._end = _end_of_records(self._file, self._end)

    def _files(self):
        # None where the directory is on no file system of this machine.
        return set(pathlib.Path(self.log_dir).glob("events.out.tfevents*"))

    def _attempt(self, write):
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            reason = " ".join(_GRAPH.sub("", str(error)).split())
            print(
                f"\n{self.log_dir} could not be written: {reason}. Training goes on.",
                flush=True,
            )
            return False
        return True


def _end_of_records(path, end):
    """Returns where the TFRecords of a file end, of which there are some after `end`.

    Raises:
        OSError: If there are none, or the last one is broken off.
    """
    begin, size = end, path.stat().st_size
    with path.open("rb") as file:
        while end < size:
            file.seek(end)
            # Length, its checksum, the record, its checksum.
            end += 16 + int.from_bytes(file.read(8), "little")
    if end != size or end == begin:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return end


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
        if not logs:
            return

        def summarise():
            for name, value in logs.items():
                tf.summary.scalar(f"{group(name)}/{name}", value)

        self.events.write(self.model.step, summarise)

    def on_train_end(self, logs=None):
        self.events.close()


# By what the names end in; all else belongs to the game.
_GROUPS = {
    "gradients": ("_gradient_norm",),
    "optimizers": ("_learning_rate", "_loss_scale"),
    "speed": ("_seconds", "_per_second", "kimg"),
}


def group(name):
    """Returns the group of curves in which `Board` writes a log."""
    if name.startswith("val_"):
        return "validation"
    found = (group for group, ends in _GROUPS.items() if name.endswith(ends))
    return next(found, "game")
