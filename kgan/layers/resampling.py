"""Resampling of feature maps by 2 behind a binomial low-pass filter."""

import keras
import numpy as np
from keras import ops

from kgan.core.config import Configured
from kgan.layers import checks

# Separable: outer(TAPS, TAPS) / 64 has the sum 1.
TAPS = (1.0, 3.0, 3.0, 1.0)


def low_pass(x, before: int, after: int, gain: float = 1.0):
    """Filters each channel by outer(TAPS, TAPS) · gain / 64, at stride 1.

    Args:
        x: Floats `(batch, height, width, channels)`.
        before: Zeros above and left.
        after: Zeros below and right: sides become 3 less than with all zeros.
        gain: Factor of the filter; 4 makes up for zeros between the pixels.
    """
    # Depthwise at stride 1 also where pixels are left out afterwards: strided, in
    # bfloat16 on a CPU, its gradient took ten times as long.
    around = (before, after)
    x = ops.pad(x, ((0, 0), around, around, (0, 0)))
    kernel = ops.cast(_taps(gain)[..., None, None], x.dtype)
    kernel = ops.broadcast_to(kernel, (len(TAPS), len(TAPS), x.shape[-1], 1))
    return ops.depthwise_conv(x, kernel, padding="valid")


def _taps(gain):
    return np.outer(TAPS, TAPS) * (gain / np.sum(TAPS) ** 2)


def convolution(x, kernel):
    """Convolves with an odd square kernel; sides stay as they are."""
    return ops.conv(x, kernel, padding="same")


def convolution_up(x, kernel):
    """Inserts zeros after each pixel, filters, and convolves: sides double.

    The filter commutes with the convolution, which therefore runs on the small input.

    Args:
        x: Floats `(batch, height, width, channels)`.
        kernel: 3×3, `(3, 3, channels, filters)`, as the transposed convolution has it:
            one after the zeros would have it turned by 180°.
    """
    kernel = ops.transpose(kernel, (0, 1, 3, 2))
    x = ops.conv_transpose(x, kernel, strides=2, padding="valid")
    return low_pass(x, 1, 1, gain=4.0)


def convolution_down(x, kernel):
    """Filters, convolves and keeps every second pixel: even sides halve.

    Args:
        x: Floats `(batch, height, width, channels)`.
        kernel: 3×3 or 1×1, `(size, size, channels, filters)`.
    """
    margin = (kernel.shape[0] + 1) // 2
    return ops.conv(low_pass(x, margin, margin), kernel, strides=2, padding="valid")


# By the name that layers take.
CONVOLUTIONS = {None: convolution, "up": convolution_up, "down": convolution_down}
FACTORS = {None: 1.0, "up": 2, "down": 0.5}


def output_size(input_shape, resampling):
    """Returns height and width behind a convolution of `CONVOLUTIONS`.

    Raises a `ValueError` if it halves sides that are odd.
    """
    if resampling == "down" and any(s and s % 2 for s in input_shape[1:3]):
        raise ValueError(
            "Images whose sides are halved must have even ones. Received: an input of "
            f"shape {tuple(input_shape)}"
        )
    factor = FACTORS[resampling]
    return tuple(s and int(s * factor) for s in input_shape[1:3])


@keras.saving.register_keras_serializable(package="kgan")
class FIRUpSampling2D(Configured):
    """Doubles the sides of images: zeros between the pixels, then a low-pass filter.

    The filter is outer(f, f) / 16 with f = (1, 3, 3, 1), which inside is bilinear
    interpolation; beyond the border there are zeros. Input: floats
    `(batch, height, width, channels)`. Output: `(batch, 2 height, 2 width, channels)`.

    Raises:
        ValueError: If the input has other axes.

    Example: `kgan.layers.FIRUpSampling2D()(keras.ops.ones((8, 4, 4, 3)))`

    Source: Karras et al. (2020), Analyzing and Improving the Image Quality of StyleGAN,
    section 3 (skip generator); filters as in the authors' program.
    """

    by_example = True

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")

    def call(self, inputs):
        # No channel reaches another one; images have few, and a transposed convolution
        # is known to all formats.
        kernel = _taps(gain=4.0)[..., None, None] * np.eye(inputs.shape[-1])
        kernel = ops.cast(kernel, inputs.dtype)
        return ops.conv_transpose(inputs, kernel, strides=2, padding="same")

    def compute_output_shape(self, input_shape):
        size = output_size(input_shape, "up")
        return (input_shape[0], *size, input_shape[-1])


@keras.saving.register_keras_serializable(package="kgan")
class FIRDownSampling2D(Configured):
    """Halves the sides of images: a low-pass filter, then every second pixel.

    The filter is outer(f, f) / 64 with f = (1, 3, 3, 1), and zeros beyond the border.
    Input: floats `(batch, height, width, channels)`, of even sides. Output:
    `(batch, height / 2, width / 2, channels)`.

    Raises:
        ValueError: If the input has other axes, or odd sides.

    Example: `kgan.layers.FIRDownSampling2D()(keras.ops.ones((8, 64, 64, 3)))`

    Source: as `FIRUpSampling2D`.
    """

    by_example = True

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")
        output_size(input_shape, "down")

    def call(self, inputs):
        return low_pass(inputs, 1, 1)[:, ::2, ::2]

    def compute_output_shape(self, input_shape):
        size = output_size(input_shape, "down")
        return (input_shape[0], *size, input_shape[-1])


@keras.saving.register_keras_serializable(package="kgan")
class BilinearUpSampling2D(Configured):
    """Doubles the sides of images by bilinear interpolation, with the border repeated.

    It computes what `keras.layers.UpSampling2D(interpolation="bilinear")` does, which
    in a graph needs sides that are known. Input: floats `(batch, height, width,
    channels)`. Output: `(batch, 2 height, 2 width, channels)`.

    Raises:
        ValueError: If the input has other axes.

    Example: `kgan.layers.BilinearUpSampling2D()(keras.ops.ones((8, 4, 4, 3)))`
    """

    by_example = True

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")

    def call(self, inputs):
        height, width = inputs.shape[1:3]
        if None in (height, width):
            return _interleaved(_interleaved(inputs, 1), 2)
        # On a CPU without XLA many times as fast.
        size = 2 * height, 2 * width
        return ops.image.resize(
            inputs, size, interpolation="bilinear", data_format="channels_last"
        )

    def compute_output_shape(self, input_shape):
        size = output_size(input_shape, "up")
        return (input_shape[0], *size, input_shape[-1])


def _interleaved(x, axis):
    """Doubles an axis: entries moved by a quarter towards each of their neighbours."""
    first, last, all_but_last, all_but_first = (
        x[(slice(None),) * axis + (part,)]
        for part in (slice(1), slice(-1, None), slice(-1), slice(1, None))
    )
    before = ops.concatenate([first, all_but_last], axis)
    after = ops.concatenate([all_but_first, last], axis)
    both = ops.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis + 1)
    shape = list(ops.shape(x))
    shape[axis] *= 2
    return ops.reshape(both, shape)
