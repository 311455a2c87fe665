"""A folder of generated images, which holds those of one model and one set of flags.

`generated.json` in it tells of what they are. It has no range of images: several
processes, on several machines, fill one folder with a part each, and each reads there
that it adds to its own.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import uuid

import numpy as np

NAME = "generated.json"
_IMAGES = ("image-*.png", "seed*.png")
_MODEL = "model"  # a path, which is another on another machine


def fingerprint(model) -> str:
    """Returns the SHA-256 of a model's weights."""
    found = hashlib.sha256()
    for weight in model.weights:
        found.update(np.ascontiguousarray(weight))
    return found.hexdigest()


class ImageFolder:
    """A folder into which images of certain settings are written.

    Args:
        path: The folder, which need not exist.
        settings: All that the images depend on, JSON values by name. Those under
            "model" are shown alone, and not compared.
    """

    def __init__(self, path: pathlib.Path, settings: dict):
        self.path = path
        self.settings = json.loads(json.dumps(settings))

    def check(self) -> None:
        """Checks that the folder has no images of other settings.

        Raises:
            ValueError: If it has.
        """
        # In this order: another process writes its settings before its images.
        images = any(image for name in _IMAGES for image in self.path.glob(name))
        file = self.path / NAME
        if file.is_file():
            self._compare(file)
        elif images:
            raise ValueError(
                f"`output` must be a folder without images, or with images of the same "
                f"model and flags. Received: {self.path}, whose images nothing is "
                f"known of, as it has no {NAME}"
            )

    def claim(self) -> None:
        """Writes the settings into the folder, unless they are there; else as `check`.

        Of several processes at a time one writes; the others compare with it.
        """
        self.check()
        file = self.path / NAME
        if file.exists():
            return
        self.path.mkdir(parents=True, exist_ok=True)
        # Two machines may have processes of one number.
        temporary = self.path / f".{uuid.uuid4().hex}.json"
        try:
            temporary.write_text(json.dumps(self.settings, indent=2) + "\n", "utf-8")
            with contextlib.suppress(FileExistsError):
                _rename_to_new(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
        self._compare(file)

    def _compare(self, file):
        try:
            before = dict(json.loads(file.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{file} must tell of what the images beside it are. Received: {error}"
            ) from None
        after = self.settings
        names = sorted((before.keys() | after.keys()) - {_MODEL})
        differing = [n for n in names if before.get(n) != after.get(n)]
        # What only one of two kinds of images has says less than the kinds do.
        told = [n for n in differing if n in before and n in after] or differing
        if told:
            found = (
                f"{n} {_text(before.get(n))} in place of {_text(after.get(n))}"
                for n in told
            )
            raise ValueError(
                f"`output` must be a folder of images of the same model and flags, or "
                f"another one: --output names it. Received: {self.path}, with images "
                f"of {', '.join(found)}"
            )


def _rename_to_new(path, new):
    """Renames a file; raises `FileExistsError` if there is one of the new name."""
    try:
        os.link(path, new)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if new.exists():
            raise FileExistsError(new) from None
        path.replace(new)


def _text(value):
    text = json.dumps(value)
    return f"{value[:8]}…" if isinstance(value, str) and len(value) == 64 else text
