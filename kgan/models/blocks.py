"""Blocks of convolutional networks: convolution, normalisation, attention."""

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


def norm_relu(x, name, labels=None, num_classes=None, dtype=None):
    """Applies batch normalisation, by class where there are labels, and ReLU."""
    if labels is None:
        x = batch_norm(f"{name}_norm", dtype)(x)
    else:
        norm = ConditionalBatchNormalization(
            num_classes=num_classes, name=f"{name}_norm", dtype=dtype
        )
        x = norm([x, labels])
    return layers.ReLU(name=f"{name}_relu", dtype=dtype)(x)


def convolution(filters, size, name, dtype, up=False, **options):
    """Builds a convolution, or if `up` a transposed one, whose kernel is `normal`."""
    kind = layers.Conv2DTranspose if up else layers.Conv2D
    options |= {"padding": "same", "kernel_initializer": normal()}
    return kind(filters, size, name=name, dtype=dtype, **options)


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
        self.options = {
            "spectral_normalization": spectral_normalization,
            "dtype": dtype,
        }

    def __call__(self, x):
        if self.side is None or max(x.shape[1:3]) != self.side:
            return x
        return SelfAttention(name="attention", **self.options)(x)
