"""Splits by name: whether an example is held out follows from its name alone."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

SPLITS = ("train", "test", "all")


def share(name: str, value: Any) -> float:
    """Returns the argument `name`, a share of examples in [0, 1), as a float.

    Raises a `ValueError` if it is anything else.
    """
    is_number = isinstance(value, (int, float, np.number))
    if isinstance(value, bool) or not is_number or not 0 <= value < 1:
        raise ValueError(f"{name} must be a number in [0, 1). Received: {value!r}")
    return float(value)


def is_held_out(key: str, share: float) -> bool:
    """Returns whether an example is held out.

    It is if the SHA-256 of its name `key`, as a fraction of its range, is below
    `share`: on every platform, whatever other examples there are, and for each larger
    share.
    """
    digest = hashlib.sha256(key.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def check(split: str) -> None:
    """Checks that there is such a split; raises a `ValueError` if not."""
    if split not in SPLITS:
        raise ValueError(
            f"split must be one of {', '.join(SPLITS)}. Received: {split!r}"
        )


def select(
    keys: Sequence[str],
    split: str,
    share: float,
    group: Callable[[str], str] = str,
    what: str = "examples",
) -> tuple[str, ...]:
    """Returns the names of one split, in the order of `keys`, which names all examples.

    `split` is "train", "test" (the share of the examples that is held out) or "all".
    Names of one `group` are in one split: it is the group that is held out.

    Raises a `ValueError` if there is no such split, or train or test is empty; but with
    a share of 0, test alone is missing. `what` says in it what they name.
    """
    test = {key for key in keys if is_held_out(group(key), share)}
    return part(keys, split, test, f"{share:g}", what, share == 0)


def part(
    keys: Sequence[str],
    split: str,
    test: set[str],
    given: str,
    what: str = "examples",
    train_alone: bool = False,
) -> tuple[str, ...]:
    """Returns the names of one split, of which `test` are held out.

    It raises as `select`; `given` says in it by what they are, and `train_alone` is
    whether nothing needs to be.
    """
    check(split)
    if split == "all":
        return tuple(keys)
    no_test = not test and (split == "test" or not train_alone)
    if no_test or len(test) == len(keys):
        raise ValueError(
            "held_out must leave examples to both train and test (0 leaves all to "
            f"train, split='all' reads all). Received: {given} with split={split!r}, "
            f"which holds out {len(test)} of {len(keys)} {what}"
        )
    return tuple(key for key in keys if (key in test) == (split == "test"))
