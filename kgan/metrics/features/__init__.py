"""Extractors of the features by which images are compared.

`get` returns one by its name; a class builds one with arguments of its own.
"""

from kgan.metrics.features.applications import Application as Application
from kgan.metrics.features.base import Extractor as Extractor
from kgan.metrics.features.base import Outputs as Outputs
from kgan.metrics.features.classifiers import Classifier as Classifier
from kgan.metrics.features.inception import Inception as Inception
from kgan.metrics.features.pixels import Pixels as Pixels
from kgan.metrics.features.points import Points as Points
from kgan.metrics.features.registry import get as get
from kgan.metrics.features.registry import names as names
