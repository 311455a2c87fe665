"""NumPy's scalars and arrays in a pickle, of plain numbers alone."""

import math

import numpy as np

from kgan.published.unpickler import Name, Refused

_KINDS = "biuf"
# NumPy's own limit.
_MOST_AXES = 64


class DType:
    """Stands for `numpy.dtype`: its name, then its byte order as the pickle's state.

    Args:
        name: A code such as `"f4"`.
        align: Not used.
        copy: Not used.
    """

    def __init__(self, name, align=False, copy=False):
        # Codes of one letter and a size: a name such as "O" or "V8,i4" holds objects.
        known = isinstance(name, str) and name[:1] in _KINDS and name[1:].isdigit()
        if not known or len(name) > 2:
            raise Refused("a pickle with arrays that do not hold plain numbers")
        self.value = np.dtype(name)

    def build(self, state):
        _version, order, *others = state
        if order not in ("<", ">", "|", "=") or any(
            part not in (None, -1, 0) for part in others
        ):
            raise Refused("a pickle with arrays of structures")
        self.value = self.value.newbyteorder(order)


class Array:
    """Stands for `numpy.ndarray` after `_reconstruct`; `value` is its array."""

    value = None

    def build(self, state):
        _version, shape, dtype, fortran, data = state
        size = math.prod(_lengths(shape)) * dtype.value.itemsize
        if memoryview(data).nbytes != size:
            raise Refused(
                f"a pickle with an array of {size:,} bytes, of which it holds "
                f"{memoryview(data).nbytes:,}"
            )
        flat = np.frombuffer(data, dtype.value)
        self.value = flat.reshape(shape, order="F" if fortran else "C")


def _lengths(shape):
    known = isinstance(shape, tuple) and len(shape) <= _MOST_AXES
    if not known or not all(type(n) is int and n >= 0 for n in shape):
        raise TypeError
    return shape


def _reconstruct(kind, shape, code):
    if type(kind) is not Name or kind.path != "numpy.ndarray":
        raise TypeError
    return Array()


def _scalar(dtype, data):
    (value,) = np.frombuffer(data, dtype.value)
    return value.item()


NAMES = {
    "numpy.dtype": DType,
    "numpy.ndarray": None,
    # NumPy 2 has renamed its module.
    **{
        f"numpy.{core}.multiarray.{name}": call
        for core in ("core", "_core")
        for name, call in (("scalar", _scalar), ("_reconstruct", _reconstruct))
    },
}
