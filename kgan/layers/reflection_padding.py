"""Padding of images by their own reflection, to a margin or to a size."""

from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks

_AXES = "batch, height, width, channels"


@keras.saving.register_keras_serializable(package="kgan")
class ReflectionPadding2D(Configured):
    """Pads images by their reflection in the outermost pixels: d c b | a b c d | c b a.

    Input: floats `(batch, height, width, channels)`, each side longer than the margin.
    Output: `(batch, height + 2 padding, width + 2 padding, channels)`.

    Args:
        padding: Pixels on each side, a positive integer.

    Raises:
        ValueError: If `padding` is no positive integer, or the input has other axes or
            a side that is not longer.

    Example: `kgan.layers.ReflectionPadding2D(3)(keras.ops.ones((8, 64, 64, 3)))`
    """

    by_example = True

    def __init__(self, padding: int = 1, **kwargs: Any):
        super().__init__(**kwargs)
        self.padding = arguments.positive_integer("padding", padding)

    def build(self, input_shape):
        checks.axes(self, input_shape, _AXES)
        if any(side is not None and side <= self.padding for side in input_shape[1:3]):
            raise ValueError(
                "Images must have sides longer than `padding`, in which they are "
                f"reflected: {self.padding}. Received: an input of shape "
                f"{tuple(input_shape)}"
            )

    def call(self, inputs):
        around = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), around, around, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        sides = (side and side + 2 * self.padding for side in input_shape[1:3])
        return (input_shape[0], *sides, input_shape[-1])


@keras.saving.register_keras_serializable(package="kgan")
class PadToMultiple(Configured):
    """Pads images, of any size, until a number divides their sides.

    They are reflected as by `ReflectionPadding2D`, again and again where they are
    smaller than the margin, which is as wide before as behind, or one pixel narrower.
    `CropLike` cuts it off again. Input: floats `(batch, height, width, channels)`,
    whose sides need not be known. Output: of sides that are the next multiples.

    Args:
        multiple: What divides the sides of the output, a positive integer.
        least: Their smallest length, one of the multiples. None: any.

    Raises:
        ValueError: If an argument is no such number, or the input has other axes.

    Example: `kgan.layers.PadToMultiple(4)(keras.ops.ones((8, 30, 50, 3)))`
    """

    by_example = True

    def __init__(self, multiple: int, least: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.multiple = arguments.positive_integer("multiple", multiple)
        self.least = least
        if least is not None and arguments.positive_integer("least", least) % multiple:
            raise ValueError(
                f"`least` must be None or a multiple of {multiple}. Received: {least}"
            )

    def build(self, input_shape):
        checks.axes(self, input_shape, _AXES)

    def call(self, inputs):
        for axis in (1, 2):
            side = inputs.shape[axis]
            if side is None:
                side = ops.shape(inputs)[axis]
            elif side == self._padded(side):
                continue
            inputs = ops.take(inputs, self._places(side), axis=axis)
        return inputs

    def _padded(self, side):
        padded = (side + self.multiple - 1) // self.multiple * self.multiple
        largest = max if isinstance(side, int) else ops.maximum
        return largest(padded, self.least or self.multiple)

    def _places(self, side):
        """Returns which pixel stands at each place of the output."""
        padded = self._padded(side)
        # Reflections of n pixels, 0 1 2 3 2 1 for n = 4, have a period of 2 n - 2.
        period = ops.maximum(2 * side - 2, 1)
        place = ops.mod(ops.arange(padded) - (padded - side) // 2, period)
        return ops.minimum(place, period - place)

    def compute_output_shape(self, input_shape):
        sides = (side and self._padded(side) for side in input_shape[1:3])
        return (input_shape[0], *sides, input_shape[-1])


@keras.saving.register_keras_serializable(package="kgan")
class CropLike(Configured):
    """Cuts images to the size of others: what `PadToMultiple` added is cut off.

    Input: a list of two floats `(batch, height, width, channels)`, images and those of
    the size, which are not larger. Output: the middle of the former; of a margin with
    an odd number of pixels more is cut off behind.

    Raises:
        ValueError: If the input is another one.

    Example: `kgan.layers.CropLike()([translated, images])`
    """

    by_example = True

    def build(self, input_shape):
        if len(input_shape) != 2 or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(
                "`CropLike` takes a list of images and those of the size that they "
                f"get. Received: an input of shape {input_shape}"
            )
        for shape in input_shape:
            checks.axes(self, shape, _AXES)

    def call(self, inputs):
        images, like = inputs
        for axis in (1, 2):
            before, after = (
                ops.shape(x)[axis] if x.shape[axis] is None else x.shape[axis]
                for x in (images, like)
            )
            first = (before - after) // 2
            if axis == 1:
                images = images[:, first : first + after]
            else:
                images = images[:, :, first : first + after]
        return images

    def compute_output_shape(self, input_shape):
        (batch, *_, channels), (_, height, width, _) = input_shape
        return (batch, height, width, channels)
