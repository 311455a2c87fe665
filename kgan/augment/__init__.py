"""Augmentations: random changes to what D sees, the same for real and fake."""

from kgan.augment.adaptive import AdaptiveAugment as AdaptiveAugment
from kgan.augment.base import Augmentation as Augmentation
from kgan.augment.diff_augment import DiffAugment as DiffAugment
from kgan.augment.pipeline import Augment as Augment
from kgan.augment.registry import find as find
from kgan.augment.registry import get as get
from kgan.augment.registry import names as names
