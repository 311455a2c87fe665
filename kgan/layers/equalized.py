"""Layers with equalised learning rates: stored weights have the variance 1."""

import math
from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks, resampling

ACTIVATIONS = ("leaky_relu",)
SLOPE = 0.2


class Equalized(Configured):
    """Base class of layers whose kernel and bias are scaled when they are used.

        y = activation(scale · kernel ∗ x + multiplier · bias) · gain

    The stored kernel is N(0, 1 / multiplier²) and scale = multiplier / √fan_in: Adam,
    whose steps have one size whatever the gradient, then moves each weight by a share
    of its scale, the same in all layers. Karras et al. (2018), Progressive Growing of
    GANs for Improved Quality, Stability, and Variation, section 4.1.

    Args:
        activation: None, or "leaky_relu": that of slope 0.2, times √2, which keeps the
            variance.
        use_bias: Whether a bias is added, which starts at `initial_bias`.
        initial_bias: A number.
        lr_multiplier: How much slower than others the weights learn, above 0.
        gain: Factor of the output, above 0.
        clamp: Largest size of an output before `gain`; None: any. float16 needs one.
    """

    by_example = True

    def __init__(
        self,
        activation: str | None = None,
        use_bias: bool = True,
        initial_bias: float = 0.0,
        lr_multiplier: float = 1.0,
        gain: float = 1.0,
        clamp: float | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.activation = checks.optional("activation", activation, ACTIVATIONS)
        self.use_bias = use_bias
        self.initial_bias = initial_bias
        self.lr_multiplier = checks.positive("lr_multiplier", lr_multiplier)
        self.gain = checks.positive("gain", gain)
        self.clamp = None if clamp is None else checks.positive("clamp", clamp)

    def add_kernel(self, *shape):
        """Adds kernel and bias; the last axis of `shape` are the outputs."""
        deviation = 1.0 / self.lr_multiplier
        self.kernel = self.add_weight(
            name="kernel",
            shape=shape,
            initializer=keras.initializers.RandomNormal(stddev=deviation),
            autocast=False,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=shape[-1:],
                initializer=keras.initializers.Constant(self.initial_bias),
                autocast=False,
            )

    def scaled_kernel(self):
        """Returns the kernel as it is used, in the dtype of the computation."""
        scale = self.lr_multiplier / math.sqrt(math.prod(self.kernel.shape[:-1]))
        kernel = self.kernel * (scale * self._inner_gain)
        return ops.cast(kernel, self.compute_dtype)

    def finished(self, x):
        """Adds the bias to a product with `scaled_kernel`, activates and clamps."""
        if self.bias is not None:
            bias = self.bias * (self.lr_multiplier * self._inner_gain)
            x = x + ops.cast(bias, x.dtype)
        return activated(x, self.activation, self.clamp, self.gain)

    @property
    def _inner_gain(self):
        # LeakyReLU is homogeneous: its gain may as well stand before it, on weights,
        # which are fewer than pixels.
        return inner_gain(self.activation) * self.gain


def inner_gain(activation: str | None) -> float:
    """Returns the factor of weights that stands for the gain of an activation."""
    return 1.0 if activation is None else math.sqrt(2.0)


def activated(x, activation, clamp=None, gain=1.0):
    """Applies an activation, whose gain was applied before, and clamps."""
    if activation is not None:
        x = ops.leaky_relu(x, SLOPE)
    if clamp is not None:
        x = ops.clip(x, -clamp * gain, clamp * gain)
    return x


@keras.saving.register_keras_serializable(package="kgan")
class EqualizedDense(Equalized):
    """A dense layer with an equalised learning rate.

    Input: floats `(batch, features)`. Output: `(batch, units)`.

    Args:
        units: Number of outputs.
        **kwargs: Of `Equalized`.

    Raises:
        ValueError: If an argument is out of range, or the input has other axes.

    Example: `kgan.layers.EqualizedDense(512, "leaky_relu", lr_multiplier=0.01)`
    """

    def __init__(self, units: int, activation: str | None = None, **kwargs: Any):
        super().__init__(activation=activation, **kwargs)
        self.units = arguments.positive_integer("units", units)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, features")
        self.add_kernel(input_shape[-1], self.units)

    def call(self, inputs):
        return self.finished(ops.matmul(inputs, self.scaled_kernel()))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)


@keras.saving.register_keras_serializable(package="kgan")
class EqualizedEmbedding(Equalized):
    """An `EqualizedDense` layer of classes: that of one-hot vectors, by looking up.

    Input: integers `(batch,)` in [0, num_classes). Output: floats `(batch, units)`.

    Args:
        num_classes: Number of classes.
        units: Number of outputs.
        **kwargs: Of `Equalized`.

    Raises:
        ValueError: If an argument is out of range, or the input has other axes.

    Example: `kgan.layers.EqualizedEmbedding(10, 512)(keras.ops.arange(10))`
    """

    def __init__(self, num_classes: int, units: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.num_classes = arguments.positive_integer("num_classes", num_classes)
        self.units = arguments.positive_integer("units", units)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch")
        self.add_kernel(self.num_classes, self.units)

    def call(self, inputs):
        rows = ops.take(self.scaled_kernel(), ops.cast(inputs, "int32"), axis=0)
        return self.finished(rows)

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.units)


@keras.saving.register_keras_serializable(package="kgan")
class EqualizedConv2D(Equalized):
    """A convolution with an equalised learning rate, which may resample by 2.

    Input: floats `(batch, height, width, channels)`. Output: as many, doubled or halved
    rows and columns of `filters` channels.

    Args:
        filters: Number of output channels.
        kernel_size: An odd number: 1 or 3 where it resamples.
        resampling: None; "up": zeros between the pixels, a low-pass filter, and the
            convolution; "down": the filter, and a convolution of every second pixel.
        **kwargs: Of `Equalized`.

    Raises:
        ValueError: If an argument is out of range, or the input has other axes.

    Example: `kgan.layers.EqualizedConv2D(64, 3, "down", activation="leaky_relu")`

    Source: filters as in Karras et al. (2020), Analyzing and Improving the Image
    Quality of StyleGAN, and the authors' program.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        resampling: str | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.filters = arguments.positive_integer("filters", filters)
        self.kernel_size = checks.kernel_size(kernel_size, resampling)
        self.resampling = resampling

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")
        resampling.output_size(input_shape, self.resampling)
        size = self.kernel_size
        self.add_kernel(size, size, input_shape[-1], self.filters)

    def call(self, inputs):
        convolve = resampling.CONVOLUTIONS[self.resampling]
        return self.finished(convolve(inputs, self.scaled_kernel()))

    def compute_output_shape(self, input_shape):
        size = resampling.output_size(input_shape, self.resampling)
        return (input_shape[0], *size, self.filters)
