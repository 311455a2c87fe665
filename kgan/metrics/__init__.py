"""How near the distribution of a generator is to that of real examples.

`measure` is the driver; a metric is a file of its own, whose formula is a function of
arrays. `features` turns images into what is compared.
"""

from kgan.metrics import features as features
from kgan.metrics.base import Context as Context
from kgan.metrics.base import Figure as Figure
from kgan.metrics.base import Metric as Metric
from kgan.metrics.evaluation import Evaluation as Evaluation
from kgan.metrics.evaluation import Measurement as Measurement
from kgan.metrics.measure import Evaluator as Evaluator
from kgan.metrics.measure import measure as measure
from kgan.metrics.registry import get as get
from kgan.metrics.registry import names as names
from kgan.metrics.statistic import Statistic as Statistic
