"""Base of all augmentations: images only, float32, own draws for each image."""

from typing import Any

import keras
import tensorflow as tf

from kgan.core import seeds

_IMAGE_RANK = 4


class Augmentation(keras.layers.Layer):
    """Base class of layers through which D sees real and generated images.

    In training `y[b] = T(x[b]; u[b])` with `u[b]` uniform in [0, 1)ⁿ, otherwise
    `y = x`; x and y are float32 `(batch, height, width, channels)`, x in [-1, 1]. u[b]
    depends only on the seed and the image's index in the global batch. A subclass sets
    n, `numbers`, and defines T, `augment`, which must be twice differentiable in x for
    the generator and for gradient penalties.

    Args:
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        **kwargs: Of `keras.layers.Layer`: `name`, `trainable`. The dtype is float32
            whatever the policy: half precision is too coarse for pixel coordinates.

    Raises:
        ValueError: If the input is no batch of images of known size.

    Example:
        ```python
        @keras.saving.register_keras_serializable(package="my")
        class Fade(kgan.augment.Augmentation):
            numbers = 1

            def augment(self, images, uniform):
                return images * uniform[:, :, None, None]
        ```
    """

    numbers = 0

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        shape = tuple(input_shape)
        if len(shape) != _IMAGE_RANK or None in shape[1:]:
            raise ValueError(
                f"`{type(self).__name__}` takes images of shape (batch, height, width, "
                "channels), all but the batch known: it moves pixels and mixes "
                f"channels, which points do not have. Received: {shape}"
            )

    def call(self, images, training=False):
        if not training:
            return images
        rows = tf.zeros((tf.shape(images)[0], self.numbers))
        uniform = seeds.uniform_like(rows, self.seed_generator.next())
        return self.augment(images, uniform)

    def augment(self, images: tf.Tensor, uniform: tf.Tensor) -> tf.Tensor:
        """Transforms images by uniforms in [0, 1), float32 `(batch, numbers)`."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
