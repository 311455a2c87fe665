"""Style mixing: two latents behind one image, in training."""

from typing import Any

import keras
from keras import ops

from kgan.core import draws, seeds
from kgan.core.arguments import unit_interval
from kgan.core.config import Configured
from kgan.layers import checks


@keras.saving.register_keras_serializable(package="kgan")
class OtherLatents(Configured):
    """Draws other latents in training: N(0, 1) of the shape of the input, or its first.

    At inference it returns what it takes. Input: float32 latents `(batch, dim)`.

    Args:
        seed: As in `NoiseInjection`.

    Example: `kgan.layers.OtherLatents()(latents, training=True)`
    """

    def __init__(self, seed: int | None = None, **kwargs: Any):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        if not training:
            return inputs
        uniform = seeds.uniform_like(inputs, self.seed_generator.next())
        return ops.cast(draws.normal(uniform, 1.0), inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable(package="kgan")
class StyleMixing(Configured):
    """Replaces the styles of later layers by those of other latents, in training.

    With the given probability, for a whole batch, a layer is drawn from
    {1, ..., layers − 1}: it and those after it have the second styles. Neighbouring
    layers so cannot rely on one another. Input: `[styles, others]`, floats
    `(batch, layers, width)`. Output: mixed styles; at inference the first.

    Args:
        probability: A number in [0, 1].
        seed: As in `NoiseInjection`.

    Raises:
        ValueError: If `probability` is out of range, or the inputs have other axes.

    Example: `kgan.layers.StyleMixing()([styles, others], training=True)`

    Source: Karras et al. (2019), A Style-Based Generator Architecture for Generative
    Adversarial Networks, section 3.1.
    """

    def __init__(
        self, probability: float = 0.9, seed: int | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.probability = unit_interval("probability", probability)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        for shape in input_shape:
            checks.axes(self, shape, "batch, layers, width")

    def call(self, inputs, training=False):
        styles, others = inputs
        layers = styles.shape[1]
        if not training or layers == 1:
            return styles
        uniform = seeds.uniform_for_all(2, self.seed_generator.next())
        first = 1.0 + ops.floor(uniform[1] * (layers - 1))
        first = ops.where(uniform[0] < self.probability, first, float(layers))
        later = ops.arange(layers, dtype="float32") >= first
        return ops.where(later[None, :, None], others, styles)

    def compute_output_shape(self, input_shape):
        return input_shape[0]
