"""All objectives by name: one line adds a new one."""

from kgan.core import registry
from kgan.losses.objectives.auxiliary_classifier import AuxiliaryClassifier
from kgan.losses.objectives.information import Information
from kgan.losses.objectives.style_ambiguity import StyleAmbiguity
from kgan.losses.term import Term

_CLASSES = (AuxiliaryClassifier, Information, StyleAmbiguity)
_REGISTRY = registry.Registry(
    "An objective must be a `kgan.terms.Term` or one of",
    Term,
    {cls.kind: cls for cls in _CLASSES},
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
