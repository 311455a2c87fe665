import keras
import numpy as np
import pytest

from kgan.layers import BatchNormalization
from kgan.models import translation_parts
from kgan.models.translation_parts import Parts, check_shape, widths


def kernel(initializer, up=False):
    layer = Parts(initializer=initializer).convolution(64, 3, "x", up)
    layer.build((None, 8, 8, 32))
    return layer.kernel.numpy()


@pytest.mark.parametrize("up", [False, True])
def test_kernels_begin_as_published(up):
    assert kernel("normal", up).std() == pytest.approx(0.02, rel=0.03)
    # Glorot and Bengio's √(2 / (inputs + outputs)) for 9 · 32 and 9 · 64, times 0.02.
    expected = 0.02 * np.sqrt(2 / (9 * 32 + 9 * 64))
    assert kernel("xavier", up).std() == pytest.approx(expected, rel=0.03)


def test_kernels_do_not_repeat_each_other():
    parts = Parts()
    first, second = parts.kernel()((4, 4)), parts.kernel()((4, 4))
    assert np.any(first != second)


def test_scales_begin_around_one():
    norm = Parts("batch", test_statistics="moving").norm("x")
    norm.build((None, 4, 4, 4096))
    assert isinstance(norm, BatchNormalization)
    assert norm.test_statistics == "moving"
    assert norm.gamma.numpy().mean() == pytest.approx(1.0, abs=1e-3)
    assert norm.gamma.numpy().std() == pytest.approx(0.02, rel=0.05)
    assert norm.epsilon == 1e-5


def test_instance_normalisation_is_keras_own():
    norm = Parts().norm("x")
    assert isinstance(norm, keras.layers.GroupNormalization)
    assert not norm.weights


def test_dropout_has_a_seed_where_it_drops_at_test_time():
    build = Parts().dropout
    assert build(0.5, "x", 3, at_test=True).seed == 3
    assert build(0.5, "x", 3, at_test=False).seed is None


def test_widths_double_up_to_eight_times_the_first():
    assert widths(4, 6) == [4, 8, 16, 32, 32, 32]


def test_shapes_may_have_sides_of_any_size():
    assert check_shape("x", [None, 8, 3]) == (None, 8, 3)


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, None), (0, 8, 3), (8.0, 8, 3), 8])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"`x` must be \(height, width.*Received"):
        check_shape("x", shape)


@pytest.mark.parametrize("name", ["normalization", "initializer", "test_statistics"])
def test_other_choices_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` must be one of"):
        Parts(**{name: "odd"})
    assert translation_parts.INITIALIZERS.keys() == {"normal", "xavier"}
