"""The output of a conditional discriminator: an inner product with the class."""

import keras
from keras import layers, ops

from kgan.core import arguments
from kgan.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable(package="kgan")
class Projection(keras.layers.Layer):
    """Gives the logit of features φ(x) with a class y: w · φ(x) + b + ⟨V[y], φ(x)⟩.

    Where the log ratio of the two densities of each class is linear in φ, the logit of
    the optimal discriminator has this form: ⟨V[y], φ(x)⟩ judges whether x belongs to y,
    and w · φ(x) + b whether it is real at all.

    The inner product is summed in float32 whatever the compute dtype.

    Args:
        num_classes: Integer, the number of classes; labels lie in [0, num_classes).
        kernel_initializer: For w, of shape `(features, 1)`.
        embeddings_initializer: For V, of shape `(num_classes, features)`.
        spectral_normalization: Whether w and V are divided by their largest singular
            values, each by `kgan.layers.SpectralNormalization`.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`. Under a mixed
            policy `dtype="float32"` gives the logits that losses want.

    Input: a list of the features, floats of shape `(batch, features)`, and the labels,
    integers of shape `(batch,)`. Output: floats of shape `(batch, 1)`.

    Attributes:
        linear: The layer of w and b, from `build` on.
        embedding: The layer of V, likewise.

    Raises:
        ValueError: If `num_classes` is not a positive integer, or the input is not of
            the shapes above.

    Example:
        ```python
        logits = kgan.layers.Projection(num_classes=10)([features, labels])
        ```

    Source: Miyato and Koyama (2018), cGANs with Projection Discriminator, equation 3.
    """

    def __init__(
        self,
        num_classes,
        kernel_initializer="glorot_uniform",
        embeddings_initializer="glorot_uniform",
        spectral_normalization=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_classes = arguments.positive_integer("num_classes", num_classes)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)
        self.spectral_normalization = spectral_normalization
        # The power method's vectors are a state that each call moves.
        self.by_example = not spectral_normalization

    def build(self, input_shape):
        """Makes both maps of the features."""
        ranks = [
            len(shape) for shape in input_shape if isinstance(shape, (tuple, list))
        ]
        if ranks != [2, 1]:
            raise ValueError(
                "`Projection` takes [features, labels] of shapes (batch, features) and "
                f"(batch,). Received: {input_shape}"
            )
        features_shape, labels_shape = input_shape
        self.linear = self._normalized(
            layers.Dense(
                1,
                kernel_initializer=self.kernel_initializer,
                dtype=self.dtype_policy,
                name="linear",
            )
        )
        self.embedding = self._normalized(
            layers.Embedding(
                self.num_classes,
                features_shape[-1],
                embeddings_initializer=self.embeddings_initializer,
                dtype=self.dtype_policy,
                name="embedding",
            )
        )
        self.linear.build(features_shape)
        self.embedding.build(labels_shape)

    def _normalized(self, layer):
        if not self.spectral_normalization:
            return layer
        return SpectralNormalization(layer, name=f"normalized_{layer.name}")

    def call(self, inputs, training=False):
        """Returns the logits, `(batch, 1)`."""
        # `training` reaches both layers by Keras' context of the call.
        features, labels = inputs
        embedded = ops.cast(self.embedding(labels), "float32")
        products = embedded * ops.cast(features, "float32")
        inner = ops.sum(products, axis=-1, keepdims=True)
        return self.linear(features) + ops.cast(inner, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Returns `(batch, 1)`."""
        return (input_shape[0][0], 1)

    def get_config(self):
        """Returns the constructor arguments."""
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "embeddings_initializer": keras.initializers.serialize(
                self.embeddings_initializer
            ),
            "spectral_normalization": self.spectral_normalization,
        }
