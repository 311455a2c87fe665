"""Named files in a folder or a ZIP."""

from __future__ import annotations

import io
import os
import pathlib
import zipfile
from typing import BinaryIO


class Folder:
    """The files under a folder.

    Args:
        path: Path of the folder.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)

    def walk(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Returns names of files relative to `path`, with "/" on every platform.

        Returns:
            The visible files, sorted, and a list of (name, "hidden") with what begins
            with a dot, a hidden folder as one entry.
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
        """Returns two numbers of a file of which one changes when its content does."""
        stat = (self.path / name).stat()
        return stat.st_size, stat.st_mtime_ns


class Zip:
    """The files in a ZIP; its interface is that of `Folder`.

    Args:
        path: Path of the ZIP.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self._zip = zipfile.ZipFile(self.path)  # closed when it is collected

    def walk(self):
        """Returns names of files; see `Folder.walk`."""
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
        """Reads a file; see `Folder.open`."""
        return io.BytesIO(self._zip.read(name))

    def state(self, name):
        """Returns size and checksum of a file; see `Folder.state`."""
        info = self._zip.getinfo(name)
        return info.file_size, info.CRC


def find(path: str | os.PathLike) -> Folder | Zip:
    """Opens a folder or a ZIP.

    Args:
        path: Its path; "~" is the home folder.

    Raises:
        ValueError: If there is neither.
    """
    path = pathlib.Path(path).expanduser()
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return Zip(path)
    found = "another file" if path.exists() else "nothing there"
    raise ValueError(f"Expected a folder or a ZIP at {path}. Received: {found}")


def _is_hidden(part: str) -> bool:
    # macOS adds the folder __MACOSX to the ZIPs that it makes.
    return part.startswith(".") or part == "__MACOSX"
