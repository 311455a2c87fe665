"""Files that are either whole or not there."""

import os
import pathlib
import re


def write_atomically(path, write, durable=False):
    """Writes a file under another name, then renames it.

    Readers, and a run that is interrupted, see the old file or the new one, never half
    of one. The directory is made when it is missing.

    Args:
        path: Where the file shall be.
        write: Function that writes it to the path that it is given, whose suffix is
            that of `path`.
        durable: Whether the file shall outlast a power cut, too: it lies on the disk
            before its name does, and its name before this returns.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(temporary)
        if durable:
            flush(temporary)
        os.replace(temporary, path)
        if durable:
            flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def attempt(path, write, durable=False):
    """Writes a file atomically, or says in one line why that is not possible.

    Training costs more than a file: it goes on when a disk is full.

    Args:
        path: Where the file shall be.
        write: As in `write_atomically`.
        durable: As in `write_atomically`.

    Returns:
        Whether the file was written.
    """
    try:
        write_atomically(path, write, durable)
    except OSError as error:
        # The progress bar's line is not finished.
        print(f"\n{path} could not be written: {error}. Training goes on.", flush=True)
        return False
    return True


def leftovers(directory):
    """Lists what killed processes left half written in a directory, not below it."""
    pattern = re.compile(r"\.(.+)\.\d+(\.\w+)?")
    paths = pathlib.Path(directory).glob(".*")
    return [path for path in paths if pattern.fullmatch(path.name) and path.is_file()]


def flush(path):
    """Waits until a file's content, or a directory's names, lie on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
