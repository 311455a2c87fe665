import pickle

import numpy as np
import pickles
import pytest
from pickles import Call, Global

from kgan.published import numpy_values, unpickler
from kgan.published.unpickler import Refused, Source


def load(data):
    return unpickler.load(Source(data), numpy_values.NAMES)


def _dtype(code, state=(3, "<", None, None, None, -1, -1, 0)):
    return Call(Global("numpy", "dtype"), (code, False, True), state)


@pytest.mark.parametrize("core", ["core", "_core"])
@pytest.mark.parametrize("value", [np.float64(0.5), np.int32(-7), np.bool_(True)])
def test_scalars_of_both_spellings_are_numbers(core, value):
    scalar = Global(f"numpy.{core}.multiarray", "scalar")
    dtype = _dtype(value.dtype.str[1:])
    found = load(pickles.dumps(Call(scalar, (dtype, value.tobytes()))))
    assert found == value
    assert isinstance(found, (float, int, bool))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f4", "f2", "i8", "u1", "?", ">f4"])
def test_arrays_are_as_numpy_reads_them(dtype, order):
    array = np.asarray(np.arange(12).reshape(3, 4), dtype, order=order)
    found = load(pickle.dumps(array, 4))
    np.testing.assert_array_equal(found.value, array)
    assert found.value.dtype == array.dtype


@pytest.mark.parametrize("code", ["O", "O8", "V8", "U3", "i4,i4", "M8", "", "f4,O"])
def test_other_dtypes_are_refused(code):
    with pytest.raises(Refused, match="plain numbers"):
        load(pickles.dumps(_dtype(code)))


def test_structures_are_refused():
    fields = (3, "|", None, ("a",), {"a": 1}, 8, 1, 16)
    with pytest.raises(Refused, match="structures"):
        load(pickles.dumps(_dtype("f4", fields)))


def test_objects_are_no_numbers():
    with pytest.raises(Refused, match="plain numbers"):
        load(pickle.dumps(np.array([{}, []], object)))


def _array(shape, data):
    kind = (Global("numpy", "ndarray"), (0,), b"b")
    reconstruct = Global("numpy._core.multiarray", "_reconstruct")
    return Call(reconstruct, kind, (1, shape, _dtype("f4"), False, data))


def test_an_array_holds_what_its_shape_says():
    with pytest.raises(Refused, match="array of 8,796,093,022,208 bytes"):
        load(pickles.dumps(_array((2**41,), b"1234")))


@pytest.mark.parametrize("shape", [(-1,), "ab", (1.0,), None, (1,) * 65])
def test_other_shapes_are_refused(shape):
    with pytest.raises(Refused, match="TypeError"):
        load(pickles.dumps(_array(shape, b"1234")))


def test_only_arrays_are_reconstructed():
    reconstruct = Global("numpy.core.multiarray", "_reconstruct")
    for kind in (Global("numpy", "dtype"), "numpy.ndarray"):
        with pytest.raises(Refused, match="TypeError"):
            load(pickles.dumps(Call(reconstruct, (kind, (0,), b"b"))))
