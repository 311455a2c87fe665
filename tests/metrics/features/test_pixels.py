import json

import numpy as np
import pytest

from kgan.metrics.features import Pixels


def test_rows_are_pixels_over_255():
    images = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 3), np.uint8)
    outputs = Pixels()(images)
    np.testing.assert_allclose(outputs.features, images.reshape(4, 45) / 255, rtol=1e-6)
    assert outputs.features.dtype == np.float32
    assert outputs.logits is None
    assert outputs.images is images


def test_batches_do_not_matter():
    images = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 1), np.uint8)
    parts = [Pixels()(images[i : i + 1]).features for i in range(4)]
    np.testing.assert_array_equal(np.concatenate(parts), Pixels()(images).features)


def test_describe():
    assert json.loads(json.dumps(Pixels().describe()))["name"] == "pixels"
    assert not Pixels().standard


def test_points_are_refused():
    with pytest.raises(ValueError, match="'pixels' must be uint8"):
        Pixels()(np.zeros((3, 2), np.float32))
