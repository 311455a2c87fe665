"""Batch normalisation with a conditional gain and bias."""

from typing import Any

import keras
from keras import layers, ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers import checks, initializers


@keras.saving.register_keras_serializable(package="kgan")
class ConditionalBatchNormalization(Configured):
    """Batch normalisation whose gain and bias depend on a condition.

        y = (1 + g(c)) x̂ + h(c)

    for each channel, with x̂ the features as `keras.layers.BatchNormalization`
    normalises them and c the condition of an example. With `num_classes`, c is a label,
    and g and h are tables with a row for each class, zero at the start. Without, c is a
    vector (a part of the latents, an embedded class, or both), and g and h are linear
    maps without biases. The attributes `normalization`, `gain` (g) and `bias` (h) are
    layers. Input: `[features, condition]`, floats `(batch, ..., channels)` and integers
    `(batch,)` or floats `(batch, condition)`. Output: floats of the features' shape.

    Args:
        momentum: Number in [0, 1), the momentum of the moving statistics.
        epsilon: Positive number that is added to variances.
        num_classes: Number of classes, labels in [0, num_classes); None for vectors.
        kernel_initializer: Of both linear maps, kernels `(condition, channels)`.

    Raises:
        ValueError: If an argument is out of its range or the input of another shape.

    Example: `ConditionalBatchNormalization(num_classes=10)([features, labels])`

    Source: for classes Dumoulin et al. (2017), A Learned Representation for Artistic
    Style, section 2.2, and de Vries et al. (2017), Modulating Early Visual Processing
    by Language; for vectors Brock et al. (2019), Large Scale GAN Training for High
    Fidelity Natural Image Synthesis, appendix B, and Chen et al. (2019), On
    Self-Modulation for Generative Adversarial Networks.
    """

    def __init__(
        self,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        num_classes: int | None = None,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not 0 <= momentum < 1:
            raise ValueError(f"`momentum` must lie in [0, 1). Received: {momentum!r}")
        if num_classes is not None:
            num_classes = arguments.positive_integer("num_classes", num_classes)
        self.momentum = momentum
        self.epsilon = checks.positive("epsilon", epsilon)
        self.num_classes = num_classes
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.normalization = layers.BatchNormalization(
            momentum=momentum,
            epsilon=epsilon,
            center=False,
            scale=False,
            dtype=self.dtype_policy,
            name="normalization",
        )

    def build(self, input_shape):
        ranks = [len(s) for s in input_shape if isinstance(s, (tuple, list))]
        condition_rank = 2 if self.num_classes is None else 1
        if len(ranks) != 2 or ranks[0] < 2 or ranks[1] != condition_rank:
            condition = "labels" if self.num_classes else "condition"
            shape = "(batch,)" if self.num_classes else "(batch, condition)"
            raise ValueError(
                f"`ConditionalBatchNormalization` takes [features, {condition}] of "
                f"shapes (batch, ..., channels) and {shape}. Received: {input_shape}"
            )
        features_shape, condition_shape = input_shape
        self.normalization.build(features_shape)
        self.gain = self._map(features_shape[-1], "gain")
        self.bias = self._map(features_shape[-1], "bias")
        self.gain.build(condition_shape)
        self.bias.build(condition_shape)

    def _map(self, channels, name):
        options = {"dtype": self.dtype_policy, "name": name}
        if self.num_classes is not None:
            return layers.Embedding(
                self.num_classes, channels, embeddings_initializer="zeros", **options
            )
        initializer = initializers.fresh(self.kernel_initializer)
        return layers.Dense(
            channels, use_bias=False, kernel_initializer=initializer, **options
        )

    def call(self, inputs, training=False):
        features, condition = inputs
        normalized = self.normalization(features, training=training)
        gain, bias = self.gain(condition), self.bias(condition)
        # (batch, 1, ..., 1, channels)
        shape = (-1, *[1] * (features.ndim - 2), features.shape[-1])
        return (1.0 + ops.reshape(gain, shape)) * normalized + ops.reshape(bias, shape)

    def compute_output_shape(self, input_shape):
        return input_shape[0]
