"""The handwritten digits that ship with scikit-learn: real images, no download."""

import numpy as np

from kgan.data import checks, pixels
from kgan.data.arrays import ArraySource


def digits(image_size: int | tuple[int, int] | None = None) -> ArraySource:
    """1,797 gray images of handwritten digits, 8×8 pixels, ten classes.

    Their 17 levels 0..16 become 0..255. `image_size`, to which they are resized, is
    that of `kgan.data.source`; a `ValueError` is raised if it is no size.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository, 1998 (its test set).
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    size = checks.image_size(image_size) or (8, 8)
    images = np.round(data.images * (255 / 16)).astype(np.uint8)[..., None]
    images = np.stack([pixels.fit_array(image, size) for image in images])
    class_names = [str(name) for name in data.target_names]
    return ArraySource("digits", images, data.target, len(class_names), class_names)
