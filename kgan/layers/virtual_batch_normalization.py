"""Batch normalisation by a fixed reference batch."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from kgan.core.arguments import positive_integer
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class VirtualBatchNormalization(Configured):
    """Normalises each example by a fixed reference batch and the example itself.

    The first n = `reference_size` rows of the input are the reference batch, the same
    at each call; `kgan.layers.WithReference` puts them there. With m_r, v_r the mean
    and the variance of a channel over their rows and positions, and m_x, v_x those of
    one later row over its positions, the row is normalised by all n + 1 examples:

        m = (n m_r + m_x) / (n + 1)
        v = (n v_r + v_x) / (n + 1) + n (m_r − m_x)² / (n + 1)²
        y = γ (x − m) / √(v + ε) + β

    and the reference batch by m_r and v_r. So a row's output depends on no other row
    outside the reference batch, and training and inference agree. For vectors, v_x = 0.
    Statistics are float32 whatever the compute dtype; gradients pass through all. Input
    and output: floats `(batch, ..., channels)` of at least `reference_size` rows.

    Args:
        reference_size: Positive integer, the number n of rows of the reference batch.
        epsilon: Positive number ε that is added to variances.
        center: Whether a trainable β is added, one for each channel.
        scale: Whether a trainable γ multiplies, one for each channel.

    Raises:
        ValueError: If an argument is out of its range, the input has no channels, or
            there are fewer rows; with an unknown batch size, when the graph runs.

    Example: `VirtualBatchNormalization(64)(keras.ops.concatenate([reference, x]))[64:]`

    Source: Salimans et al. (2016), Improved Techniques for Training GANs, section 3.4;
    the weights n / (n + 1) and 1 / (n + 1) are those of a batch of all n + 1 examples.
    """

    def __init__(
        self,
        reference_size: int,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.reference_size = positive_integer("reference_size", reference_size)
        self.epsilon = checks.positive("epsilon", epsilon)
        self.center = center
        self.scale = scale

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, ..., channels")
        shape = input_shape[-1:]
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma", shape=shape, initializer="ones", autocast=False
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta", shape=shape, initializer="zeros", autocast=False
            )

    def call(self, inputs):
        count = self.reference_size
        if inputs.shape[0] is not None and inputs.shape[0] < count:
            raise ValueError(
                f"The batch must begin with the {count} rows of the reference batch, "
                f"`reference_size`. Received: {inputs.shape[0]} rows"
            )
        rows = ops.cast(inputs, "float32")
        reference = rows[:count]
        if inputs.shape[0] is None:  # in a graph of TensorFlow, and there alone
            # The slice of a short batch would silently be shorter.
            reference = tf.ensure_shape(reference, (count, *inputs.shape[1:]))
        examples = rows[count:]
        axes = tuple(range(1, rows.ndim - 1))
        mean, variance = ops.moments(reference, (0, *axes), keepdims=True)
        # Without positions an example is its own mean, and its variance 0.
        own_mean = ops.mean(examples, axes, keepdims=True)
        own_variance = ops.mean(ops.square(examples - own_mean), axes, keepdims=True)
        share = 1.0 / (count + 1)
        joint_mean = mean + share * (own_mean - mean)
        joint_variance = (
            variance
            + share * (own_variance - variance)
            + share * (1.0 - share) * ops.square(own_mean - mean)
        )
        normalized = [
            self._normalize(reference, mean, variance),
            self._normalize(examples, joint_mean, joint_variance),
        ]
        return self._affine(ops.concatenate(normalized))

    def _normalize(self, rows, mean, variance):
        return (rows - mean) * ops.rsqrt(variance + self.epsilon)

    def _affine(self, normalized):
        if self.scale:
            normalized = normalized * ops.cast(self.gamma, "float32")
        if self.center:
            normalized = normalized + ops.cast(self.beta, "float32")
        return ops.cast(normalized, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
