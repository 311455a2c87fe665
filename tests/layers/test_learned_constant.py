import contracts
import keras
import numpy as np
import pytest

from kgan.core import independence
from kgan.layers import LearnedConstant


def test_contract():
    contracts.check_config(LearnedConstant, {"shape": (2, 3)})
    x = keras.Input((6,))
    model = keras.Model(x, LearnedConstant((2, 3), name="layer")(x))
    assert model.output_shape == (None, 2, 3)
    contracts.check_saving(model, np.ones((4, 6), "float32"))


def test_each_example_has_the_same():
    layer = LearnedConstant((20, 30, 2))
    found = layer(np.zeros((3, 5), "float32")).numpy()
    assert found.shape == (3, 20, 30, 2)
    assert abs(found.std() - 1) < 0.1
    for image in found:
        np.testing.assert_array_equal(image, layer.constant)
    assert independence.independent(layer)


def test_bad_shape():
    with pytest.raises(ValueError, match="`shape` must be a positive integer"):
        LearnedConstant((4, 0))
    for shape in (5, None):
        with pytest.raises(ValueError, match=f"`shape` must hold.*Received: {shape}"):
            LearnedConstant(shape)
