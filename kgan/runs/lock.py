"""A lock on a run's directory: one process at a time writes there."""

import contextlib
import errno
import fcntl
import os
import pathlib
import socket
import warnings
from collections.abc import Iterator

from kgan.core.atomic_files import obstacle

NAME = ".lock"


@contextlib.contextmanager
def held(run_dir: pathlib.Path) -> Iterator[None]:
    """Holds the lock of a directory, which is made if there is none.

    The kernel frees it when the process and all that it forked have ended, also by
    SIGKILL. A file that such a process leaves behind is no lock.

    Raises:
        BlockingIOError: If another process holds it.
        OSError: If nothing can be written there.
    """
    path = run_dir / NAME
    descriptor = _take(path)
    try:
        yield
    finally:
        # While it is held: whoever has opened the file sees that it is another's.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)


def check_free(run_dir: pathlib.Path) -> None:
    """Raises BlockingIOError if another process holds the lock; writes nothing."""
    try:
        descriptor = os.open(run_dir / NAME, os.O_RDONLY)
    except OSError:
        return
    try:
        _lock(descriptor, run_dir, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def check_writable(run_dir: pathlib.Path) -> None:
    """Raises what `held` would where nothing can be written; writes nothing.

    TensorFlow writes into no directory whose name is not UTF-8.
    """
    try:
        os.fspath(run_dir).encode()
    except UnicodeEncodeError:
        raise _not_writable(run_dir, "its name is not UTF-8") from None
    place = obstacle(run_dir)
    if place is not None:
        file = not place.is_dir()
        found = os.strerror(errno.ENOTDIR) if file else f"{place} is not writable"
        raise _not_writable(run_dir, found)


def _not_writable(run_dir, reason):
    return OSError(
        "`run_dir` must be a directory that can be written. Received: "
        f"{run_dir} ({reason})"
    )


def _take(path):
    while True:
        descriptor = _open(path)
        try:
            _lock(descriptor, path.parent, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                _sign(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # removed by who held it before


def _open(path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # NFS locks only what is open for writing.
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _not_writable(path.parent, error.strerror) from error


def _lock(descriptor, run_dir, kind):
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace")
        raise BlockingIOError(
            f"{run_dir} is being written by another run"
            f"{holder and f', {holder.strip()}'}. Wait until it has ended, or stop it."
        ) from error
    except OSError as error:  # a file system may have no locks
        warnings.warn(
            f"{run_dir} cannot be locked ({error.strerror}): start no other run there.",
            stacklevel=2,
        )


def _is_at(descriptor, path):
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def _sign(descriptor):
    holder = f"process {os.getpid()} on {socket.gethostname()}\n"
    with contextlib.suppress(OSError):  # of a full disk; what follows is said there
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
