"""All regularizers by name: one line adds a new one."""

from kgan import terms
from kgan.regularizers.consistency import Consistency
from kgan.regularizers.drift import Drift
from kgan.regularizers.latent_consistency import LatentConsistency
from kgan.regularizers.lecam import LeCam
from kgan.regularizers.orthogonal import Orthogonal
from kgan.regularizers.weight_clipping import WeightClipping

_CLASSES = (Consistency, Drift, LatentConsistency, LeCam, Orthogonal, WeightClipping)
_REGULARIZERS = {cls.kind: cls for cls in _CLASSES}


def names():
    """Returns the names that `get` knows."""
    return tuple(_REGULARIZERS)


def get(identifier):
    """Finds a regularizer by its name; gives an object back as it came.

    Args:
        identifier: A `kgan.terms.Term`, one of `names()`, or a dictionary with the name
            under `"name"` and the constructor's arguments beside it.

    Returns:
        A `kgan.terms.Term`.

    Raises:
        ValueError: If there is no such regularizer.

    Example:
        ```python
        regularizer = kgan.regularizers.get({"name": "lecam", "weight": 0.1})
        ```
    """
    return terms.find("A regularizer", _REGULARIZERS, identifier)
