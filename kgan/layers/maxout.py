"""Maxout: the maximum of several affine maps."""

from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class Maxout(Configured):
    """Fully connected layer whose units are maxima of `pieces` affine maps.

    `y[b, i] = max_j (x[b] · W[:, i, j] + c[i, j])`: a convex, piecewise linear
    activation, learned with the weights. The first GAN's discriminator used it. Input:
    floats `(batch, features)`. Output: floats `(batch, units)`.

    Args:
        units: Number of outputs.
        pieces: Number of affine maps behind each output.
        kernel_initializer: Of the kernel, `(features, units * pieces)`.
        bias_initializer: Of the biases, `(units * pieces,)`.
        kernel_regularizer: A `keras.regularizers.Regularizer`, or None.
        kernel_constraint: A `keras.constraints.Constraint` (the paper's is `MaxNorm`).

    Raises:
        ValueError: If a number is no positive integer, or the input has not two axes.

    Example: `kgan.layers.Maxout(units=240, pieces=5)(keras.ops.ones((8, 784)))`

    Source: Goodfellow et al. (2013), Maxout Networks, section 3.
    """

    by_example = True

    def __init__(
        self,
        units: int,
        pieces: int,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        bias_initializer: str | keras.initializers.Initializer = "zeros",
        kernel_regularizer: Any = None,
        kernel_constraint: Any = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.units = arguments.positive_integer("units", units)
        self.pieces = arguments.positive_integer("pieces", pieces)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, features")
        affine_maps = self.units * self.pieces
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], affine_maps),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = self.add_weight(
            name="bias", shape=(affine_maps,), initializer=self.bias_initializer
        )

    def call(self, inputs):
        affine = ops.matmul(inputs, self.kernel) + self.bias
        return ops.max(ops.reshape(affine, (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)
