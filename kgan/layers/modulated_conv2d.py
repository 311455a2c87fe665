"""Convolution whose kernel a style scales, for each example."""

import math
from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks, resampling
from kgan.layers.equalized import ACTIVATIONS, EqualizedDense, activated, inner_gain
from kgan.layers.noise_injection import NoiseInjection

# Inside the root of the demodulation, as in the authors' program.
_EPSILON = 1e-8


@keras.saving.register_keras_serializable(package="kgan")
class ModulatedConv2D(Configured):
    """The layer of StyleGAN2's synthesis: a convolution under a style.

        s = A w + b,   W′[k, i, o] = s[i] W[k, i, o]
        y = activation( x ∗ W′ / √(Σ_{k,i} W′[k, i, o]² + 10⁻⁸) + noise + bias )

    No example needs a kernel of its own: the input is scaled by s before the
    convolution, and the output by the root after it. Without `demodulate` s is scaled
    by 1 / √fan_in instead. Input: `[x, w]`, floats `(batch, height, width, channels)`
    and float32 `(batch, width of w)`. Output: as many, or doubled, rows and columns of
    `filters` channels.

    Args:
        filters: Number of output channels.
        kernel_size: An odd number: 3 where it doubles the sides.
        resampling: None, or "up", as in `EqualizedConv2D`.
        demodulate: Whether outputs are scaled to the variance 1.
        noise: Whether a `NoiseInjection` stands before the bias.
        activation: As in `Equalized`, and so is the next.
        clamp: Largest size of an output; None: any.

    Attributes:
        affine: The `EqualizedDense` from w to s, whose bias starts at 1.

    Raises:
        ValueError: If an argument is out of range, or the inputs have other axes.

    Example: `kgan.layers.ModulatedConv2D(64, activation="leaky_relu")([x, w])`

    Source: Karras et al. (2020), Analyzing and Improving the Image Quality of StyleGAN,
    section 2.2, equations 1 to 3; for float16 scaled as Karras et al. (2020), Training
    Generative Adversarial Networks with Limited Data, appendix D.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        resampling: str | None = None,
        demodulate: bool = True,
        noise: bool = False,
        activation: str | None = None,
        clamp: float | None = None,
        **kwargs: Any,
    ):
        # float32 styles stay so: their squares are summed over all channels.
        super().__init__(autocast=False, **kwargs)
        self.filters = arguments.positive_integer("filters", filters)
        self.kernel_size = checks.kernel_size(kernel_size, resampling)
        self.resampling = checks.optional("resampling", resampling, ("up",))
        self.demodulate, self.noise = demodulate, noise
        self.activation = checks.optional("activation", activation, ACTIVATIONS)
        self.clamp = None if clamp is None else checks.positive("clamp", clamp)

    def build(self, input_shape):
        ranks = [len(s) for s in input_shape if isinstance(s, (tuple, list))]
        if ranks != [4, 2]:
            raise ValueError(
                "`ModulatedConv2D` takes [x, w] of shapes (batch, height, width, "
                f"channels) and (batch, width). Received: {input_shape}"
            )
        features, w = input_shape
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, features[-1], self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
        )
        self.bias = self.add_weight(
            name="bias", shape=(self.filters,), initializer="zeros", autocast=False
        )
        self.affine = EqualizedDense(
            features[-1], initial_bias=1.0, dtype="float32", name="affine"
        )
        self.affine.build(w)
        self.injection = None
        if self.noise:
            self.injection = NoiseInjection(dtype="float32", name="noise")
            size = resampling.output_size(features, self.resampling)
            self.injection.build((features[0], *size, self.filters))

    def call(self, inputs, training=False):
        x, w = inputs
        kernel, styles, after = self._modulation(self.affine(w))
        x = ops.cast(x, self.compute_dtype)
        x = x * _per_channel(styles, x.dtype)
        convolve = resampling.CONVOLUTIONS[self.resampling]
        x = convolve(x, ops.cast(kernel, x.dtype))
        if after is not None:
            x = x * _per_channel(after, x.dtype)
        gain = inner_gain(self.activation)
        if self.noise:
            noise = self.injection.noise(x, training)
            x = x + ops.cast(noise * gain, x.dtype)
        x = x + ops.cast(self.bias * gain, x.dtype)
        return activated(x, self.activation, self.clamp)

    def _modulation(self, styles):
        """Returns the kernel, factors of its input and, to demodulate, its output."""
        kernel, gain = self.kernel, inner_gain(self.activation)
        if not self.demodulate:
            scale = gain / math.sqrt(math.prod(kernel.shape[:-1]))
            return kernel, styles * scale, None
        if self.compute_dtype == "float16":
            # Sums of products then stay far from the largest number, 65504; the
            # demodulation removes both factors.
            fan_in = math.prod(kernel.shape[:-1])
            kernel = _by_largest(kernel, (0, 1, 2)) / math.sqrt(fan_in)
            styles = _by_largest(styles, 1)
        squares = ops.matmul(ops.square(styles), ops.sum(ops.square(kernel), (0, 1)))
        return kernel, styles, gain * ops.rsqrt(squares + _EPSILON)

    def compute_output_shape(self, input_shape):
        features, _ = input_shape
        size = resampling.output_size(features, self.resampling)
        return (features[0], *size, self.filters)


def _by_largest(x, axes):
    largest = ops.max(ops.abs(x), axis=axes, keepdims=True)
    return x / ops.maximum(largest, _EPSILON)  # of zeros alone, too


def _per_channel(factors, dtype):
    return ops.cast(factors, dtype)[:, None, None, :]
