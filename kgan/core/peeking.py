"""Looking at data without moving them on: what checks and data sets agree about."""

import contextlib

_open = 0


@contextlib.contextmanager
def uncounted():
    """Lets a data set be looked at without moving it on.

    A data set of `kgan.data.load` gives other batches in each iteration. An iteration
    that gives its first batch inside this block shows what the next one will give, and
    does not count. It holds for all data sets of the process, since `tf.data` works in
    threads of its own.

    Example:
        ```python
        train = kgan.data.load("digits", batch_size=64)
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
    """Says whether an iteration that begins now counts."""
    return _open == 0
