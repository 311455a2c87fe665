import numpy as np
import pytest
from sklearn.datasets import load_digits

from kgan.data import digits


def test_digits_are_scikit_learn_s():
    source = digits.digits()
    assert source.shape == (8, 8, 1)
    assert source.num_examples == 1797
    assert source.num_classes == 10
    assert source.class_names == tuple("0123456789")
    images = source.read()
    assert images.dtype == np.uint8
    assert (images.min(), images.max()) == (0, 255)
    np.testing.assert_allclose(
        images[..., 0] * (16 / 255), load_digits().images, atol=0.5 * 16 / 255
    )
    np.testing.assert_array_equal(source.labels, load_digits().target)


def test_digits_are_resized():
    assert digits.digits(image_size=(12, 16)).read([0, 1]).shape == (2, 12, 16, 1)


def test_a_wrong_size_is_named():
    with pytest.raises(ValueError, match="image_size must be a positive integer"):
        digits.digits(image_size=-8)
