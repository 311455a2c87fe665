"""Numbered folders, each whole or not there.

TensorFlow Serving polls the folder of a model and loads what has a number for its
name. A version is written under another name, and gets its number when all of it lies
on the disk: no process sees half of one, and a killed one leaves nothing that counts.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import uuid

from kgan.core import arguments
from kgan.core.atomic_files import flush

MANIFEST = "SHA256SUMS"
_UNFINISHED = ".unfinished-"
# TensorFlow Serving reads numbers of 64 bits.
_HIGHEST = 2**63 - 1


def existing(root):
    """Lists the versions in a folder, in rising order."""
    root = pathlib.Path(root)
    if not root.is_dir():
        return []
    names = [path.name for path in root.iterdir() if path.name.isdecimal()]
    return sorted(number for number in map(int, names) if number <= _HIGHEST)


def write(root, version, fill):
    """Writes a version: it appears when all of it is written, or not at all.

    Args:
        root: Folder of all versions; made where it is missing.
        version: Its number. None: one more than the highest.
        fill: Function that writes the files into the empty folder that it is given.

    Returns:
        The path of the version.

    Raises:
        ValueError: If the number is no positive integer, or has more than 63 bits.
        FileExistsError: If the version exists, or appeared meanwhile.
        OSError: If the folder cannot be written.
    """
    root = pathlib.Path(root)
    if version is not None:
        _check(root, version)
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(f"A model needs a folder. Received: the file {root}")
    made = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        with _unfinished(root) as folder:
            fill(folder)
            _write_manifest(folder)
            for path in [folder, *folder.rglob("*")]:
                flush(path)
            path = _give_number(folder, root, version)
            flush(root)
            return path
    finally:
        if made and not any(root.iterdir()):
            root.rmdir()


def _check(root, version):
    if arguments.positive_integer("version", version) > _HIGHEST:
        raise ValueError(f"`version` must be below 2**63. Received: {version}")
    _refuse_existing(root, version)


def _refuse_existing(root, version):
    if (root / str(version)).exists():
        known = ", ".join(map(str, existing(root)))
        raise FileExistsError(
            f"`version` must be new: {root} holds {known}. Received: {version}"
        )


@contextlib.contextmanager
def _unfinished(root):
    """Yields a folder without a number, which is gone at the end of the block."""
    with _locked(root):  # nobody may clean up between the next three lines
        _remove_abandoned(root)
        folder = root / f"{_UNFINISHED}{uuid.uuid4().hex}"
        folder.mkdir()
        lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_abandoned(root):
    """Removes what killed processes left unfinished: nobody holds its lock."""
    for folder in root.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError), _locked(folder, fcntl.LOCK_NB):
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder, how=0):
    lock = _lock(folder, how)
    try:
        yield
    finally:
        os.close(lock)


def _lock(folder, how=0):
    """Locks a folder until the descriptor is closed, if need be by the kernel."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _give_number(folder, root, version):
    while True:
        path = root / str(version or max(existing(root), default=0) + 1)
        try:
            return folder.rename(path)
        except OSError:
            if not path.exists():
                raise
            # Another process was faster: its version stays.
            if version is not None:
                _refuse_existing(root, version)


def _write_manifest(folder):
    """Writes the checksums of all files, as `sha256sum --check` reads them."""
    lines = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / MANIFEST).write_text("".join(lines), "utf-8")
