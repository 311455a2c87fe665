"""What extractors that call a network share."""

import numpy as np
import pytest

from kgan.metrics.features.network import NetworkExtractor

IMAGES = np.arange(5 * 4, dtype=np.uint8).reshape(5, 2, 2, 1)


class Sums(NetworkExtractor):
    """Returns the sum of each image, and twice that as logits if asked."""

    name, batch = "sums", 2

    def __init__(self, classifies):
        self.classifies = classifies
        self.sizes = []

    def _prepare(self, images):
        return images.astype(np.float32)

    def _network(self, images):
        self.sizes.append(len(images))
        sums = images.sum(axis=(1, 2))
        return (sums, 2 * sums) if self.classifies else (sums,)

    def describe(self):
        return {"name": self.name}


def test_features_come_in_calls_of_one_size():
    extractor = Sums(classifies=False)
    outputs = extractor(IMAGES)
    np.testing.assert_array_equal(outputs.features[:, 0], IMAGES.sum(axis=(1, 2, 3)))
    assert outputs.logits is None
    assert outputs.images is IMAGES
    assert extractor.sizes == [2, 2, 2]


def test_a_classifier_gives_logits_too():
    outputs = Sums(classifies=True)(IMAGES)
    np.testing.assert_array_equal(outputs.logits, 2 * outputs.features)


def test_what_is_no_image_is_refused():
    with pytest.raises(ValueError, match="'sums' must be uint8"):
        Sums(classifies=False)(IMAGES.astype(np.float32))
