"""Metrics of pairs against NumPy and TensorFlow, and measured on held-out pairs."""

import numpy as np
import pytest
import tensorflow as tf

from kgan.metrics import paired
from kgan.metrics.base import Context
from kgan.metrics.features.pixels import Pixels

draw = np.random.default_rng(0)
FIRST = draw.integers(0, 256, (4, 16, 18, 3), np.uint8)
NOISE = draw.integers(-30, 31, FIRST.shape)
SECOND = np.clip(FIRST.astype(int) + NOISE, 0, 255).astype(np.uint8)


def test_l1():
    a, b = (x / 127.5 - 1 for x in (FIRST, SECOND))
    expected = np.abs(a - b).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(paired.l1(FIRST, SECOND), expected, rtol=1e-12)
    floats = paired.l1(a.astype("float32"), b.astype("float32"))
    np.testing.assert_allclose(floats, expected, rtol=1e-5)
    black, white = (
        np.zeros((1, 4, 4, 1), np.uint8),
        np.full((1, 4, 4, 1), 255, np.uint8),
    )
    assert paired.l1(black, white) == 2.0


def test_psnr():
    found = paired.psnr(FIRST, SECOND)
    expected = tf.image.psnr(FIRST, SECOND, 255).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(paired.psnr(FIRST, FIRST), 100.0)


def by_hand(x, y):
    """Equation 13 of Wang et al. (2004) for one channel, in float64."""
    place = np.arange(11) - 5
    weight = np.exp(-(place**2) / (2 * 1.5**2))
    weight = np.outer(weight, weight) / weight.sum() ** 2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    found = []
    for i in range(x.shape[0] - 10):
        for j in range(x.shape[1] - 10):
            a, b = (z[i : i + 11, j : j + 11].astype("float64") for z in (x, y))
            ma, mb = (weight * a).sum(), (weight * b).sum()
            va, vb = (weight * a * a).sum() - ma**2, (weight * b * b).sum() - mb**2
            cov = (weight * a * b).sum() - ma * mb
            structure = (2 * cov + c2) / (va + vb + c2)
            found.append((2 * ma * mb + c1) / (ma**2 + mb**2 + c1) * structure)
    return np.mean(found)


def test_ssim():
    expected = [
        np.mean([by_hand(x[..., c], y[..., c]) for c in range(3)])
        for x, y in zip(FIRST, SECOND, strict=True)
    ]
    found = paired.ssim(FIRST, SECOND)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    of_tensorflow = tf.image.ssim(FIRST, SECOND, 255)
    np.testing.assert_allclose(found, of_tensorflow, atol=1e-4)
    np.testing.assert_allclose(paired.ssim(FIRST, FIRST), 1.0, atol=1e-6)
    with pytest.raises(ValueError, match="`ssim` needs pictures of at least 11 pixels"):
        paired.ssim(FIRST[:, :10], SECOND[:, :10])


@pytest.mark.parametrize("kind", [paired.L1, paired.PSNR, paired.SSIM])
def test_the_mean_over_pairs(kind):
    metric = kind()
    extractor = metric.seen("pairs", Pixels())
    (statistic,) = metric.statistics().values()
    pairs = np.stack([FIRST, SECOND], axis=1)
    for part in (pairs[:3], pairs[3:]):
        statistic.update(extractor(part), None)
    found = metric.compute({"pairs": statistic}, Context())[metric.kind]
    values = kind.of_pairs(FIRST, SECOND)
    assert found.value == pytest.approx(values.mean())
    assert found.uncertainty == pytest.approx(values.std(ddof=1) / 2)
    assert "4 pairs" in found.uncertainty_is
    assert metric.best == ("min" if metric.kind == "l1" else "max",)


@pytest.mark.parametrize("kind", [paired.PSNR, paired.SSIM])
def test_what_is_no_picture_is_refused(kind):
    bands = np.zeros((2, 2, 16, 16, 7), np.float32)
    with pytest.raises(ValueError, match=r"needs pictures, uint8\. Received: float32"):
        kind().seen("pairs", Pixels())(bands)
    found = paired.L1().seen("pairs", Pixels())(bands).features
    np.testing.assert_array_equal(found, np.zeros((2, 1)))
