"""A small network that finds the classes of pixels, trained where it is needed."""

import keras
import numpy as np
from keras import layers

from kgan.core import arguments
from kgan.metrics.base import check_finite

_WIDTHS = (16, 32, 64)
_RATE = 2e-3
_BATCH = 16
_AT_ONCE = 256


class Segmenter:
    """Finds the class of each pixel: a U-Net, trained on images and their classes.

    Three stages of one 3×3 convolution each with batch normalization, 16, 32 and 64
    channels wide, and as many back, each beside what the stage of its size saw. Adam
    with a rate from 0.002 to 0 minimises the cross-entropy of batches of 16, half of
    them mirrored. Equal seeds and data lead to equal segmenters on a CPU.

    Args:
        images: uint8 array `(n, height, width, channels)`; 4 divides both sides.
        classes: Integer array `(n, height, width)`, from 0.
        num_classes: Number of classes.
        steps: Number of batches.
        seed: Integer seed of the first weights and of the batches.

    Raises:
        ValueError: If there are no such arrays.

    Example: `Segmenter(images, masks, 2)(others)`
    Source: Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical
    Image Segmentation" (2015), section 2, of which this is a smaller one.
    """

    def __init__(self, images, classes, num_classes, steps=600, seed=0):
        steps = arguments.positive_integer("steps", steps)
        images, classes = np.asarray(images), np.asarray(classes)
        _check(images, classes, num_classes)
        self.network = _network(images.shape[1:], num_classes, seed)
        rate = keras.optimizers.schedules.PolynomialDecay(_RATE, steps, 0.0)
        cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.network.compile(keras.optimizers.Adam(rate), cross_entropy)
        draw = np.random.default_rng(seed)
        for _ in range(steps):
            rows = draw.integers(len(images), size=_BATCH)
            x, y = images[rows], classes[rows]
            mirrored = draw.random(_BATCH) < 0.5
            x = np.where(mirrored[:, None, None, None], x[:, :, ::-1], x)
            y = np.where(mirrored[:, None, None], y[:, :, ::-1], y)
            self.network.train_on_batch(x, y)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Returns the class of each pixel of uint8 images, `(n, height, width)`."""
        parts = range(0, len(images), _AT_ONCE)
        found = [
            np.argmax(self.network(images[i : i + _AT_ONCE], training=False), axis=-1)
            for i in parts
        ]
        return np.concatenate(found)


def intersection_over_union(
    first: np.ndarray, second: np.ndarray, num_classes: int
) -> np.ndarray:
    """Computes |A ∩ B| / |A ∪ B| of each class over all pixels of all images.

    Args:
        first: Integer array of classes, of any shape.
        second: The same, of the same shape.
        num_classes: Number of classes.

    Returns:
        Array `(num_classes,)`, NaN for a class that is in neither.

    Source: Everingham et al., "The PASCAL Visual Object Classes Challenge" (2010),
    section 4.4.
    """
    check_finite(first=first, second=second)
    classes = np.arange(num_classes)
    a, b = (np.asarray(x).reshape(-1, 1) == classes for x in (first, second))
    common, either = (a & b).sum(axis=0), (a | b).sum(axis=0)
    return np.where(either, common / np.maximum(either, 1), np.nan)


def _network(shape, num_classes, seed):
    seeds = iter(np.random.SeedSequence(seed).generate_state(len(_WIDTHS) * 2 + 1))

    def initializer():
        return keras.initializers.HeNormal(seed=int(next(seeds)))

    def convolved(x, width):
        x = layers.Conv2D(
            width, 3, padding="same", use_bias=False, kernel_initializer=initializer()
        )(x)
        return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))

    images = keras.Input(shape)
    x, seen = layers.Rescaling(1 / 127.5, offset=-1.0)(images), []
    for width in _WIDTHS[:-1]:
        seen.append(convolved(x, width))
        x = layers.MaxPooling2D()(seen[-1])
    x = convolved(x, _WIDTHS[-1])
    for width, beside in zip(_WIDTHS[-2::-1], reversed(seen), strict=True):
        x = layers.Concatenate()([layers.UpSampling2D()(x), beside])
        x = convolved(x, width)
    logits = layers.Conv2D(num_classes, 1, kernel_initializer=initializer())(x)
    return keras.Model(images, logits)


def _check(images, classes, num_classes):
    if images.dtype != np.uint8 or images.ndim != 4 or not images.size:
        raise ValueError(
            "`images` must be uint8, (n, height, width, channels). Received: "
            f"{images.dtype} of shape {images.shape}"
        )
    multiple = 2 ** (len(_WIDTHS) - 1)
    if images.shape[1] % multiple or images.shape[2] % multiple:
        raise ValueError(
            f"`images` must have sides that {multiple} divides. Received: "
            f"{images.shape[1]} × {images.shape[2]}"
        )
    if classes.shape != images.shape[:3] or classes.dtype.kind not in "iu":
        raise ValueError(
            f"`classes` must be integers of shape {images.shape[:3]}. Received: "
            f"{classes.dtype} of shape {classes.shape}"
        )
    if classes.min() < 0 or classes.max() >= num_classes:
        raise ValueError(
            f"`classes` must lie in [0, {num_classes}). Received: values from "
            f"{classes.min()} to {classes.max()}"
        )
