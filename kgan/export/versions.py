"""Numbered folders, each whole or not there.

TensorFlow Serving polls the folder of a model and loads what has a number for its
name. A version is written under another name, and gets its number when all of it lies
on the disk: no process sees half of one, and a killed one leaves nothing that counts.
"""

import hashlib
import os
import pathlib
import shutil
import socket

from kgan import checks
from kgan.files import flush

MANIFEST = "SHA256SUMS"
_UNFINISHED = ".unfinished-{host}-{process}"


def existing(root):
    """Lists the versions in a folder, in rising order."""
    root = pathlib.Path(root)
    if not root.is_dir():
        return []
    return sorted(int(path.name) for path in root.iterdir() if path.name.isdecimal())


def write(root, version, fill):
    """Writes a version: it appears when all of it is written, or not at all.

    Args:
        root: Folder of all versions; made where it is missing.
        version: Its number. None: one more than the highest.
        fill: Function that writes the files into the empty folder that it is given.

    Returns:
        The path of the version.

    Raises:
        ValueError: If the number is no positive integer.
        FileExistsError: If the version exists, or appeared meanwhile.
        OSError: If the folder cannot be written.
    """
    root = pathlib.Path(root)
    if version is not None:
        checks.positive_integer("version", version)
        _refuse_existing(root, version)
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(f"A model needs a folder. Received: the file {root}")
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root)
    folder = root / _UNFINISHED.format(host=socket.gethostname(), process=os.getpid())
    folder.mkdir()
    try:
        fill(folder)
        _write_manifest(folder)
        for path in [folder, *folder.rglob("*")]:
            flush(path)
        path = _give_number(folder, root, version)
        flush(root)
        return path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if not any(root.iterdir()):
            root.rmdir()


def _refuse_existing(root, version):
    if (root / str(version)).exists():
        known = ", ".join(map(str, existing(root)))
        raise FileExistsError(
            f"`version` must be new: {root} holds {known}. Received: {version}"
        )


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


def _remove_abandoned(root):
    """Removes what killed processes of this machine left unfinished."""
    prefix = _UNFINISHED.format(host=socket.gethostname(), process="")
    for path in root.glob(".unfinished-*"):
        process = path.name.removeprefix(prefix)
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process):
    if process == os.getpid():
        return False  # an earlier one had the same number
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
