"""Keras callbacks for adversarial training: pictures, checkpoints, and watching."""

from kgan.callbacks.checkpoints import Checkpoints as Checkpoints
from kgan.callbacks.collapse_watch import CollapseWatch as CollapseWatch
from kgan.callbacks.evaluate_generator import EvaluateGenerator as EvaluateGenerator
from kgan.callbacks.images import grid as grid
from kgan.callbacks.learning_rates import LearningRates as LearningRates
from kgan.callbacks.pictures import Pictures as Pictures
from kgan.callbacks.progress_line import ProgressLine as ProgressLine
from kgan.callbacks.sample_grid import SampleGrid as SampleGrid
from kgan.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
from kgan.callbacks.theory.density_plot import DensityPlot as DensityPlot
from kgan.callbacks.theory.four_panels import FourPanels as FourPanels
from kgan.callbacks.throughput import Throughput as Throughput
from kgan.engine.symptom import Symptom as Symptom
from kgan.games.symptoms import DiscriminatorWon as DiscriminatorWon
from kgan.games.symptoms import DiversityLost as DiversityLost
from kgan.games.symptoms import GradientVanished as GradientVanished
