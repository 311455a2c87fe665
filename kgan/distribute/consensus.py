"""Decisions that all workers of a cluster must share, or else they would deadlock."""

import signal
import time
from typing import Any

import numpy as np
import tensorflow as tf

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SECONDS_BETWEEN_EXCHANGES = 1.0


class AgreedStop:
    """Stops all workers before the same step when one of them is to stop.

    Each worker asks before each step, and about once a second all exchange their
    signals. The number of steps until the next exchange is computed from the time that
    all needed, so that it is the same on each.

    Args:
        stop: This worker's own: an object with `number`, a signal or None.
        strategy: The strategy that all train in.

    Attributes:
        number: The signal that all stop for, or None. SIGTERM precedes Ctrl-C.

    Example:
        ```python
        stop = AgreedStop(stop, strategy)
        while not stop.requested():
            play()
        ```
    """

    def __init__(self, stop: Any, strategy: tf.distribute.Strategy):
        self.number = None
        self._stop = stop
        self._strategy = strategy
        self._interval = 1
        self._calls = 0
        self._exchanged_at = time.monotonic()

    def requested(self) -> bool:
        """Returns whether to stop. All workers must call it equally often."""
        self._calls += 1
        if self._calls >= self._interval:
            self._exchange()
        return self.number is not None

    def _exchange(self):
        now = time.monotonic()
        own = [float(self._stop.number == number) for number in _SIGNALS]
        *shares, seconds = gather(
            self._strategy, [*own, (now - self._exchanged_at) / self._calls]
        ).mean(axis=0)
        received = [n for n, share in zip(_SIGNALS, shares, strict=True) if share]
        self.number = max(received, default=None)
        # The first steps are not typical: one of them compiles.
        calls = min(_SECONDS_BETWEEN_EXCHANGES / max(seconds, 1e-9), 2 * self._interval)
        self._interval = max(int(calls), 1)
        self._calls, self._exchanged_at = 0, now


def agreed(stop: Any, strategy: tf.distribute.Strategy) -> Any:
    """Returns `stop` itself, or where there are several workers, an `AgreedStop`."""
    return AgreedStop(stop, strategy) if _several_workers(strategy) else stop


def check_equal(
    what: str, value: int, hint: str, strategy: tf.distribute.Strategy
) -> None:
    """Checks that an integer is the same on all workers.

    Args:
        what: Its description, the message's subject.
        value: This worker's, less than 2⁵³.
        hint: Advice for the message; a sentence.
        strategy: The strategy that all train in.

    Raises:
        ValueError: On each worker, if it is not.
    """
    if not _several_workers(strategy):
        return
    values = sorted({int(number) for number in gather(strategy, [value])[:, 0]})
    if len(values) > 1:
        raise ValueError(
            f"{what} must be the same on all workers. "
            f"Received: {' and '.join(map(str, values))}. {hint}"
        )


def of_chief(value: float, strategy: tf.distribute.Strategy) -> float:
    """Returns the chief's number on all workers."""
    if not _several_workers(strategy):
        return value
    return float(gather(strategy, [value])[0, 0])


def wait_for_all(strategy: tf.distribute.Strategy) -> None:
    """Waits until each worker has called it, so that none leaves too early."""
    if _several_workers(strategy):
        gather(strategy, [0.0])


def gather(strategy: tf.distribute.Strategy, values: list) -> np.ndarray:
    """Collects each worker's n values as float64 `(replicas, n)`, equal everywhere."""
    return _gather(strategy, tf.constant([values], tf.float64)).numpy()


@tf.function
def _gather(strategy, row):
    return strategy.gather(strategy.run(tf.identity, (row,)), axis=0)


def _several_workers(strategy):
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return False
    resolver = strategy.cluster_resolver
    return len(tf.nest.flatten(resolver.cluster_spec().as_dict())) > 1
