"""Data: sources (densities, digits, TFDS, folders, arrays, pairs, tables), pipeline.

`source` returns raw examples, `load` a batched `tf.data.Dataset` of them for `fit`,
`pack` writes images into a ZIP.
"""

from kgan.core.peeking import uncounted as uncounted
from kgan.data.base import Source as Source
from kgan.data.folder import FolderScan as FolderScan
from kgan.data.folder import scan_folder as scan_folder
from kgan.data.packing import pack as pack
from kgan.data.pairs import Pairs as Pairs
from kgan.data.pipeline import load as load
from kgan.data.registry import names as names
from kgan.data.registry import source as source
from kgan.data.tables.source import TableSource as TableSource
from kgan.data.unpaired import Unpaired as Unpaired
