"""All regularizers by name: one line adds a new one."""

from kgan.core import registry
from kgan.losses.regularizers.consistency import Consistency
from kgan.losses.regularizers.drift import Drift
from kgan.losses.regularizers.latent_consistency import LatentConsistency
from kgan.losses.regularizers.lecam import LeCam
from kgan.losses.regularizers.orthogonal import Orthogonal
from kgan.losses.regularizers.weight_clipping import WeightClipping
from kgan.losses.term import Term

_CLASSES = (Consistency, Drift, LatentConsistency, LeCam, Orthogonal, WeightClipping)
_REGISTRY = registry.Registry(
    "A regularizer must be a `kgan.terms.Term` or one of",
    Term,
    {cls.kind: cls for cls in _CLASSES},
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
