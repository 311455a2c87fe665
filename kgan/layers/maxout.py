"""The activation that learns its own shape: the largest of several affine maps."""

import keras
from keras import ops

from kgan.core import arguments

_INPUT_RANK = 2


@keras.saving.register_keras_serializable(package="kgan")
class Maxout(keras.layers.Layer):
    """Takes for each unit the largest of `pieces` affine maps of the input.

    `y[b, i] = max_j (x[b] · W[:, i, j] + c[i, j])`, a convex, piecewise linear function
    of the input that is learnt with the weights. The discriminator of the first GAN was
    made of it.

    Args:
        units: Integer, the number of outputs.
        pieces: Integer, the number of affine maps behind each output.
        kernel_initializer: For the kernel, of shape `(features, units * pieces)`.
        bias_initializer: For the biases, of shape `(units * pieces,)`.
        kernel_regularizer: An optional `keras.regularizers.Regularizer`.
        kernel_constraint: An optional `keras.constraints.Constraint`, such as the
            `MaxNorm` that the paper trains with.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input: floats of shape `(batch, features)`. Output: floats of shape
    `(batch, units)`.

    Raises:
        ValueError: If `units` or `pieces` is not a positive integer, or the input does
            not have two axes.

    Example:
        ```python
        hidden = kgan.layers.Maxout(units=240, pieces=5)(keras.ops.ones((8, 784)))
        ```

    Source: Goodfellow et al. (2013), Maxout Networks, section 3.
    """

    by_example = True

    def __init__(
        self,
        units,
        pieces,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        kernel_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.units = arguments.positive_integer("units", units)
        self.pieces = arguments.positive_integer("pieces", pieces)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.kernel_constraint = keras.constraints.get(kernel_constraint)

    def build(self, input_shape):
        """Makes the kernel and the biases for inputs of `(batch, features)`."""
        if len(input_shape) != _INPUT_RANK:
            raise ValueError(
                "`Maxout` takes an input of shape (batch, features). Received: "
                f"{tuple(input_shape)}"
            )
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
        """Returns the largest affine map of each unit, `(batch, units)`."""
        affine = ops.matmul(inputs, self.kernel) + self.bias
        return ops.max(ops.reshape(affine, (-1, self.units, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns `(batch, units)`."""
        return (*input_shape[:-1], self.units)

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
        }
