"""Models for others: SavedModel, ONNX and others, and the Hugging Face Hub."""

from kgan.export.conversion import convert as convert
from kgan.export.conversion import export as export
from kgan.export.exportable import Exportable as Exportable
from kgan.export.formats import FORMATS as FORMATS
from kgan.export.formats import INT8 as INT8
from kgan.export.hub import push as push
from kgan.export.provenance import Provenance as Provenance
from kgan.export.servable import saved_model as saved_model
