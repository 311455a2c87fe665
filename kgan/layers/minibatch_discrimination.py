"""Learnt features of how near an example lies to the others of its batch."""

import keras
from keras import ops

from kgan.core import arguments

_INPUT_RANK = 2


@keras.saving.register_keras_serializable(package="kgan")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each example how near it lies to the others, in learnt projections.

    With M_i = x_i T, a matrix of B rows and C columns for each example, feature b of
    example i counts the other examples that are near it in row b:

        c_b(x_i, x_j) = exp(−‖M_{i,b} − M_{j,b}‖₁)
        o(x_i)_b = Σ_{j ≠ i} c_b(x_i, x_j)

    The output is x_i followed by o(x_i). A generator that gives the same few samples
    again gives itself away by large features. They grow with the batch, so a
    discriminator is to be used with the batch size that it was trained with; replicas
    compare the examples of their own batch alone.

    All pairs are compared: the memory grows as `batch² * B * C` float32 numbers, the
    time alike. Distances and sums are float32 whatever the compute dtype.

    Args:
        num_kernels: Integer, the number B of features appended.
        kernel_dim: Integer, the number C of projections behind each feature.
        kernel_initializer: For T, of shape `(features, num_kernels * kernel_dim)`.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input: floats of shape `(batch, features)`. Output: floats of shape
    `(batch, features + num_kernels)`, the features appended in [0, batch − 1].

    Raises:
        ValueError: If `num_kernels` or `kernel_dim` is not a positive integer, or the
            input does not have two axes.

    Example:
        ```python
        layer = kgan.layers.MinibatchDiscrimination(num_kernels=100, kernel_dim=5)
        layer(keras.ops.ones((32, 256)))  # shape (32, 356)
        ```

    Source: Salimans et al. (2016), Improved Techniques for Training GANs, section 3.2.
    """

    def __init__(
        self,
        num_kernels=100,
        kernel_dim=5,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_kernels = arguments.positive_integer("num_kernels", num_kernels)
        self.kernel_dim = arguments.positive_integer("kernel_dim", kernel_dim)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Makes the tensor T for inputs of `(batch, features)`."""
        if len(input_shape) != _INPUT_RANK:
            raise ValueError(
                "`MinibatchDiscrimination` takes an input of shape (batch, features). "
                f"Received: {tuple(input_shape)}"
            )
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.num_kernels * self.kernel_dim),
            initializer=self.kernel_initializer,
        )

    def call(self, inputs):
        """Returns the inputs followed by their nearness to the rest of the batch."""
        projected = ops.cast(ops.matmul(inputs, self.kernel), "float32")
        projected = ops.reshape(projected, (-1, self.num_kernels, self.kernel_dim))
        differences = ops.abs(projected[:, None] - projected[None])  # (i, j, B, C)
        nearness = ops.exp(-ops.sum(differences, axis=-1))
        # An example is near to itself. Left out before the sum: taken off it, the 1
        # would take the last digits of small features along.
        rows = ops.arange(ops.shape(inputs)[0])
        others = ops.cast(rows[:, None] != rows[None], "float32")
        features = ops.einsum("ijb,ij->ib", nearness, others)
        return ops.concatenate([inputs, ops.cast(features, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns `(batch, features + num_kernels)`."""
        return (*input_shape[:-1], input_shape[-1] + self.num_kernels)

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "num_kernels": self.num_kernels,
            "kernel_dim": self.kernel_dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
