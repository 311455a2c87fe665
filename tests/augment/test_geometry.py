import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from kgan.augment import geometry

NAMES = ("flip", "quarter_turns", "shift", "scale", "rotation", "stretch")
SHARES = dict.fromkeys((*NAMES, "translation"), 1.0)
UNIFORM = np.random.default_rng(0).random((200, 18), "float32")


def _turn(angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _shift(x, y):
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]])


def _forward(u, p, height, width):
    """What is done to one image's pixels, as a matrix, from its numbers."""

    def normal(u):
        return scipy.stats.norm.ppf(np.float64(u) + 2.0**-25)

    def turn(u):
        return _turn((2 * u - 1) * np.pi)

    quarters = int(u[3] * 4) if height == width else 2 * int(u[3] * 2)
    shares = (np.float64(u[5:7]) * 2 - 1) / 8
    scale, stretch = 2 ** (0.2 * normal(u[8])), 2 ** (0.2 * normal(u[12]))
    once = 1 - np.sqrt(1 - p)
    steps = [
        (u[0] < p, np.diag([1 - 2 * int(u[1] * 2), 1, 1])),
        (u[2] < p, _turn(quarters * np.pi / 2)),
        (u[4] < p, _shift(np.round(shares[0] * width), np.round(shares[1] * height))),
        (u[7] < p, np.diag([scale, scale, 1])),
        (u[9] < once, turn(u[10])),
        (u[11] < p, np.diag([stretch, 1 / stretch, 1])),
        (u[13] < once, turn(u[14])),
        (u[15] < p, _shift(normal(u[16]) / 8 * width, normal(u[17]) / 8 * height)),
    ]
    matrix = np.eye(3)
    for drawn, step in steps:
        matrix = step @ matrix if drawn else matrix
    return matrix, any(drawn for drawn, _ in steps)


@pytest.mark.parametrize("size", [(64, 64), (24, 40)])
@pytest.mark.parametrize("p", [0.0, 0.2, 1.0])
def test_inverts_what_a_loop_does(size, p):
    matrices, touched = geometry.inverses(UNIFORM, tf.constant(p), SHARES, size)
    for u, matrix, touch in zip(UNIFORM, matrices.numpy(), touched, strict=True):
        forward, drawn = _forward(u, p, *size)
        assert touch == drawn
        np.testing.assert_allclose(forward @ matrix, np.eye(3), atol=2e-4)


@pytest.mark.parametrize("name", SHARES)
def test_acts_with_probability_p(name):
    uniform = np.random.default_rng(1).random((20000, 18), "float32")
    matrices, touched = geometry.inverses(
        uniform, tf.constant(0.3), {name: 1.0}, (64, 64)
    )
    assert np.mean(touched) == pytest.approx(0.3, abs=0.01)
    changed = np.any(np.abs(matrices - np.eye(3)) > 1e-6, axis=(1, 2))
    share = {"flip": 1 / 2, "quarter_turns": 3 / 4, "shift": 1 - 1 / 16**2}
    assert changed.mean() == pytest.approx(0.3 * share.get(name, 1), abs=0.01)
