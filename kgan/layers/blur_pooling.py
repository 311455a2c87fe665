"""Halving of feature maps behind a binomial filter, against aliasing."""

import keras
import numpy as np
from keras import ops

from kgan.core.config import Configured
from kgan.layers import checks

# Separable: outer(TAPS, TAPS) / 16 has the sum 1.
TAPS = (1.0, 2.0, 1.0)


@keras.saving.register_keras_serializable(package="kgan")
class BlurPooling2D(Configured):
    """Halves the sides of images: a low-pass filter, then every second pixel.

    The filter is outer(f, f) / 16 with f = (1, 2, 1); beyond the border images are
    reflected. Input: floats `(batch, height, width, channels)`, of at least 2 pixels a
    side. Output: `(batch, ⌈height / 2⌉, ⌈width / 2⌉, channels)`.

    Raises:
        ValueError: If the input has other axes, or a side of one pixel.

    Example: `kgan.layers.BlurPooling2D()(keras.ops.ones((8, 64, 64, 3)))`

    Source: Zhang (2019), Making Convolutional Networks Shift-Invariant Again, section
    3.2; with reflection as in the program of Park et al. (2020), Contrastive Learning
    for Unpaired Image-to-Image Translation.
    """

    by_example = True
    # As attributes of a convolution, from which receptive fields follow.
    kernel_size, strides = (3, 3), (2, 2)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")
        if 1 in input_shape[1:3]:
            raise ValueError(
                "Images whose sides are halved must have at least 2 pixels a side. "
                f"Received: an input of shape {tuple(input_shape)}"
            )

    def call(self, inputs):
        x = ops.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
        kernel = np.outer(TAPS, TAPS)[..., None, None] / 16
        kernel = ops.broadcast_to(ops.cast(kernel, x.dtype), (3, 3, x.shape[-1], 1))
        # Depthwise at stride 1: see `resampling.low_pass`.
        return ops.depthwise_conv(x, kernel, padding="valid")[:, ::2, ::2]

    def compute_output_shape(self, input_shape):
        sides = (side and (side + 1) // 2 for side in input_shape[1:3])
        return (input_shape[0], *sides, input_shape[-1])
