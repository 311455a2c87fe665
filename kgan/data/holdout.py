"""Which examples are held out: by name, group, list or folder."""

from __future__ import annotations

import csv
import dataclasses
import os
import pathlib
import re
from collections.abc import Callable, Mapping, Sequence

from kgan.core import naming
from kgan.data import splits

FOLDER = "folder"
FOLDERS = ("train", "test", "val")
_NAMED = 3  # how many names a sentence has
_EXPECTED = (
    "held_out_by must be one of name, folder, list:FILE (a name a line), "
    "match:REGULAR_EXPRESSION, table:FILE:COLUMN"
)


class Rule:
    """A rule that parts examples into train and test by their names.

    Attributes:
        text: The `held_out_by` that `rule` reads as this one, with an absolute path.
        share_alone: Whether a share says all of it.
    """

    text: str | None = None
    share_alone = False

    def check(self, names: Sequence[str]) -> str:
        """Checks that the rule suits the names of all examples; returns a note or "".

        Raises a `ValueError` if it does not.
        """
        return ""

    def select(
        self, names: Sequence[str], split: str, what: str = "examples"
    ) -> tuple[str, ...]:
        """Returns the names of one split, in their order; see `kgan.data.splits`."""
        return splits.part(
            names, split, self.test(names), f"held_out_by={self.text!r}", what
        )

    def test(self, names: Sequence[str]) -> set[str]:
        """Returns those of the names that are held out."""
        raise NotImplementedError

    def share(self, names: Sequence[str]) -> float:
        """Returns the share of the examples that is held out."""
        return len(self.test(names)) / len(names)


@dataclasses.dataclass(frozen=True)
class ByGroup(Rule):
    """A share of the groups is held out; by default each name is a group of its own."""

    held_out: float
    group: Callable[[str], str | None] = str
    text: str | None = None

    @property
    def share_alone(self):
        return self.text is None

    def check(self, names):
        lacking = [name for name in names if self.group(name) is None]
        if lacking:
            raise ValueError(
                f"held_out_by={self.text!r} must find a group for each of "
                f"{len(names)} names. Received: {len(lacking)} without one "
                f"({naming.listed(lacking, _NAMED)})"
            )
        return ""

    def select(self, names, split, what="examples"):
        return splits.select(names, split, self.held_out, self.group, what)

    def share(self, names):
        return self.held_out


@dataclasses.dataclass(frozen=True)
class ByList(Rule):
    """The names of a list are held out; they may have the endings of their files."""

    names: tuple[str, ...]
    text: str

    def check(self, names):
        known = {*names}
        missing = [name for name in self.names if not {name, _stem(name)} & known]
        if len(missing) == len(self.names):
            raise ValueError(
                f"held_out_by={self.text!r} must list names of these data, such as "
                f"{naming.listed(sorted(names), _NAMED)}. Received: "
                f"{naming.listed(missing, _NAMED) or 'an empty file'}"
            )
        if not missing:
            return ""
        listed = naming.listed(missing, _NAMED)
        return f"{len(missing)} names of {self.text} are none of these data: {listed}"

    def test(self, names):
        return {*names} & {*self.names, *map(_stem, self.names)}


@dataclasses.dataclass(frozen=True)
class ByFolder(Rule):
    """Held out is what lies in the folder test, or where there is none, in val."""

    text: str = FOLDER

    def check(self, names):
        used = "train", _test_folder(names)
        unused = sum(_folder(name) not in used for name in names)
        return f"{unused} images in val are in neither train nor test" * bool(unused)

    def select(self, names, split, what="examples"):
        splits.check(split)
        if split == "all":
            return tuple(names)
        folder = "train" if split == "train" else _test_folder(names)
        chosen = tuple(name for name in names if _folder(name) == folder)
        if not chosen:
            found = sorted({_folder(name) for name in names})
            raise ValueError(
                f"held_out_by='folder' needs {what} in "
                f"{'train/' if split == 'train' else 'test/ or val/'} for "
                f"split={split!r}. Received: those of {', '.join(found)} alone"
            )
        return chosen

    def test(self, names):
        folder = _test_folder(names)
        return {name for name in names if _folder(name) == folder}


def rule(
    by: str | None, share: float | None, places: Sequence[pathlib.Path] = ()
) -> Rule:
    """Returns the rule of the options `held_out_by` and `held_out`.

    Args:
        by: None or "name": by the names themselves; "match:REGEX": a part of the name
            is its group, the first parenthesis or all that matches; "table:FILE:COLUMN"
            a column of a TSV or CSV file is, whose first column has the names;
            "list:FILE": a text file has the names, one a line; "folder": the folders
            train and test, or val, which each name begins with.
        share: Share of the examples or groups, in [0, 1); None is 0.1.
        places: Paths of the data, beside which a file is looked for that is not where
            `by` says.

    Raises a `ValueError` if one of them is wrong, or both say what is held out.
    """
    kind, _, rest = (by or "name").partition(":")
    if kind not in _RULES or bool(rest) != (kind in _WITH_FILE):
        raise ValueError(f"{_EXPECTED}. Received: {by!r}")
    if kind in _BY_SHARE:
        known = splits.share("held_out", 0.1 if share is None else share)
        return _RULES[kind](rest, known, places)
    if share is not None:
        raise ValueError(
            f"held_out must be None with held_out_by={by!r}, which says all that is "
            f"held out. Received: {share!r}"
        )
    return _RULES[kind](rest, places)


def without_folders(by: str | None) -> str | None:
    """Returns a `held_out_by` with the name of its file alone, for others to see."""
    kind, _, rest = (by or "").partition(":")
    if kind not in ("list", "table"):
        return by
    return f"{kind}:{pathlib.PurePath(rest).name}"


def _by_match(pattern, share, places):
    try:
        found = re.compile(pattern)
    except re.error as error:
        raise ValueError(
            "held_out_by=match: must have a regular expression after it. Received: "
            f"{pattern!r} ({error})"
        ) from None

    def group(name):
        match = found.search(name)
        return match and (match[1] if found.groups else match[0])

    return ByGroup(share, group, f"match:{pattern}")


def _by_table(rest, share, places):
    place, _, column = rest.rpartition(":")
    path = _find("table:FILE:COLUMN", place, places)
    with path.open(newline="", encoding="utf-8-sig") as file:
        comma = path.suffix.lower() == ".csv"
        header, *rows = csv.reader(file, delimiter="," if comma else "\t") or [[]]
    if column not in header:
        raise ValueError(
            f"held_out_by=table: must name a column of {path}, one of "
            f"{', '.join(header)}. Received: {column!r}"
        )
    number = header.index(column)
    groups: Mapping = {row[0]: row[number] for row in rows if len(row) > number}
    return ByGroup(
        share,
        lambda name: groups.get(name) or groups.get(pathlib.PurePosixPath(name).name),
        f"table:{path}:{column}",
    )


def _by_list(place, places):
    path = _find("list:FILE", place, places)
    lines = path.read_text("utf-8-sig").splitlines()
    return ByList(tuple(filter(None, map(str.strip, lines))), f"list:{path}")


_RULES = {
    "name": lambda rest, share, places: ByGroup(share),
    "match": _by_match,
    "table": _by_table,
    "list": _by_list,
    FOLDER: lambda rest, places: ByFolder(),
}
_BY_SHARE = ("name", "match", "table")
_WITH_FILE = ("match", "table", "list")


def _find(form, place, places):
    """Returns the absolute path of a file, which may lie in or beside the data."""
    given = pathlib.Path(os.path.expanduser(place))
    beside = [folder / given.name for path in places for folder in (path, path.parent)]
    for path in (given, *beside):
        if place and path.is_file():
            return pathlib.Path(os.path.abspath(path))
    raise ValueError(
        f"held_out_by={form} must name a text file that is there, or in or beside the "
        f"data. Received: {place!r}"
    )


def _stem(name):
    return str(pathlib.PurePosixPath(name).with_suffix(""))


def _folder(name):
    return name.partition("/")[0]


def _test_folder(names):
    return "test" if "test" in map(_folder, names) else "val"
