"""What players minimise: adversarial losses, gradient penalties and further terms."""

from kgan.losses.adversarial import AdversarialLoss as AdversarialLoss
from kgan.losses.adversarial import Hinge as Hinge
from kgan.losses.adversarial import LeastSquares as LeastSquares
from kgan.losses.adversarial import MeanSquares as MeanSquares
from kgan.losses.adversarial import Minimax as Minimax
from kgan.losses.adversarial import NonSaturating as NonSaturating
from kgan.losses.adversarial import RelativisticPairing as RelativisticPairing
from kgan.losses.adversarial import Wasserstein as Wasserstein
from kgan.losses.adversarial import get as get
from kgan.losses.adversarial import names as names
from kgan.losses.patch_nce import patch_nce as patch_nce
from kgan.losses.path_length import PathLength as PathLength
