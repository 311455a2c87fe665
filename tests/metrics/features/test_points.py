import json

import numpy as np
import pytest

from kgan.metrics.features import Points


def test_points_are_handed_through():
    points = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    outputs = Points()(points)
    assert outputs.features is points
    assert outputs.images is points
    assert outputs.logits is None


@pytest.mark.parametrize("shape", [(24, 3), (4, 4, 4, 1), (8, 8, 13)])
def test_other_values_are_rows(shape):
    values = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    outputs = Points()(values)
    np.testing.assert_array_equal(outputs.features, values.reshape(7, -1))
    assert outputs.images is values


def test_describe():
    assert json.loads(json.dumps(Points().describe()))["name"] == "points"
    assert not Points().standard


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 8, 8, 1), np.uint8), np.zeros((2, 2)), np.zeros(2, np.float32)],
)
def test_others_are_refused(images):
    with pytest.raises(ValueError, match="'points' must be float32 points of shape"):
        Points()(images)
