import numpy as np
import pytest

from kgan.core.pictures import as_bytes, is_picture


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 9, 3), (None, None, 4)])
def test_images_of_up_to_four_channels_are_pictures(shape):
    assert is_picture(shape)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 13), (4, 8, 8, 1), ()])
def test_all_else_is_floats(shape):
    assert not is_picture(shape)


def test_floats_become_bytes():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    floats = (levels / 127.5 - 1).astype(np.float32)
    np.testing.assert_array_equal(as_bytes(floats), levels)
    beyond = as_bytes(np.full((1, 2, 2, 3), 1.0005))
    assert (beyond.dtype, beyond.max()) == (np.uint8, 255)
