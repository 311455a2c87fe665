import keras
import numpy as np
import pickles
import pytest

from kgan.published import torch_tensors, unpickler
from kgan.published.assignment import assign
from kgan.published.unpickler import Refused, Source

VALUES = np.arange(6, dtype="f4").reshape(2, 3)


def tensors(*names):
    data = pickles.dumps({name: pickles.tensor(VALUES) for name in names})
    return unpickler.load(Source(data), torch_tensors.NAMES)


def transposed(value, variable):
    return value.T


def test_variables_take_tensors_and_the_others_are_left():
    variable = keras.Variable(np.zeros((3, 2), "f4"))
    left = assign(tensors("a", "b"), [(variable, "b", transposed)])
    np.testing.assert_array_equal(variable, VALUES.T)
    assert left.keys() == {"a"}


def test_what_does_not_fit_is_refused():
    variable = keras.Variable(np.zeros((2, 2), "f4"))
    with pytest.raises(Refused, match="there is no c"):
        assign(tensors("a"), [(variable, "c", transposed)])
    with pytest.raises(Refused, match=r"a has another shape, \(2, 3\)"):
        assign(tensors("a"), [(variable, "a", transposed)])
    with pytest.raises(Refused, match="a has another shape"):
        assign(tensors("a"), [(variable, "a", lambda v, _: v.transpose(0, 1, 2))])
