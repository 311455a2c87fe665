"""Files that are either complete or absent."""

import os
import pathlib
import re
import shutil


def write_atomically(path, write, durable=False):
    """Writes a file by `write(path)` under another name, then renames it.

    Readers and interrupted runs see the old file or the new one, never half of one. A
    missing directory is created. With `durable` the file also outlasts a power cut: its
    content is flushed to the disk before it is renamed, its name before this returns.
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


def fill_atomically(folder, fill):
    """Writes a new folder by `fill(path)` under another name, then renames it.

    It is complete or absent, whatever happens meanwhile. An empty folder of its name
    may be there already.
    """
    folder = pathlib.Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}")
    temporary.mkdir()
    try:
        fill(temporary)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_writable(folder, argument):
    """Checks that files can be written into a folder, which need not exist yet.

    It writes nothing. `argument` is what names the folder, for the message.

    Raises:
        OSError: If they cannot.
    """
    folder = pathlib.Path(folder).absolute()
    place = obstacle(folder)
    if place is not None:
        found = "cannot be written" if place.is_dir() else "is a file"
        raise OSError(
            f"{argument} must name a folder that can be written, or a file in one. "
            f"Received: {folder}, and {place} {found}"
        )


def obstacle(folder):
    """Returns the file, or the folder that is read-only, in the way of a new file.

    It is at a folder, which need not exist yet, or the nearest above it; None if files
    can be written there.
    """
    folder = pathlib.Path(folder).absolute()
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = place.is_dir() and os.access(place, os.W_OK | os.X_OK)
    return None if free else place


def attempt(path, write, durable=False):
    """Writes a file as `write_atomically`, or prints one line if that is impossible.

    Training goes on when a disk is full. Returns whether the file was written.
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
    """Waits until a file's content, or a directory's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
