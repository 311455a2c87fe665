"""Measures the speed of training."""

import collections
import threading
import time

import keras
import tensorflow as tf

from kgan.core.arguments import positive_integer
from kgan.engine.logs import Means


class Throughput(keras.callbacks.Callback):
    """Logs the speed of each epoch, and how many images were shown so far.

    `step_seconds` and `images_per_second`; `kimg`, thousands of images in all rounds
    since the model was made, those of runs that it resumes and those that a rollback
    took back included; and `seconds_per_kimg`. A step is a round of the game. Images
    are real examples in all batches of a round, those of all replicas together; `kimg`
    takes earlier batches to be as large as those of the epoch. Only the time between a
    step's begin and its end counts, waiting for data included, and not that of the
    first step of a training, in which functions are compiled. Put it first in the list.

    Args:
        batch_size: Examples of one batch, over all replicas. None: as the model's
            metrics count them, where its first log is one of each batch.

    Raises:
        ValueError: If `batch_size` is not a positive integer.

    Example:
        ```python
        speed, board = kgan.callbacks.Throughput(), keras.callbacks.TensorBoard("logs")
        gan.fit(train, epochs=10, callbacks=[speed, board])
        ```
    """

    # Where all callbacks say so, Keras calls `on_train_batch_end` on other threads,
    # each as soon as the device has played its step.
    async_safe = True

    def __init__(self, batch_size: int | None = None):
        super().__init__()
        if batch_size is not None:
            positive_integer("batch_size", batch_size)
        self.batch_size = batch_size
        self._measured = {}
        self._lock = threading.Lock()

    def on_train_begin(self, logs=None):
        self._rows = self.batch_size
        self._traced = False

    def on_epoch_begin(self, epoch, logs=None):
        self._position, self._rollbacks = self.model.position, self.model.rollbacks
        self._begun = collections.deque()
        self._seconds = 0.0
        self._until = time.perf_counter()
        self._left_out = 0
        self._measured = None

    def on_train_batch_begin(self, batch, logs=None):
        self._begun.append(time.perf_counter())

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        with self._lock:
            # Steps that wait in the device's queue overlap: count no moment twice.
            begin = max(self._begun.popleft(), self._until)
            self._until = max(self._until, now)
            if self._traced:
                self._seconds += max(0.0, now - begin)
            else:
                self._traced = True
                self._left_out = (batch + 1) * self.model.batches_a_round

    def on_test_begin(self, logs=None):
        # Before a validation counts its own examples.
        if self._measured is None:
            self._measured = self._measure()

    def on_epoch_end(self, epoch, logs=None):
        logs.update(self._measure() if self._measured is None else self._measured)

    def _measure(self):
        taken = self.model.position - self._position
        # A rollback resets the metrics: they count a part of the epoch then.
        whole = self.model.rollbacks == self._rollbacks
        if taken and whole and self.batch_size is None:
            self._rows = _examples(self.model) / taken
        figures = {}
        if self._rows is not None:
            figures["kimg"] = self.model.position * self._rows / 1000
        batches = taken - self._left_out
        if batches <= 0 or not self._seconds:
            return figures
        each = self._seconds / batches
        figures["step_seconds"] = each * self.model.batches_a_round
        if self._rows is not None:
            figures["images_per_second"] = self._rows / each
            figures["seconds_per_kimg"] = 1000 * each / self._rows
        return figures


def _examples(model):
    """Counts the examples of all batches since the metrics were reset.

    Those of this process times the number of equal ones: a sum would wait for all.
    """
    strategy = model.distribute_strategy
    means = next(metric for metric in model.metrics if isinstance(metric, Means))
    parts = strategy.experimental_local_results(means.count.value)
    seen = float(sum(tf.convert_to_tensor(part).numpy()[0] for part in parts))
    return seen * strategy.num_replicas_in_sync / len(parts)
