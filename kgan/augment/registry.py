"""Finds augmentations by their names."""

from kgan import lookup
from kgan.augment.adaptive import AdaptiveAugment
from kgan.augment.base import Augmentation
from kgan.augment.diff_augment import DiffAugment
from kgan.augment.pipeline import Augment

_AUGMENTATIONS = {
    "diff_augment": DiffAugment,
    "augment": Augment,
    "adaptive_augment": AdaptiveAugment,
}


def names():
    """Returns the names that `get` knows."""
    return tuple(_AUGMENTATIONS)


def get(identifier):
    """Finds an augmentation by its name; gives a layer back as it came.

    Args:
        identifier: An `Augmentation`, one of `names()`, or a dictionary with the name
            under `"name"` and the constructor's arguments beside it.

    Returns:
        An `Augmentation`.

    Raises:
        ValueError: If there is no such augmentation.

    Example:
        ```python
        augmentation = kgan.augment.get({"name": "diff_augment", "policy": "cutout"})
        ```
    """
    if isinstance(identifier, Augmentation):
        return identifier
    arguments = {"name": identifier} if isinstance(identifier, str) else identifier
    name = arguments.get("name") if isinstance(arguments, dict) else None
    if name not in _AUGMENTATIONS:
        expected = "An augmentation must be a `kgan.augment.Augmentation` or one of"
        received = identifier if name is None else name
        raise ValueError(lookup.unknown(expected, received, _AUGMENTATIONS))
    rest = {key: value for key, value in arguments.items() if key != "name"}
    return _AUGMENTATIONS[name](**rest)
