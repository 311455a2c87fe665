"""Further terms of the players' losses, beside the gradient penalties, and limits."""

from kgan.regularizers.consistency import Consistency as Consistency
from kgan.regularizers.drift import Drift as Drift
from kgan.regularizers.flip_and_shift import FlipAndShift as FlipAndShift
from kgan.regularizers.latent_consistency import LatentConsistency as LatentConsistency
from kgan.regularizers.lecam import LeCam as LeCam
from kgan.regularizers.orthogonal import Orthogonal as Orthogonal
from kgan.regularizers.registry import find as find
from kgan.regularizers.registry import get as get
from kgan.regularizers.registry import names as names
from kgan.regularizers.weight_clipping import WeightClipping as WeightClipping
