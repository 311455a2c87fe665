"""Dropout that draws the same mask in every mode of execution."""

from typing import Any

import keras
from keras import ops

from kgan.core import arguments, backend, seeds
from kgan.core.config import Configured


@keras.saving.register_keras_serializable(package="kgan")
class Dropout(Configured):
    """Dropout with the same mask in eager mode, graph and XLA.

    In training `y = x m / (1 − rate)` with `m ~ Bernoulli(1 − rate)` for each entry,
    otherwise `y = x`. The mask of an example depends only on the seed and the example's
    index in the global batch, where `keras.layers.Dropout` draws other masks under XLA
    and equal ones on all replicas. It is drawn in float32: float16 numbers in [0, 1)
    are too coarse for a small rate.

    Args:
        rate: Float in [0, 1), the probability of dropping an entry.
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        at_test: Whether entries are dropped outside of training as well, as in a
            generator whose only random numbers these are. The mask then follows from
            the state of the layer's seed generator, which stands still: a call repeats
            itself, in a saved model too if `seed` is an integer.

    Raises:
        ValueError: If `rate` is not in [0, 1).

    Example: `kgan.layers.Dropout(0.5)(keras.ops.ones((4, 8)), training=True)`

    Source: Srivastava et al. (2014), Dropout: A Simple Way to Prevent Neural Networks
    from Overfitting, section 4, with the scaling moved to training.
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        at_test: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must lie in [0, 1). Received: {rate!r}")
        self.rate = rate
        self.seed = seed
        self.at_test = arguments.boolean("at_test", at_test)
        self.supports_masking = True
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs, training=False):
        if self.rate == 0 or not (training or self.at_test):
            return inputs
        uniform = self._uniform(inputs, training)
        # Chosen by `where`, not by a product with 0, which an infinity would survive.
        return ops.where(uniform < self.rate, 0.0, inputs / (1 - self.rate))

    def _uniform(self, x, training):
        if training:
            return seeds.uniform_like(x, self.seed_generator.next())
        if not backend.is_tensorflow():  # no other backend has its random bits
            return keras.random.uniform(ops.shape(x), seed=self.seed or 0)
        return seeds.uniform_like(x, ops.convert_to_tensor(self.seed_generator.state))

    def compute_output_shape(self, input_shape):
        return input_shape
