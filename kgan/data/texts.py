"""Texts that name a data set of two sets of images: pairs:..., unpaired:..."""

from __future__ import annotations

import dataclasses
import os
import re
from typing import Any

_SHARE = re.compile(r"0?\.\d+")
_LAYOUTS = {
    "pairs": "pairs:PATH, images side by side",
    "unpaired": "unpaired:PATH, with trainA, trainB, testA and testB in it",
}


@dataclasses.dataclass(frozen=True)
class Text:
    """The parts of a text.

    Attributes:
        kind: "pairs" or "unpaired".
        paths: One path of a folder or ZIP, or two: of sources and of targets.
        sets: Names of two sub-folders of one path, or nothing.
        share: Share of the examples that is held out, as it was written, or "".
    """

    kind: str
    paths: tuple[str, ...]
    sets: tuple[str, ...] = ()
    share: str = ""

    @property
    def held_out(self) -> float | None:
        """The share as a number; None without one."""
        return float(self.share) if self.share else None

    def at(self, *paths: str | os.PathLike) -> Text:
        """Returns the text of the same data at other paths."""
        return dataclasses.replace(self, paths=tuple(map(os.fspath, paths)))

    def __str__(self) -> str:
        share = [self.share] if self.share else []
        return ":".join([self.kind, *self.paths, *self.sets, *share])


def is_text(name: Any) -> bool:
    """Returns whether `name` is a text for `parse`."""
    return isinstance(name, str) and name.partition(":")[0] in _LAYOUTS and ":" in name


def parse(text: str) -> Text:
    """Parses the text of a data set of two sets of images.

    KIND:PATH:SOURCE:TARGET[:SHARE] is a folder or ZIP and two sub-folders, of which
    SHARE is held out, a decimal fraction such as 0.2; KIND:PATH:PATH are two folders or
    ZIPs; KIND:PATH[:SHARE] is one that has both sets in it. KIND is "pairs" or
    "unpaired". A path before SOURCE and TARGET may have colons.

    Raises a `ValueError` if a part is missing.
    Example: `parse("pairs:maps.zip:aerial:map").sets` is `("aerial", "map")`.
    """
    kind, _, rest = text.partition(":")
    parts, share = rest.split(":"), ""
    if len(parts) in (2, *range(4, len(parts) + 1)) and _SHARE.fullmatch(parts[-1]):
        share = parts.pop()
    if not all(parts):
        raise ValueError(
            f"Expected {kind}:PATH:SOURCE:TARGET, a folder or ZIP and two sub-folders "
            f"with images in it, {kind}:PATH:PATH, two folders or ZIPs, or "
            f"{_LAYOUTS[kind]}. Received: {text!r}"
        )
    if len(parts) < 3:
        return Text(kind, tuple(parts), (), share)
    return Text(kind, (":".join(parts[:-2]),), tuple(parts[-2:]), share)
