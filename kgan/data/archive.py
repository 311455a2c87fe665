"""Named files in a folder or a ZIP."""

from __future__ import annotations

import functools
import io
import os
import pathlib
import stat
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

HIDDEN = "hidden"


class Folder:
    """The files under a folder, by its path; links stand for what they lead to."""

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)

    def walk(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Returns the visible files, sorted, and (name, reason) of what is left out.

        Left out are hidden names, those with a dot, of which a folder is one entry;
        links to nothing; links back to a folder that they lie in; folders that cannot
        be listed; and, below one folder at the top, further paths to one folder. Names
        are relative to `path`, with "/" on every platform.
        """
        found = list(self._entries("", (self.path.resolve(),), {}))
        visible = sorted(name for name, reason in found if reason is None)
        return visible, [entry for entry in found if entry[1] is not None]

    def folders(self) -> list[str]:
        """Returns the names of the visible folders at the top, sorted."""
        try:
            names = [entry.name for entry in os.scandir(self.path) if entry.is_dir()]
        except OSError:
            return []  # `walk` says why
        return sorted(name for name in names if not name.startswith("."))

    def real_paths(self, names: Iterable[str]) -> dict[str, str]:
        """Returns for each of these files of `walk` the path that links lead to."""
        real = functools.cache(os.path.realpath)  # of folders: they have many files
        found = {}
        for name in names:
            path = f"{self.path}/{name}"
            place, _, own = path.rpartition("/")
            link = os.path.islink(path)
            found[name] = os.path.realpath(path) if link else f"{real(place)}/{own}"
        return found

    def _entries(self, folder: str, around: tuple[pathlib.Path, ...], seen: dict):
        """Yields (name, None or why it is left out) of all that is under a folder.

        `around` are the real paths of the folders that one went through to get there,
        `seen` the name of each folder that was walked below the same one at the top.
        """
        try:
            entries = sorted(os.scandir(self.path / folder), key=_links_last)
        except OSError as error:
            yield folder or str(self.path), error.strerror
            return
        for entry in entries:
            name = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                yield name, HIDDEN
            elif os.path.isdir(entry.path):
                real = pathlib.Path(entry.path).resolve()
                known = seen if folder else {}
                if any(one.is_relative_to(real) for one in around):
                    yield name, "leads back to a folder that it lies in"
                elif known.setdefault(real, name) != name:
                    yield name, f"the same folder as {known[real]}"
                else:
                    yield from self._entries(name, (*around, real), known)
            elif os.path.isfile(entry.path):
                yield name, None
            else:
                link = entry.is_symlink()
                yield name, "a link to nothing" if link else "neither file nor folder"

    def open(self, name: str) -> BinaryIO:
        """Opens a file of `walk` for reading; may be called from several threads."""
        return (self.path / name).open("rb")

    def state(self, name: str) -> tuple[int, int]:
        """Returns two numbers, of which one changes when the file's content does."""
        found = os.stat(f"{self.path}/{name}")  # a new path takes longer than this
        return found.st_size, found.st_mtime_ns


class Zip:
    """The files in a ZIP, with the interface of `Folder`."""

    def __init__(self, path: str | os.PathLike):
        self.path = pathlib.Path(path)
        self._zip = zipfile.ZipFile(self.path)  # closed when it is collected

    def walk(self):
        visible, left_out = set(), set()
        for info in self._zip.infolist():
            if info.is_dir():
                continue
            parts = pathlib.PurePosixPath(info.filename).parts
            dots = [i for i, part in enumerate(parts) if _is_hidden(part)]
            if dots:
                left_out.add(("/".join(parts[: dots[0] + 1]), HIDDEN))
            elif stat.S_ISLNK(info.external_attr >> 16):
                left_out.add((info.filename, "a link, which a ZIP holds as a text"))
            else:
                visible.add(info.filename)
        return sorted(visible), sorted(left_out)

    def folders(self):
        return []  # a folder without files is nothing in a ZIP

    def real_paths(self, names):
        return {name: name for name in names}

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
    path = pathlib.Path(os.path.expanduser(path))
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return Zip(path)
    found = "another file" if path.exists() else "nothing there"
    raise ValueError(f"Expected a folder or a ZIP at {path}. Received: {found}")


def is_there(path: str | os.PathLike) -> bool:
    """Returns whether `find` finds a folder or ZIP at a path."""
    path = pathlib.Path(os.path.expanduser(path))
    return path.is_dir() or (path.is_file() and zipfile.is_zipfile(path))


def _links_last(entry: os.DirEntry) -> tuple[bool, str]:
    return entry.is_symlink(), entry.name


def _is_hidden(part: str) -> bool:
    # macOS adds the folder __MACOSX to its ZIPs.
    return part.startswith(".") or part == "__MACOSX"
