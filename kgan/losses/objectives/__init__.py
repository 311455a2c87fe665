"""Objectives of further heads of the discriminator, besides real or fake."""

from kgan.losses.objectives.auxiliary_classifier import (
    AuxiliaryClassifier as AuxiliaryClassifier,
)
from kgan.losses.objectives.base import Objective as Objective
from kgan.losses.objectives.information import Information as Information
from kgan.losses.objectives.registry import find as find
from kgan.losses.objectives.registry import get as get
from kgan.losses.objectives.registry import names as names
from kgan.losses.objectives.style_ambiguity import StyleAmbiguity as StyleAmbiguity
