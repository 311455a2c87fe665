import numpy as np
import pytest

from kgan.core.pictures import as_bytes, is_picture


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 9, 3), (None, None, 4)])
def test_images_of_up_to_four_channels_are_pictures(shape):
    assert is_picture(shape)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 13), (4, 8, 8, 1), ()])
def test_all_else_is_floats(shape):
    assert not is_picture(shape)


def test_float_pictures_become_bytes_and_nothing_else_does():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert as_bytes(levels) is levels
    floats = (levels / 127.5 - 1).astype(np.float32)
    np.testing.assert_array_equal(as_bytes(floats), levels)
    beyond = as_bytes(np.full((1, 2, 2, 3), 1.0005))
    assert (beyond.dtype, beyond.max()) == (np.uint8, 255)
    for shape in [(2, 3), (2, 4, 4, 13), (2, 4, 4, 4, 1)]:
        other = np.zeros(shape, np.float32)
        assert as_bytes(other) is other
