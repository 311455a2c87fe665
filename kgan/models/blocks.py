"""Blocks of convolutional networks: normalisation, attention at one resolution."""

import keras
from keras import layers

from kgan.layers import ConditionalBatchNormalization, SelfAttention


def normal(mean=0.0):
    """Returns N(mean, 0.02²), the initializer of Radford et al. (2016), section 3."""
    # A new object for each kernel: one alone would repeat its draws.
    return keras.initializers.RandomNormal(mean, 0.02)


def batch_norm(name, dtype):
    """Builds BatchNormalization as convolutional networks of this package use it."""
    return layers.BatchNormalization(
        momentum=0.9,
        epsilon=1e-5,
        gamma_initializer=normal(mean=1.0),
        name=name,
        dtype=dtype,
    )


class Normalization:
    """Batch normalisation, with a gain and a bias for each class if there are labels.

    Args:
        labels: Symbolic labels, or None.
        num_classes: Number of classes; read where there are labels.
        dtype: Dtype or policy of the layers.
    """

    def __init__(self, labels, num_classes, dtype=None):
        self.labels = labels
        self.num_classes = num_classes
        self.dtype = dtype

    def relu(self, x, name):
        if self.labels is None:
            x = batch_norm(f"{name}_norm", self.dtype)(x)
        else:
            norm = ConditionalBatchNormalization(
                num_classes=self.num_classes, name=f"{name}_norm", dtype=self.dtype
            )
            x = norm([x, self.labels])
        return layers.ReLU(name=f"{name}_relu", dtype=self.dtype)(x)


class Attention:
    """Applies `SelfAttention` after the stage whose longer side is `side`.

    Args:
        side: The longer side of that stage, or None for nowhere.
        sizes: Sizes `(height, width)` of all stages.
        spectral_normalization: Whether its convolutions are normalised so.
        dtype: Dtype or policy of the layer.

    Raises:
        ValueError: If no stage has such a side.
    """

    def __init__(self, side, sizes, spectral_normalization=False, dtype=None):
        sides = [max(size) for size in sizes]
        if side is not None and side not in sides:
            known = ", ".join(map(str, sides))
            raise ValueError(
                "`attention_at` must be None or the longer side of a stage of the "
                f"network: {known}. Received: {side!r}"
            )
        self.side = side
        self.spectral_normalization = spectral_normalization
        self.dtype = dtype

    def __call__(self, x):
        if self.side is None or max(x.shape[1:3]) != self.side:
            return x
        return SelfAttention(
            spectral_normalization=self.spectral_normalization,
            name="attention",
            dtype=self.dtype,
        )(x)
