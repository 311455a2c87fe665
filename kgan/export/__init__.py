"""Models for others: SavedModel, TFLite, and the Hugging Face Hub."""

from kgan.export.hub import push as push
from kgan.export.lite import tflite as tflite
from kgan.export.provenance import Provenance as Provenance
from kgan.export.servable import saved_model as saved_model
