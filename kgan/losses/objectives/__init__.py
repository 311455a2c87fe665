"""Objectives of further heads of the discriminator, besides real or fake."""

from kgan.losses import term
from kgan.losses.objectives.auxiliary_classifier import (
    AuxiliaryClassifier as AuxiliaryClassifier,
)
from kgan.losses.objectives.base import Objective as Objective
from kgan.losses.objectives.information import Information as Information
from kgan.losses.objectives.style_ambiguity import StyleAmbiguity as StyleAmbiguity

_REGISTRY = term.of_room("An objective must be a `kgan.terms.Term` or one of", __name__)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
