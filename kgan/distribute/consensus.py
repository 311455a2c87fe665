"""What all workers of a cluster must decide alike, or else they wait for each other."""

import signal
import time

import numpy as np
import tensorflow as tf

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SECONDS_BETWEEN_LOOKS = 1.0


class AgreedStop:
    """Stops all workers before the same step when one of them was told to stop.

    Each asks before each step; about once a second they add up what they know. The
    number of steps until the next time follows from the time that they all took, so
    that it is the same on each.

    Args:
        stop: This worker's own: an object with `number`, a signal or None.
        strategy: The strategy that all train in.

    Attributes:
        number: The signal that all stop for, or None. SIGTERM comes before Ctrl-C.

    Example:
        ```python
        stop = AgreedStop(stop, strategy)
        while not stop.requested():
            play()
        ```
    """

    def __init__(self, stop, strategy: tf.distribute.Strategy):
        self.number = None
        self._stop = stop
        self._strategy = strategy
        self._interval = 1
        self._calls = 0
        self._looked_at = time.monotonic()

    def requested(self) -> bool:
        """Says whether to stop. All workers must ask equally often."""
        self._calls += 1
        if self._calls >= self._interval:
            self._look()
        return self.number is not None

    def _look(self):
        now = time.monotonic()
        own = [float(self._stop.number == number) for number in _SIGNALS]
        *told, seconds = gather(
            self._strategy, [*own, (now - self._looked_at) / self._calls]
        ).mean(axis=0)
        wishes = [n for n, share in zip(_SIGNALS, told, strict=True) if share]
        self.number = max(wishes, default=None)
        # The first steps tell little: one compiles, none lies before the first look.
        calls = min(_SECONDS_BETWEEN_LOOKS / max(seconds, 1e-9), 2 * self._interval)
        self._interval = max(int(calls), 1)
        self._calls, self._looked_at = 0, now


def agreed(stop, strategy: tf.distribute.Strategy):
    """Gives `stop` itself, or where there are several workers, an `AgreedStop`."""
    return AgreedStop(stop, strategy) if _several_workers(strategy) else stop


def check_equal(what: str, value: int, hint: str, strategy: tf.distribute.Strategy):
    """Checks that an integer is the same on all workers.

    Args:
        what: What it is, the sentence's subject.
        value: This worker's, less than 2⁵³.
        hint: What to look at if it is not; a sentence.
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
    """Gives the chief's number to all workers."""
    if not _several_workers(strategy):
        return value
    return float(gather(strategy, [value])[0, 0])


def wait_for_all(strategy: tf.distribute.Strategy) -> None:
    """Waits until each worker has come here; one that left before would be missed."""
    if _several_workers(strategy):
        gather(strategy, [0.0])


def gather(strategy: tf.distribute.Strategy, values: list) -> np.ndarray:
    """Collects numbers from all replicas; each worker calls it with its own.

    Args:
        strategy: The strategy that all train in.
        values: List of n floats.

    Returns:
        A float64 array of shape `(replicas, n)`, the same on each worker.
    """
    return _gather(strategy, tf.constant([values], tf.float64)).numpy()


@tf.function
def _gather(strategy, row):
    return strategy.gather(strategy.run(tf.identity, (row,)), axis=0)


def _several_workers(strategy):
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return False
    resolver = strategy.cluster_resolver
    return len(tf.nest.flatten(resolver.cluster_spec().as_dict())) > 1
