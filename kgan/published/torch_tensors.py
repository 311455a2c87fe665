"""Tensors of PyTorch in a pickle, as NumPy arrays; PyTorch is not needed.

A tensor is a view (offset, size, strides) of a storage, which several may share. The
bytes of a storage stand in a file of the older `torch.save`: five pickles (a magic
number, a version, facts of the machine, the object, the keys of its storages), then for
each key a count and the numbers. Those of the newer are ZIP archives, that are not
compressed: `data.pkl` is the object, `data/KEY` the numbers of a storage.
"""

import math
import zipfile

import numpy as np
import tensorflow as tf

from kgan.published import unpickler
from kgan.published.unpickler import Name, Refused, Source

MAGIC = 0x1950A86A20F9469CFC6C
# How such a file begins.
START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
_PROTOCOL = 1001
# NumPy's own limit.
_MOST_AXES = 64
# Far below 2**63, also as a number of bytes: NumPy's integers have no more bits.
_BEYOND_ANY_FILE = 2**48
_DTYPES = {
    "torch.FloatStorage": np.dtype("<f4"),
    "torch.DoubleStorage": np.dtype("<f8"),
    "torch.HalfStorage": np.dtype("<f2"),
    # NumPy has none: TensorFlow registers one.
    "torch.BFloat16Storage": np.dtype(tf.bfloat16.as_numpy_dtype),
    "torch.LongStorage": np.dtype("<i8"),
    "torch.IntStorage": np.dtype("<i4"),
    "torch.ShortStorage": np.dtype("<i2"),
    "torch.CharStorage": np.dtype("i1"),
    "torch.ByteStorage": np.dtype("u1"),
    "torch.BoolStorage": np.dtype("?"),
}


class Storage:
    """Numbers in a row, of which tensors are views.

    Args:
        dtype: NumPy's dtype.
        count: How many there are.
    """

    def __init__(self, dtype, count):
        self.dtype, self.count = dtype, count
        self.values = None

    def fill_from(self, data):
        """Reads the values from their bytes, without a copy."""
        if len(data) != self.count * self.dtype.itemsize:
            raise Refused(
                f"a file with a storage of {self.count:,} values, of which it holds "
                f"{len(data):,} bytes"
            )
        self.values = np.frombuffer(data, self.dtype)

    def fill(self, source):
        """Reads the values from where a file has them, without a copy."""
        count = int.from_bytes(source.read(8), "little", signed=True)
        if count != self.count:
            raise Refused(
                f"a pickle with a storage of {self.count:,} values, of which its data "
                f"announce {count:,}"
            )
        size = self.count * self.dtype.itemsize
        source.check(size)
        # Not `read`, which copies what is short.
        self.values = np.frombuffer(source.view, self.dtype, self.count, source.place)
        source.place += size


class Tensor:
    """A view of a storage, which is filled when the whole file was read.

    Args:
        storage: A `Storage`.
        offset: Index of the first value.
        size: The shape.
        stride: Steps between the values of each axis, as many as axes.
        *others: Not used.
    """

    def __init__(self, storage, offset, size, stride, *others):
        numbers = (offset, *size, *stride)
        if type(storage) is not Storage or not len(size) == len(stride) <= _MOST_AXES:
            raise TypeError
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise TypeError
        last = offset + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
        # Strides of 0 would let few values fill any memory.
        large = 0 not in size and max(last + 1, math.prod(size)) > storage.count
        # The step of an axis with one value, and axes beside an empty one, reach none.
        if large or max(numbers) >= _BEYOND_ANY_FILE:
            raise Refused(
                f"a pickle with a tensor of shape {size[:8]} beyond the "
                f"{storage.count:,} values of its storage"
            )
        self.storage, self.offset = storage, min(offset, storage.count)
        self.shape, self.stride = tuple(size), tuple(stride)

    @property
    def array(self):
        """The values, an array that cannot be written to."""
        return np.lib.stride_tricks.as_strided(
            self.storage.values[self.offset :],
            self.shape,
            [step * self.storage.dtype.itemsize for step in self.stride],
            writeable=False,
        )


def load_file(source: Source) -> object:
    """Reads a file of the older `torch.save`, in which there is no other one.

    Raises:
        Refused: If it is no such file, or damaged.
    """
    storages = _Storages()
    beginning = [unpickler.load(source, {}) for _ in range(3)]
    magic, version, machine = beginning
    if (magic, version) != (MAGIC, _PROTOCOL) or not machine.get("little_endian"):
        raise Refused("a pickle with tensors of another form than `torch.save` has")
    found = unpickler.load(source, _WITHIN, storages.identified)
    for key in unpickler.load(source, {}):
        if type(key) is not str:
            raise TypeError
        storages.by_key[key].fill(source)
    if any(storage.values is None for storage in storages.by_key.values()):
        raise Refused("a pickle with a storage that has no values")
    return found


def load_archive(archive: zipfile.ZipFile, size: int) -> object:
    """Reads a file of the newer `torch.save`, of `size` bytes.

    Raises:
        Refused: If it is another archive, or damaged.
    """
    entries = {entry.filename: entry for entry in archive.infolist()}
    objects = [name for name in entries if name.rpartition("/")[2] == "data.pkl"]
    if len(objects) != 1:
        raise Refused("a ZIP archive, and none of `torch.save`")
    folder = objects[0].removesuffix("data.pkl")
    if sum(entry.file_size for entry in entries.values()) > size:
        raise Refused("a damaged ZIP archive, whose parts are larger than the whole")

    def read(name):
        entry = entries.get(folder + name)
        if entry is None:
            raise Refused(f"an archive of torch.save without {unpickler.shown(name)}")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise Refused("a compressed ZIP archive, which torch.save does not write")
        return archive.read(entry)

    if f"{folder}byteorder" in entries and read("byteorder") != b"little":
        raise Refused("an archive of torch.save whose numbers are not little-endian")
    storages = _Storages()
    source = Source(read("data.pkl"))
    found = unpickler.load(source, _WITHIN, storages.identified)
    for key, storage in storages.by_key.items():
        storage.fill_from(read(f"data/{key}"))
    return found


class _Storages:
    """The storages of a file, by their keys."""

    def __init__(self):
        self.by_key = {}

    def identified(self, identity):
        """Returns the storage that a persistent id stands for."""
        kind, dtype, key, _, count, *view = identity
        if (kind, type(dtype)) != ("storage", Name) or view not in ([], [None]):
            raise TypeError
        if type(count) is not int or count < 0 or type(key) is not str:
            raise TypeError
        if key not in self.by_key:
            self.by_key[key] = Storage(_DTYPES[dtype.path], count)
        return self.by_key[key]


def _load_from_bytes(data):
    return load_file(Source(data))


def _rebuild_parameter(data, *_):
    return data


_WITHIN = {
    "torch._utils._rebuild_tensor_v2": Tensor,
    "torch._utils._rebuild_parameter": _rebuild_parameter,
    "torch.Size": tuple,
    "collections.OrderedDict": unpickler.dictionary,
    **dict.fromkeys(_DTYPES),
}
NAMES = {**_WITHIN, "torch.storage._load_from_bytes": _load_from_bytes}
