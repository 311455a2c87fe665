"""All objectives by name: one line adds a new one."""

from kgan import terms
from kgan.objectives.auxiliary_classifier import AuxiliaryClassifier
from kgan.objectives.information import Information
from kgan.objectives.style_ambiguity import StyleAmbiguity

_CLASSES = (AuxiliaryClassifier, Information, StyleAmbiguity)
_OBJECTIVES = {cls.kind: cls for cls in _CLASSES}


def names():
    """Returns the names that `get` knows."""
    return tuple(_OBJECTIVES)


def get(identifier):
    """Finds an objective by its name; gives an object back as it came.

    Args:
        identifier: A `kgan.terms.Term`, one of `names()`, or a dictionary with the name
            under `"name"` and the constructor's arguments beside it.

    Returns:
        A `kgan.terms.Term`.

    Raises:
        ValueError: If there is no such objective.

    Example:
        ```python
        objective = kgan.objectives.get({"name": "information", "continuous": 3})
        ```
    """
    return terms.find("An objective", _OBJECTIVES, identifier)
