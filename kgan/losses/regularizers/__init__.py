"""Further terms of the players' losses, beside the gradient penalties, and limits."""

from kgan.losses.regularizers.consistency import Consistency as Consistency
from kgan.losses.regularizers.drift import Drift as Drift
from kgan.losses.regularizers.flip_and_shift import FlipAndShift as FlipAndShift
from kgan.losses.regularizers.latent_consistency import (
    LatentConsistency as LatentConsistency,
)
from kgan.losses.regularizers.lecam import LeCam as LeCam
from kgan.losses.regularizers.orthogonal import Orthogonal as Orthogonal
from kgan.losses.regularizers.registry import find as find
from kgan.losses.regularizers.registry import get as get
from kgan.losses.regularizers.registry import names as names
from kgan.losses.regularizers.weight_clipping import WeightClipping as WeightClipping
