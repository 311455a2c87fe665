"""Dropout whose mask is the same however the step is run."""

import keras
from keras import ops

from kgan.core import seeds


@keras.saving.register_keras_serializable(package="kgan")
class Dropout(keras.layers.Layer):
    """Drops each unit with probability `rate`, alike in eager mode, graph and XLA.

    While training, `y = x * m / (1 - rate)` with `m ~ Bernoulli(1 - rate)` for each
    entry, so that the mean of `y` is `x`; otherwise `y = x`. `keras.layers.Dropout`
    draws other masks under XLA than in the graph, and the same ones on each replica.
    This layer draws from integer bits for the global batch, so the mask of an example
    follows from the seed and the example's place in that batch alone.

    The draw is float32 whatever the compute dtype: float16 numbers in [0, 1) are too
    coarse to meet a small rate.

    Args:
        rate: Float in [0, 1), the probability of dropping an entry.
        seed: Integer for the layer's own `keras.random.SeedGenerator`, or None. In a
            `kgan.GAN` the model's seed decides instead.
        **kwargs: Of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Input and output: a tensor of floats, its batch axis first, of any further shape.

    Raises:
        ValueError: If `rate` is not in [0, 1).

    Example:
        ```python
        dropped = kgan.layers.Dropout(0.5)(keras.ops.ones((4, 8)), training=True)
        ```

    Source: Srivastava et al. (2014), Dropout: A Simple Way to Prevent Neural Networks
    from Overfitting, section 4, with the scaling moved to training.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"`rate` must lie in [0, 1). Received: {rate!r}")
        self.rate = rate
        self.seed = seed
        self.supports_masking = True
        if rate > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs, training=False):
        """Returns `inputs` with entries dropped and the rest scaled up, in training."""
        if not training or self.rate == 0:
            return inputs
        uniform = seeds.uniform_like(inputs, self.seed_generator.next())
        # Chosen by `where`, not by a product with 0, which an infinity would survive.
        return ops.where(uniform < self.rate, 0.0, inputs / (1 - self.rate))

    def compute_output_shape(self, input_shape):
        """Returns `input_shape`."""
        return input_shape

    def get_config(self):
        """Returns the constructor arguments."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
