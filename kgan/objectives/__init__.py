"""Objectives of further heads of the discriminator, besides real or fake."""

from kgan.objectives.auxiliary_classifier import (
    AuxiliaryClassifier as AuxiliaryClassifier,
)
from kgan.objectives.base import Objective as Objective
from kgan.objectives.information import Information as Information
from kgan.objectives.registry import find as find
from kgan.objectives.registry import get as get
from kgan.objectives.registry import names as names
from kgan.objectives.style_ambiguity import StyleAmbiguity as StyleAmbiguity
