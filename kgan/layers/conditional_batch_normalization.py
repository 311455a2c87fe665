"""Batch normalisation whose gain and bias follow from a condition."""

import keras
from keras import layers, ops

from kgan.core import arguments


@keras.saving.register_keras_serializable(package="kgan")
class ConditionalBatchNormalization(keras.layers.Layer):
    """Normalises features by the batch, then gives each example its own gain and bias.

    With x̂ the features normalised as `keras.layers.BatchNormalization` does it, and c
    the condition of an example, each channel becomes

        y = (1 + g(c)) x̂ + h(c)

    - With `num_classes` the condition is a label, and g and h are tables of one row for
      each class. They start at 0, so that all classes start from the plain
      normalisation.
    - Without, the condition is a vector, such as a part of the latents, an embedded
      class, or both, and g and h are linear maps without biases.

    Args:
        momentum: Number in [0, 1) by which moving statistics keep their old value.
        epsilon: Positive number that is added to variances.
        num_classes: Integer, the number of classes, with labels in [0, num_classes); or
            None where the condition is a vector.
        kernel_initializer: For the kernels of both linear maps, of shape
            `(condition, channels)`. Tables of classes do not need it.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input: a list of the features, floats of shape `(batch, ..., channels)`, and the
    condition, integers of shape `(batch,)` or floats of shape `(batch, condition)`.
    Output: floats of the features' shape.

    Attributes:
        normalization: The `keras.layers.BatchNormalization` that holds the statistics.
        gain: The layer of g, from `build` on.
        bias: The layer of h, likewise.

    Raises:
        ValueError: If `momentum` or `epsilon` is out of its range, `num_classes` is
            neither None nor a positive integer, or the input is not of the shapes
            above.

    Example:
        ```python
        layer = kgan.layers.ConditionalBatchNormalization(num_classes=10)
        features = layer([features, labels], training=True)
        ```

    Source: Dumoulin et al. (2017), A Learned Representation for Artistic Style, section
    2.2, and de Vries et al. (2017), Modulating Early Visual Processing by Language, for
    classes; Brock et al. (2019), Large Scale GAN Training for High
    Fidelity Natural Image Synthesis, appendix B, and Chen et al. (2019), On
    Self-Modulation for Generative Adversarial Networks, for vectors.
    """

    def __init__(
        self,
        momentum=0.9,
        epsilon=1e-5,
        num_classes=None,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        if not 0 <= momentum < 1:
            raise ValueError(f"`momentum` must lie in [0, 1). Received: {momentum!r}")
        if not epsilon > 0:
            raise ValueError(f"`epsilon` must be positive. Received: {epsilon!r}")
        if num_classes is not None:
            num_classes = arguments.positive_integer("num_classes", num_classes)
        self.momentum = momentum
        self.epsilon = epsilon
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
        """Makes the statistics and both maps of the condition."""
        ranks = [
            len(shape) for shape in input_shape if isinstance(shape, (tuple, list))
        ]
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
        initializer = self.kernel_initializer
        if isinstance(initializer, keras.initializers.Initializer):
            initializer = initializer.clone()  # one object draws the same for both
        return layers.Dense(
            channels, use_bias=False, kernel_initializer=initializer, **options
        )

    def call(self, inputs, training=False):
        """Returns the features, normalised, scaled and shifted."""
        features, condition = inputs
        normalized = self.normalization(features, training=training)
        gain, bias = self.gain(condition), self.bias(condition)
        # (batch, 1, ..., 1, channels)
        shape = (-1, *[1] * (features.ndim - 2), features.shape[-1])
        return (1.0 + ops.reshape(gain, shape)) * normalized + ops.reshape(bias, shape)

    def compute_output_shape(self, input_shape):
        """Returns the features' shape."""
        return input_shape[0]

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "num_classes": self.num_classes,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
