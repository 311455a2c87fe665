"""Named files in a folder or a ZIP."""

from __future__ import annotations

import io
import os
import pathlib
import zipfile
from typing import BinaryIO


class Folder:
    """The files under a folder, by its path."""

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)

    def walk(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Returns the visible files, sorted, and (name, "hidden") of those with a dot.

        Names are relative to `path`, with "/" on every platform; a hidden folder is one
        entry.
        """
        visible, hidden = [], []
        for path, folders, files in os.walk(self.path):
            here = pathlib.Path(path).relative_to(self.path)
            for name in [*folders, *files]:
                if name.startswith("."):
                    hidden.append(((here / name).as_posix(), "hidden"))
            folders[:] = [name for name in folders if not name.startswith(".")]
            visible += [(here / f).as_posix() for f in files if not f.startswith(".")]
        return sorted(visible), hidden

    def open(self, name: str) -> BinaryIO:
        """Opens a file of `walk` for reading; may be called from several threads."""
        return (self.path / name).open("rb")

    def state(self, name: str) -> tuple[int, int]:
        """Returns two numbers, of which one changes when the file's content does."""
        stat = os.stat(f"{self.path}/{name}")  # a new path takes longer than this
        return stat.st_size, stat.st_mtime_ns


class Zip:
    """The files in a ZIP, with the interface of `Folder`."""

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self._zip = zipfile.ZipFile(self.path)  # closed when it is collected

    def walk(self):
        visible, hidden = set(), set()
        for info in self._zip.infolist():
            if info.is_dir():
                continue
            parts = pathlib.PurePosixPath(info.filename).parts
            dots = [i for i, part in enumerate(parts) if _is_hidden(part)]
            if dots:
                hidden.add(("/".join(parts[: dots[0] + 1]), "hidden"))
            else:
                visible.add(info.filename)
        return sorted(visible), sorted(hidden)

    def open(self, name):
        return io.BytesIO(self._zip.read(name))

    def state(self, name):
        """Returns size and checksum of a file."""
        info = self._zip.getinfo(name)
        return info.file_size, info.CRC


def find(path: str | os.PathLike) -> Folder | Zip:
    """Returns the `Folder` or `Zip` at a path, in which "~" is the home folder.

    Raises a `ValueError` if there is neither.
    """
    path = pathlib.Path(path).expanduser()
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return Zip(path)
    found = "another file" if path.exists() else "nothing there"
    raise ValueError(f"Expected a folder or a ZIP at {path}. Received: {found}")


def _is_hidden(part: str) -> bool:
    # macOS adds the folder __MACOSX to its ZIPs.
    return part.startswith(".") or part == "__MACOSX"
