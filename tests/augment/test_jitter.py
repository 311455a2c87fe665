import numpy as np
import pytest

from kgan.augment import jitter

IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 4, 5, 3)).astype("float32")
AMOUNTS = np.array([0.0, 0.7, 1.6], "float32")


def _about(mean):
    return lambda x, a: (x - mean(x)) * a + mean(x)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (jitter.brighten, lambda x, a: x + a),
        (jitter.saturate, _about(lambda x: x.mean(-1, keepdims=True))),
        (jitter.contrast, _about(lambda x: x.mean())),
    ],
)
def test_formula_image_by_image(function, expected):
    outputs = function(IMAGES, AMOUNTS).numpy()
    for image, amount, output in zip(IMAGES, AMOUNTS, outputs, strict=True):
        np.testing.assert_allclose(output, expected(image, amount), atol=1e-6)
