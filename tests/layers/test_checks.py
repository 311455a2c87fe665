import re

import keras
import numpy as np
import pytest

from kgan.layers import checks


@pytest.mark.parametrize("value", [0, -1e-9, float("nan"), "a", None, [1.0], True])
def test_positive(value):
    for known in (1e-9, 3, np.float32(0.5)):
        assert checks.positive("epsilon", known) == known
    with pytest.raises(
        ValueError, match=rf"`epsilon` must be positive.*: {re.escape(repr(value))}"
    ):
        checks.positive("epsilon", value)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4,), "batch, features"),
        ((4, 3, 2), "batch, features"),
        ((4,), "batch, ..., channels"),
        ((4, 8, 3), "batch, height, width, channels"),
    ],
)
def test_other_axes(shape, expected):
    layer = keras.layers.Identity()
    with pytest.raises(ValueError, match=r"`Identity` takes an input of shape \(batch"):
        checks.axes(layer, shape, expected)


def test_expected_axes():
    layer = keras.layers.Identity()
    checks.axes(layer, (None, 3), "batch, features")
    for shape in [(4, 3), (4, 8, 3), (4, 8, 8, 3)]:
        checks.axes(layer, shape, "batch, ..., channels")
