"""Output layer of a projection discriminator."""

from typing import Any

import keras
from keras import layers, ops

from kgan.core import arguments
from kgan.core.config import Configured
from kgan.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable(package="kgan")
class Projection(Configured):
    """Computes the logit of features φ(x) and a class y: w · φ(x) + b + ⟨V[y], φ(x)⟩.

    The optimal logit has this form where the log ratio of the densities of each class
    is linear in φ: ⟨V[y], φ(x)⟩ judges whether x belongs to y, and w · φ(x) + b whether
    it is real. The inner product is summed in float32. The attributes `linear` (w, b)
    and `embedding` (V) are layers. Input: `[features, labels]`, floats
    `(batch, features)` and integers `(batch,)`. Output: floats `(batch, 1)`;
    `dtype="float32"` suits losses under a mixed policy.

    Args:
        num_classes: Number of classes; labels lie in [0, num_classes).
        kernel_initializer: Of w, `(features, 1)`.
        embeddings_initializer: Of V, `(num_classes, features)`.
        spectral_normalization: Whether w and V are each wrapped in
            `kgan.layers.SpectralNormalization`.

    Raises:
        ValueError: If `num_classes` is no positive integer or the input not as above.

    Example: `logits = kgan.layers.Projection(num_classes=10)([features, labels])`

    Source: Miyato and Koyama (2018), cGANs with Projection Discriminator, equation 3.
    """

    def __init__(
        self,
        num_classes: int | None,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        embeddings_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        spectral_normalization: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_classes = arguments.positive_integer("num_classes", num_classes)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.spectral_normalization = spectral_normalization
        # The power method's vectors are a state that each call moves.
        self.by_example = not spectral_normalization

    def build(self, input_shape):
        ranks = [len(s) for s in input_shape if isinstance(s, (tuple, list))]
        if ranks != [2, 1]:
            raise ValueError(
                "`Projection` takes [features, labels] of shapes (batch, features) and "
                f"(batch,). Received: {input_shape}"
            )
        features_shape, labels_shape = input_shape
        dtype = self.dtype_policy
        linear = layers.Dense(
            1, kernel_initializer=self.kernel_initializer, dtype=dtype, name="linear"
        )
        embedding = layers.Embedding(
            self.num_classes,
            features_shape[-1],
            embeddings_initializer=self.embeddings_initializer,
            dtype=dtype,
            name="embedding",
        )
        self.linear = self._normalized(linear)
        self.embedding = self._normalized(embedding)
        self.linear.build(features_shape)
        self.embedding.build(labels_shape)

    def _normalized(self, layer):
        if not self.spectral_normalization:
            return layer
        return SpectralNormalization(layer, name=f"normalized_{layer.name}")

    def call(self, inputs, training=False):
        # `training` reaches both layers by Keras' context of the call.
        features, labels = inputs
        embedded = ops.cast(self.embedding(labels), "float32")
        products = embedded * ops.cast(features, "float32")
        inner = ops.sum(products, axis=-1, keepdims=True)
        return self.linear(features) + ops.cast(inner, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)
