"""An array of weights in the place of an input."""

from collections.abc import Iterable
from typing import Any

import keras
from keras import ops

from kgan.core import arguments
from kgan.core.config import Configured


@keras.saving.register_keras_serializable(package="kgan")
class LearnedConstant(Configured):
    """Returns the same learned array for each example.

    Its weights start as N(0, 1). Input: anything, the batch axis first. Output: floats
    `(batch, *shape)`.

    Args:
        shape: Shape of the array: positive integers.

    Raises:
        ValueError: If `shape` is no sequence of positive integers.

    Example: `kgan.layers.LearnedConstant((4, 4, 512))(latents)`

    Source: Karras et al. (2019), A Style-Based Generator Architecture for Generative
    Adversarial Networks, section 2.
    """

    by_example = True

    def __init__(self, shape: Any, **kwargs: Any):
        super().__init__(**kwargs)
        if not isinstance(shape, Iterable):
            raise ValueError(
                f"`shape` must hold positive integers, one an axis. Received: {shape!r}"
            )
        self.shape = tuple(arguments.positive_integer("shape", n) for n in shape)

    def build(self, input_shape):
        self.constant = self.add_weight(
            name="constant",
            shape=self.shape,
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )

    def call(self, inputs):
        constant = ops.cast(self.constant, self.compute_dtype)[None]
        rows = ops.shape(inputs)[0]
        return ops.broadcast_to(constant, (rows, *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)
