"""What all augmentations share: images only, float32, one draw for each image."""

import keras
import tensorflow as tf

from kgan.core import seeds

_IMAGE_RANK = 4


class Augmentation(keras.layers.Layer):
    """Base class of layers through which D sees real and generated images.

    In training, `y[b] = T(x[b]; u[b])` with `u[b]` uniform in [0, 1)ⁿ, independent from
    image to image; otherwise `y = x`. T must be differentiable in x, since the
    generator learns through it, and so must its derivative be, since gradient
    penalties do. An image's draw follows from the seed and the image's place in the
    global batch alone.

    A subclass says in `numbers` how many random numbers an image takes, and in
    `augment` what is done with them.

    Args:
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        **kwargs: Of `keras.layers.Layer`: `name`, `trainable`. The layer computes in
            float32 whatever the dtype policy: half precision cannot tell neighbouring
            pixels of a large image apart.

    Input and output: float32 images in [-1, 1] of shape `(batch, height, width,
    channels)`; what a transformation adds may leave that range.

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

    def __init__(self, seed=None, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        """Refuses what is no batch of images of known size."""
        shape = tuple(input_shape)
        if len(shape) != _IMAGE_RANK or None in shape[1:]:
            raise ValueError(
                f"`{type(self).__name__}` takes images of shape (batch, height, width, "
                "channels), all but the batch known: it moves pixels and mixes "
                f"channels, which points have not. Received: {shape}"
            )

    def call(self, images, training=False):
        """Returns `images`, in training each of them changed at random."""
        if not training:
            return images
        rows = tf.zeros((tf.shape(images)[0], self.numbers))
        uniform = seeds.uniform_like(rows, self.seed_generator.next())
        return self.augment(images, uniform)

    def augment(self, images, uniform):
        """Changes images by given random numbers.

        Args:
            images: float32 of shape `(batch, height, width, channels)`.
            uniform: float32 in [0, 1) of shape `(batch, numbers)`.

        Returns:
            float32 images of the same shape.
        """
        raise NotImplementedError

    def compute_output_shape(self, input_shape):
        """Returns `input_shape`."""
        return input_shape

    def get_config(self):
        """Returns the constructor arguments."""
        return {**super().get_config(), "seed": self.seed}
