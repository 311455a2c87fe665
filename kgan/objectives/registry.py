"""All objectives by name: one line adds a new one."""

from kgan import lookup
from kgan.objectives.auxiliary_classifier import AuxiliaryClassifier
from kgan.objectives.information import Information
from kgan.objectives.style_ambiguity import StyleAmbiguity
from kgan.terms import Term

_CLASSES = (AuxiliaryClassifier, Information, StyleAmbiguity)
_REGISTRY = lookup.Registry(
    "An objective must be a `kgan.terms.Term` or one of",
    Term,
    {cls.kind: cls for cls in _CLASSES},
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
