import numpy as np
import pytest

from kgan.augment import cutouts


def _interval(u, size):
    cut = int(size / 2 + 0.5)
    begin = int(u * (size + 1 - cut % 2)) - cut // 2
    return slice(max(begin, 0), min(begin + cut, size))


@pytest.mark.parametrize("size", [(8, 8), (5, 6), (3, 4)])
def test_one_rectangle_is_zero(size):
    generator = np.random.default_rng(0)
    images = generator.uniform(1, 2, (50, *size, 2)).astype("float32")
    uniform = generator.random((50, 2), "float32")
    outputs = cutouts.cut_out(images, uniform).numpy()
    for image, output, (down, right) in zip(images, outputs, uniform, strict=True):
        expected = np.array(image)
        expected[_interval(down, size[0]), _interval(right, size[1])] = 0
        np.testing.assert_array_equal(output, expected)


def test_centre_lies_anywhere():
    uniform = np.random.default_rng(0).random((20000, 2), "float32")
    outputs = cutouts.cut_out(np.ones((20000, 8, 8, 1), "float32"), uniform)
    erased = 1 - np.mean(outputs, axis=(0, 3))
    # So many of the 9 equally likely beginnings, from -2 to 6, erase a row.
    reach = np.array([3, 4, 4, 4, 4, 4, 4, 3]) / 9
    np.testing.assert_allclose(erased, np.outer(reach, reach), atol=0.015)
