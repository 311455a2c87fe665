import contracts
import numpy as np
import pytest

from kgan.core import independence
from kgan.layers.pixel_normalization import PixelNormalization


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


@pytest.mark.parametrize("shape", [(4, 6), (4, 3, 5, 2)])
def test_contract(two_replicas, shape):
    arguments = {"epsilon": 1e-6}
    contracts.check_layer(PixelNormalization, arguments, _inputs(*shape), two_replicas)


@pytest.mark.parametrize("shape", [(5, 7), (2, 3, 4, 7)])
def test_closed_form(shape):
    inputs = _inputs(*shape)
    expected = inputs / np.sqrt(np.mean(inputs**2, axis=-1, keepdims=True) + 0.5)
    outputs = PixelNormalization(epsilon=0.5)(inputs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)


def test_mean_square_is_one_and_zeros_stay():
    inputs = np.stack([_inputs(16), np.zeros(16, "float32")])
    outputs = PixelNormalization()(inputs).numpy()
    np.testing.assert_allclose(np.mean(outputs**2, axis=-1), [1, 0], rtol=1e-5)


def test_squares_of_float16_do_not_overflow():
    outputs = PixelNormalization(dtype="float16")(np.full((1, 4), 6e4, "float16"))
    assert outputs.dtype == "float16"
    np.testing.assert_array_equal(outputs, np.ones((1, 4)))


def test_treats_each_example_by_itself():
    assert independence.independent(PixelNormalization())


def test_bad_epsilon():
    with pytest.raises(ValueError, match=r"`epsilon` must be positive. Received: 0"):
        PixelNormalization(epsilon=0)


def test_bad_input_rank():
    with pytest.raises(ValueError, match=r"\(batch, ..., channels\). Received: \(3,\)"):
        PixelNormalization()(_inputs(3))
