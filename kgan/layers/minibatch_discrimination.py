"""Learned similarities between the examples of a batch."""

from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class MinibatchDiscrimination(Configured):
    """Appends to each example learned similarities to the rest of the batch.

        M_i = x_i T                                  B rows, C columns
        c_b(x_i, x_j) = exp(−‖M_{i,b} − M_{j,b}‖₁)
        o(x_i)_b = Σ_{j ≠ i} c_b(x_i, x_j)           in [0, batch − 1]

    The output is x_i followed by o(x_i). Large features reveal a generator that repeats
    few samples. They grow with the batch: use a discriminator with the batch size that
    it was trained with. Each replica compares the examples of its own batch. Memory and
    time grow as `batch² * B * C`; sums are float32 whatever the compute dtype. Input:
    floats `(batch, features)`. Output: floats `(batch, features + num_kernels)`.

    Args:
        num_kernels: Number B of features appended.
        kernel_dim: Number C of projections behind each feature.
        kernel_initializer: Of T, `(features, num_kernels * kernel_dim)`.

    Raises:
        ValueError: If a number is no positive integer, or the input has not two axes.

    Example: `MinibatchDiscrimination()(keras.ops.ones((32, 256)))  # (32, 356)`

    Source: Salimans et al. (2016), Improved Techniques for Training GANs, section 3.2.
    """

    def __init__(
        self,
        num_kernels: int = 100,
        kernel_dim: int = 5,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_kernels = arguments.positive_integer("num_kernels", num_kernels)
        self.kernel_dim = arguments.positive_integer("kernel_dim", kernel_dim)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, features")
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.num_kernels * self.kernel_dim),
            initializer=self.kernel_initializer,
        )

    def call(self, inputs):
        projected = ops.cast(ops.matmul(inputs, self.kernel), "float32")
        projected = ops.reshape(projected, (-1, self.num_kernels, self.kernel_dim))
        differences = ops.abs(projected[:, None] - projected[None])  # (i, j, B, C)
        nearness = ops.exp(-ops.sum(differences, axis=-1))
        # Without the example itself, left out before the sum: subtracting its 1 from
        # the sum would round small features.
        rows = ops.arange(ops.shape(inputs)[0])
        others = ops.cast(rows[:, None] != rows[None], "float32")
        features = ops.einsum("ijb,ij->ib", nearness, others)
        return ops.concatenate([inputs, ops.cast(features, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.num_kernels)
