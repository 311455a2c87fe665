import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import tensorflow as tf

from kgan.augment import colors

NAMES = ("brightness", "contrast", "luma_flip", "hue", "saturation")
SHARES = dict.fromkeys(NAMES, 1.0)
UNIFORM = np.random.default_rng(0).random((200, 10), "float32")
AXIS = np.ones(3) / np.sqrt(3)


def _recolour(pixels, u, p):
    """Changes one image's pixels, `(n, 3)`, one transformation after the other."""

    def normal(u):
        return scipy.stats.norm.ppf(np.float64(u) + 2.0**-25)

    if u[0] < p:
        pixels = pixels + 0.2 * normal(u[1])
    if u[2] < p:
        pixels = pixels * 2 ** (0.5 * normal(u[3]))
    if u[4] < p and u[5] >= 0.5:
        pixels = pixels - 2 * np.outer(pixels @ AXIS, AXIS)
    if u[6] < p:
        cross = np.cross(np.eye(3), AXIS)
        turn = scipy.linalg.expm((2 * np.float64(u[7]) - 1) * np.pi * cross)
        assert np.allclose(turn @ AXIS, AXIS)
        pixels = pixels @ turn.T
    if u[8] < p:
        grey = pixels.mean(1, keepdims=True)
        pixels = grey + (pixels - grey) * 2 ** normal(u[9])
    return pixels


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
def test_recolours_as_a_loop_does(channels, p):
    shape = (200, 3, 2, channels)
    images = np.random.default_rng(1).uniform(-1, 1, shape).astype("float32")
    matrices, touched = colors.matrices(UNIFORM, tf.constant(p), SHARES)
    outputs = colors.apply(images, matrices).numpy()
    for image, output, u, touch in zip(images, outputs, UNIFORM, touched, strict=True):
        rgb = np.broadcast_to(image, (3, 2, 3)).reshape(6, 3)
        expected = _recolour(rgb, u, p)
        if channels == 1:
            expected = expected.mean(1)
        scale = max(1, np.abs(expected).max())
        np.testing.assert_allclose(output.ravel(), expected.ravel(), atol=1e-5 * scale)
        assert touch == any(u[::2] < p)


@pytest.mark.parametrize("name", NAMES)
def test_acts_with_probability_p(name):
    uniform = np.random.default_rng(1).random((20000, 10), "float32")
    matrices, touched = colors.matrices(uniform, tf.constant(0.3), {name: 1.0})
    assert np.mean(touched) == pytest.approx(0.3, abs=0.01)
    changed = np.any(np.abs(matrices - np.eye(4)) > 1e-5, axis=(1, 2))
    share = 0.5 if name == "luma_flip" else 1.0
    assert changed.mean() == pytest.approx(0.3 * share, abs=0.01)
