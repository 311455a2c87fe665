"""File of the published figures' Inception network: found, or downloaded once."""

import hashlib
import http.client
import os
import pathlib
import shutil
import tarfile
import urllib.request
import zlib
from collections.abc import Sequence

from kgan.core import atomic_files
from kgan.data import reach

FILE = "classify_image_graph_def.pb"
VARIABLE = "KGAN_INCEPTION"
URL = (
    "https://storage.googleapis.com/download.tensorflow.org/models/image/imagenet/"
    "inception-2015-12-05.tgz"
)
# Longest time without a byte from the server.
_SECONDS = 30.0
# Raised for an interrupted download or a damaged archive.
_FAILURES = (OSError, EOFError, zlib.error, tarfile.TarError, http.client.HTTPException)


def cache_folder() -> pathlib.Path | None:
    """Returns the folder of downloads, `$KGAN_CACHE_DIR` or `~/.cache/kgan`.

    `$XDG_CACHE_HOME` takes the place of `~/.cache`. It is None for a user without a
    home directory, as in a container that was started with any user id.
    """
    own = os.environ.get("KGAN_CACHE_DIR")
    general = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    folder = os.path.expanduser(own or os.path.join(general, "kgan"))
    return None if folder.startswith("~") else pathlib.Path(folder)


def sha256(path: str | os.PathLike) -> str:
    """Returns the SHA-256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(path: str | os.PathLike, expected: str | None, origin: object = None) -> None:
    """Raises a `ValueError` if a file (`origin` in the message) has another SHA-256."""
    if expected is None:
        return
    found = sha256(path)
    if found != expected.lower():
        raise ValueError(
            f"The SHA-256 of {origin or path} must be {expected}. Received: {found}"
        )


def inception(
    path: str | os.PathLike | None = None,
    expected: str | None = None,
    url: str = URL,
    alternatives: Sequence[str] = ("pixels",),
) -> pathlib.Path:
    """Returns the path of the frozen graph of 2015-12-05, downloaded if needed.

    Args:
        path: The file. None: that of the environment's `KGAN_INCEPTION`, else that in
            `cache_folder()`, into which it is downloaded if it is missing.
        expected: Its SHA-256, or None.
        url: Address of the archive that contains it.
        alternatives: Features that need no download, for the message.

    Raises a `ValueError` if the file is missing, cannot be downloaded, or has another
    SHA-256.
    """
    given = path or os.environ.get(VARIABLE)
    if given:
        found, source = (
            pathlib.Path(os.path.expanduser(given)),
            "path" if path else VARIABLE,
        )
        if not found.is_file():
            raise ValueError(
                f"`{source}` must name the file {FILE}. Received: {given}, where there "
                "is no file"
            )
    else:
        cache = cache_folder()
        if cache is None:
            raise ValueError(
                f"The features 'inception' need the file {FILE}, and there is no home "
                "directory to keep it in: set KGAN_CACHE_DIR to a folder, or "
                f"{VARIABLE} to its path. Features that need no download: "
                f"{', '.join(alternatives)}"
            )
        found = cache / FILE
        if not found.is_file():
            return _fetch(url, found, expected, alternatives)
    check(found, expected)
    return found


def _fetch(url, target, expected, alternatives):
    unreachable = not url.startswith("file:") and reach.unreachable_hosts([url])
    reason = f"{unreachable[0]} does not answer" if unreachable else None
    if not unreachable:
        try:
            atomic_files.write_atomically(target, lambda p: _download(url, p, expected))
            return target
        except _FAILURES as error:
            reason = f"it could not be fetched: {error}"
    raise ValueError(
        f"The features 'inception' need the file {FILE} from {url}, and {reason}. Put "
        f"it at {target}, set {VARIABLE} to its path, or pass path=. Features that "
        f"need no download: {', '.join(alternatives)}"
    )


def _download(url, path, expected):
    """Writes the one needed file of the archive to `path`, while it arrives."""
    with (
        urllib.request.urlopen(url, timeout=_SECONDS) as response,
        tarfile.open(fileobj=response, mode="r|*") as archive,
    ):
        for member in archive:
            if member.isfile() and pathlib.PurePath(member.name).name == FILE:
                with open(path, "wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)
                return check(path, expected, origin=f"{FILE} of {url}")
    raise EOFError(f"the archive holds no {FILE}")
