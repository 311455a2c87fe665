"""Ctrl-C and SIGTERM during a run: it stops after a step, not in the middle of one."""

import contextlib
import os
import signal
import sys
import threading

import keras

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """Raised when a run was stopped by a signal; its message says how to go on.

    Attributes:
        number: The signal.
        status: Exit status of the process: 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, message, number=signal.SIGINT):
        super().__init__(message)
        self.number = number
        self.status = 128 + number


class Stop:
    """Context in which the first Ctrl-C or SIGTERM is only noted.

    The second one ends the process. Outside of the main thread, where Python handles no
    signals, the context does nothing.

    Attributes:
        number: The signal that came, or None.

    Example:
        ```python
        with Stop() as stop:
            while not stop.requested():
                play()
        ```
    """

    def __init__(self):
        self.number = None
        self._handlers = {}

    def requested(self):
        """Returns whether to stop."""
        return self.number is not None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._handlers = {n: signal.signal(n, self._keep) for n in _SIGNALS}
        return self

    def __exit__(self, *error):
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def _keep(self, number, frame):
        self.number = number
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        # `print` may be what was interrupted, and cannot be entered twice.
        # Over a line of progress, onto which the terminal has written "^C".
        begin = b"\r\x1b[J" if sys.stderr.isatty() else b"\n"
        os.write(2, begin + b"Stopping after this step; once more stops at once.\n")


@contextlib.contextmanager
def termination():
    """Context that SIGTERM leaves with `Stopped`, as Ctrl-C does, so that it cleans up.

    Outside of the main thread it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number, frame):
        raise Stopped("stopped", number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class StopBetweenSteps(keras.callbacks.Callback):
    """Raises `Stopped` from `fit` before the next step when a stop was requested.

    An error, so that no other callback takes what was played of the epoch for a whole
    one.

    Args:
        stop: An object with `requested() -> bool` and `number`, the signal that came.
    """

    def __init__(self, stop):
        super().__init__()
        self.stop = stop

    def on_train_batch_begin(self, batch, logs=None):
        if self.stop.requested():
            raise Stopped("stopped by a signal", self.stop.number)
