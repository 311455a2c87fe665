"""Metrics of how close a generator's distribution is to that of real examples.

`measure` computes them; a metric is a file of its own, whose formula is a function of
arrays. `features` maps images to the vectors that are compared.
"""

from kgan.metrics import features as features
from kgan.metrics.base import Context as Context
from kgan.metrics.base import Figure as Figure
from kgan.metrics.base import Metric as Metric
from kgan.metrics.birthday import Birthday as Birthday
from kgan.metrics.class_agreement import ClassAgreement as ClassAgreement
from kgan.metrics.class_coverage import ClassCoverage as ClassCoverage
from kgan.metrics.classifier_score import ClassifierScore as ClassifierScore
from kgan.metrics.column_shapes import ColumnShapes as ColumnShapes
from kgan.metrics.density_coverage import DensityCoverage as DensityCoverage
from kgan.metrics.evaluation import Evaluation as Evaluation
from kgan.metrics.evaluation import Measurement as Measurement
from kgan.metrics.frechet import Frechet as Frechet
from kgan.metrics.frechet_infinity import FrechetInfinity as FrechetInfinity
from kgan.metrics.jensen_shannon import JensenShannon as JensenShannon
from kgan.metrics.kernel import Kernel as Kernel
from kgan.metrics.measure import Evaluator as Evaluator
from kgan.metrics.measure import measure as measure
from kgan.metrics.memorisation import Memorisation as Memorisation
from kgan.metrics.mode_coverage import ModeCoverage as ModeCoverage
from kgan.metrics.ndb import Bins as Bins
from kgan.metrics.nearest_records import NearestRecords as NearestRecords
from kgan.metrics.pair_trends import PairTrends as PairTrends
from kgan.metrics.parzen import Parzen as Parzen
from kgan.metrics.path_length import PerceptualPathLength as PerceptualPathLength
from kgan.metrics.precision_recall import PrecisionRecall as PrecisionRecall
from kgan.metrics.registry import get as get
from kgan.metrics.registry import names as names
from kgan.metrics.row_copies import RowCopies as RowCopies
from kgan.metrics.sliced_wasserstein import SlicedWasserstein as SlicedWasserstein
from kgan.metrics.sweep import Statistic as Statistic
from kgan.metrics.tstr import TSTR as TSTR
