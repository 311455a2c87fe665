"""All regularizers by name: one line adds a new one."""

from kgan import lookup
from kgan.regularizers.consistency import Consistency
from kgan.regularizers.drift import Drift
from kgan.regularizers.latent_consistency import LatentConsistency
from kgan.regularizers.lecam import LeCam
from kgan.regularizers.orthogonal import Orthogonal
from kgan.regularizers.weight_clipping import WeightClipping
from kgan.terms import Term

_CLASSES = (Consistency, Drift, LatentConsistency, LeCam, Orthogonal, WeightClipping)
_REGISTRY = lookup.Registry(
    "A regularizer must be a `kgan.terms.Term` or one of",
    Term,
    {cls.kind: cls for cls in _CLASSES},
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
