"""Augmentations by name: one line adds a new one."""

from kgan.augment.adaptive import AdaptiveAugment
from kgan.augment.base import Augmentation
from kgan.augment.diff_augment import DiffAugment
from kgan.augment.pipeline import Augment
from kgan.core import registry

_REGISTRY = registry.Registry(
    "An augmentation must be a `kgan.augment.Augmentation` or one of",
    Augmentation,
    {
        "diff_augment": DiffAugment,
        "augment": Augment,
        "adaptive_augment": AdaptiveAugment,
    },
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
