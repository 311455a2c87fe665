"""Further terms of the players' losses, beside the gradient penalties, and limits."""

from kgan.losses import term
from kgan.losses.regularizers.consistency import Consistency as Consistency
from kgan.losses.regularizers.drift import Drift as Drift
from kgan.losses.regularizers.flip_and_shift import FlipAndShift as FlipAndShift
from kgan.losses.regularizers.latent_consistency import (
    LatentConsistency as LatentConsistency,
)
from kgan.losses.regularizers.lecam import LeCam as LeCam
from kgan.losses.regularizers.orthogonal import Orthogonal as Orthogonal
from kgan.losses.regularizers.weight_clipping import WeightClipping as WeightClipping

_REGISTRY = term.of_room(
    "A regularizer must be a `kgan.terms.Term` or one of", __name__
)
names, get, find = _REGISTRY.names, _REGISTRY.get, _REGISTRY.find
