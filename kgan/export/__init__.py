"""Models for those who have neither Python nor kgan: SavedModel and TFLite."""

from kgan.export.lite import tflite as tflite
from kgan.export.provenance import Provenance as Provenance
from kgan.export.servable import saved_model as saved_model
