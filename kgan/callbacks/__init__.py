"""Keras callbacks for adversarial training: pictures of a run, and a guard."""

from kgan.callbacks.density import DensityPlot as DensityPlot
from kgan.callbacks.four_panels import FourPanels as FourPanels
from kgan.callbacks.images import grid as grid
from kgan.callbacks.pictures import Pictures as Pictures
from kgan.callbacks.sample_grid import SampleGrid as SampleGrid
from kgan.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
