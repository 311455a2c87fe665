"""Peeks at a data set without advancing its shuffling."""

import contextlib
from typing import Any

_open = 0


@contextlib.contextmanager
def uncounted() -> Any:
    """Context in which an iteration over a data set does not count as one.

    A data set of `kgan.data.load` yields other batches in each iteration. An iteration
    that begins in this block shows what the next one will yield. It applies to all data
    sets of the process: `tf.data` has threads of its own.

    Example:
        ```python
        with kgan.data.uncounted():
            first = next(iter(train))  # `fit(train)` will begin with this batch
        ```
    """
    global _open
    _open += 1
    try:
        yield
    finally:
        _open -= 1


def count():
    """Returns whether an iteration that begins now counts."""
    return _open == 0
