"""Noise of a learned strength, one image for all channels."""

from typing import Any

import keras
from keras import ops

from kgan.core import draws, seeds
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class NoiseInjection(Configured):
    """Adds noise of a learned strength: y = x + strength · n, n ~ N(0, 1) a pixel.

    In training n is drawn for each example, of which image i of the global batch has
    its own; at inference it is the weight `stored`, so that an image follows from its
    latents. All channels have the same n. Input and output: floats
    `(batch, height, width, channels)`, all but the batch known.

    Args:
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            game the model's seed decides instead.

    Attributes:
        strength: A trainable scalar, which starts at 0.
        stored: n at inference, `(height, width)`, no trainable weight.

    Raises:
        ValueError: If the input has other axes.

    Example: `kgan.layers.NoiseInjection()(keras.ops.ones((8, 4, 4, 512)))`

    Source: Karras et al. (2019), A Style-Based Generator Architecture for Generative
    Adversarial Networks, section 3.2, with one strength for all channels, as Karras et
    al. (2020), Analyzing and Improving the Image Quality of StyleGAN.
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")
        self.strength = self.add_weight(
            name="strength", shape=(), initializer="zeros", autocast=False
        )
        self.stored = self.add_weight(
            name="stored",
            shape=tuple(input_shape[1:3]),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
            autocast=False,
        )

    def call(self, inputs, training=False):
        return inputs + ops.cast(self.noise(inputs, training), inputs.dtype)

    def noise(self, x: Any, training: bool) -> Any:
        """Returns strength · n for feature maps, float32 `(batch or 1, h, w, 1)`."""
        if not training:
            return self.strength * self.stored[None, ..., None]
        uniform = seeds.uniform_like(x[..., :1], self.seed_generator.next())
        return self.strength * draws.normal(uniform, 1.0)

    def compute_output_shape(self, input_shape):
        return input_shape
