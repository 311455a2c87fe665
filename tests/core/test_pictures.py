import pytest

from kgan.core.pictures import is_picture


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 9, 3), (None, None, 4)])
def test_images_of_up_to_four_channels_are_pictures(shape):
    assert is_picture(shape)


@pytest.mark.parametrize("shape", [(2,), (8, 8), (8, 8, 13), (4, 8, 8, 1), ()])
def test_all_else_is_floats(shape):
    assert not is_picture(shape)
