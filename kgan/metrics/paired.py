"""Metrics of pairs: a translation beside the target that belongs to its source."""

import abc

import numpy as np
import tensorflow as tf

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import LIMIT, Rows
from kgan.metrics.features.base import Extractor, Outputs

_WINDOW, _SIGMA = 11, 1.5  # of Wang et al. (2004)
_MOST_DECIBELS = 100.0


def l1(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Computes the mean of |a − b| of each pair of a batch, `(n,)`.

    uint8 pictures are compared in [−1, 1], where it lies in [0, 2]; floats as they are.
    """
    check_finite(first=first, second=second)
    scale = 127.5 if first.dtype == np.uint8 else 1.0
    distance = np.abs(first.astype(np.float64) - second) / scale
    return distance.reshape(len(first), -1).mean(axis=1)


def psnr(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Computes 10 log₁₀(255² / MSE) of each pair of uint8 pictures, `(n,)`.

    It is in decibels, at most 100, which equal pictures have.
    """
    check_finite(first=first, second=second)
    squares = (first.astype(np.float64) - second) ** 2
    mse = squares.reshape(len(first), -1).mean(axis=1)
    least = 255.0**2 / 10 ** (_MOST_DECIBELS / 10)
    return 10.0 * np.log10(255.0**2 / np.maximum(mse, least))


def ssim(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Computes the structural similarity of each pair of uint8 pictures, `(n,)`.

    That of TensorFlow: windows of 11×11 pixels weighted by a Gaussian with σ = 1.5, the
    mean over all that lie inside of the picture, and over channels. 1 for equal ones.

    Raises a `ValueError` if a side is shorter than a window.
    Source: Wang et al., "Image Quality Assessment: From Error Visibility to Structural
    Similarity" (2004), equation 13.
    """
    check_finite(first=first, second=second)
    if min(first.shape[1:3]) < _WINDOW:
        sides = " × ".join(map(str, first.shape[1:3]))
        raise ValueError(
            f"`ssim` needs pictures of at least {_WINDOW} pixels a side, one window. "
            f"Received: {sides}"
        )
    options = {"filter_size": _WINDOW, "filter_sigma": _SIGMA}
    return tf.image.ssim(first, second, 255, **options).numpy().astype(np.float64)


class Sides(Extractor):
    """A figure of each pair `(n, 2, ...)`, as a feature `(n, 1)`.

    Args:
        figure: Function of two arrays with as many rows, one value for each.
        extractor: The `Extractor` whose name it has.
    """

    def __init__(self, figure, extractor):
        self.figure, self.name = figure, extractor.name

    def __call__(self, images):
        images = np.asarray(images)
        found = self.figure(images[:, 0], images[:, 1])
        return Outputs(np.asarray(found, np.float64)[:, None], None, images)

    def describe(self):
        return {"name": self.name}


class Paired(Metric):
    """Mean of a figure over pairs, with its standard error.

    The pairs are the held-out ones of the data set: translations of their sources
    beside their targets.
    """

    on_features = False
    of_pictures = True
    made = {"pairs": ("pairs", {})}
    reads_held_out = True

    @staticmethod
    @abc.abstractmethod
    def of_pairs(first, second):
        """Computes the figure of each pair."""

    def seen(self, role, extractor):
        return Sides(self._figure, extractor)

    def _figure(self, first, second):
        if self.of_pictures and first.dtype != np.uint8:
            raise ValueError(
                f"{self.kind!r} needs pictures, uint8. Received: {first.dtype} of "
                f"shape {first.shape[1:]}"
            )
        return self.of_pairs(first, second)

    def statistics(self):
        return {"pairs": Rows(LIMIT)}

    def compute(self, collected, context):
        rows = collected["pairs"].rows
        check_finite(pairs=rows)
        values = rows[:, 0]
        meaning = f"standard error of the mean of {len(values)} pairs"
        return {self.kind: Figure.mean(values, meaning, {})}


class L1(Paired):
    """Mean of |y − G(x)| over held-out pairs, of pictures in [−1, 1]."""

    kind = "l1"
    figures, best = ("l1",), ("min",)
    of_pictures = False
    of_pairs = staticmethod(l1)


class PSNR(Paired):
    """Peak signal-to-noise ratio of held-out pairs in decibels, mean over pictures."""

    kind = "psnr"
    figures, best = ("psnr",), ("max",)
    of_pairs = staticmethod(psnr)


class SSIM(Paired):
    """Structural similarity of held-out pairs, mean over pictures; see `ssim`."""

    kind = "ssim"
    figures, best = ("ssim",), ("max",)
    of_pairs = staticmethod(ssim)
