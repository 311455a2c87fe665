"""Files that others have published, and what they are not."""

import pathlib

from kgan.published.unpickler import Refused


def check(expected: str, path: pathlib.Path) -> None:
    """Checks that there is a file to be read.

    Args:
        expected: What it must be, as in "a pickle of networks".
        path: Where.

    Raises:
        FileNotFoundError: If there is none.
        Refused: If it is a folder, a pipe or a device.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"`path` must be {expected}. Received: {path}, and there is none"
        )
    if not path.is_file():
        # A pipe would be waited for, and a device has no end.
        raise Refused("a folder" if path.is_dir() else "a pipe or a device")
