"""Normalisation of the channels at each pixel."""

from typing import Any

import keras
from keras import ops

from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class PixelNormalization(Configured):
    """Scales the channels at each pixel to a mean square of 1.

        y[b, p, c] = x[b, p, c] / √( 1/C Σ_k x[b, p, k]² + ε )   for C channels

    After the convolutions of a generator it keeps the signals of both networks from
    growing; it maps latents `(batch, latent_dim)` to a sphere of radius √latent_dim. It
    is computed in float32: float16 squares overflow from 256 on. Input and output:
    floats `(batch, ..., channels)`.

    Args:
        epsilon: Positive number ε that is added to the mean square.

    Raises:
        ValueError: If `epsilon` is not positive, or the input has no channels.

    Example: `kgan.layers.PixelNormalization()(keras.ops.ones((8, 4, 4, 512)))`

    Source: Karras et al. (2018), Progressive Growing of GANs for Improved Quality,
    Stability, and Variation, section 4.2.
    """

    by_example = True

    def __init__(self, epsilon: float = 1e-8, **kwargs: Any):
        super().__init__(**kwargs)
        self.epsilon = checks.positive("epsilon", epsilon)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, ..., channels")

    def call(self, inputs):
        x = ops.cast(inputs, "float32")
        mean_square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return ops.cast(x * ops.rsqrt(mean_square + self.epsilon), self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
