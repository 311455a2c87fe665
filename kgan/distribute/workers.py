"""Connection of a cluster's processes, and errors of lost ones."""

import contextlib
import faulthandler
import signal
import sys
import threading
from typing import Any

import tensorflow as tf

from kgan.distribute import cluster, rendezvous

# Seconds: a scheduler may have to fetch an image to a machine before it starts there.
PATIENCE = 600.0
# Errors of a collective operation when a worker no longer responds.
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
)


def connect(found: cluster.Cluster, patience: float) -> tf.distribute.Strategy:
    """Waits up to `patience` seconds for all workers; then TensorFlow connects them.

    Raises:
        OSError: If this process cannot listen at its address.
        TimeoutError: If a worker does not come.
        RuntimeError: If TensorFlow has run something before.
    """
    rendezvous.meet(found, patience)
    with _ended_after(patience), _own_sigterm():
        return tf.distribute.MultiWorkerMirroredStrategy()


@contextlib.contextmanager
def _ended_after(seconds):
    """Ends this process with a traceback if the block lasts longer.

    If a worker dies right after the rendezvous, TensorFlow waits for it an hour and
    keeps Python's lock meanwhile, so that no thread and no signal handler can run.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@contextlib.contextmanager
def _own_sigterm():
    """Keeps Python's handler of SIGTERM, which TensorFlow would disable."""
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, handler)


def is_lost_worker(error: BaseException) -> bool:
    """Returns whether an error of TensorFlow means that another worker is lost."""
    found = cluster.read()
    return isinstance(error, _LOST) and found is not None and len(found.tasks) > 1


def lost_workers() -> str:
    """Names the workers that do not answer; "another worker" where each one does."""
    # One that was lost may be there again.
    others = rendezvous.silent(cluster.read().others)
    return ", ".join(map(str, others)) or "another worker"


@contextlib.contextmanager
def naming_lost_workers(advice: str = "Start all of them again.") -> Any:
    """Replaces TensorFlow's many lines about a lost worker by one sentence.

    Raises:
        ConnectionError: If another worker is lost; it ends with the sentence `advice`.
    """
    try:
        yield
    except tf.errors.OpError as error:
        if not is_lost_worker(error):
            raise
        raise ConnectionError(
            f"Lost {lost_workers()}, and the others cannot go on alone. {advice}"
        ) from error
