"""Batch normalisation that at test time normalises each image by itself."""

from typing import Any

import keras
from keras import ops

from kgan.core import registry

STATISTICS = ("image", "moving")


@keras.saving.register_keras_serializable(package="kgan")
class BatchNormalization(keras.layers.BatchNormalization):
    """Batch normalisation with a choice of the statistics at test time.

    In training it is `keras.layers.BatchNormalization`: statistics are those of the
    batch, and their moving averages are kept. Translators are published with those of
    a test batch of one image in its use as well, and so without the averages. Input
    and output: floats `(batch, ..., channels)`.

    Args:
        test_statistics: "image": mean and variance of each example at test time, as
            published: its output then does not depend on the rest of the batch.
            "moving": the moving averages, as in Keras.
        momentum: Of the moving averages.
        epsilon: Added to the variance.
        **kwargs: Further arguments of `keras.layers.BatchNormalization`.

    Raises:
        ValueError: If `test_statistics` is another one.

    Example: `kgan.layers.BatchNormalization()(keras.ops.ones((8, 4, 4, 64)))`

    Source: Isola et al. (2017), Image-to-Image Translation with Conditional Adversarial
    Networks, section 3.3.
    """

    def __init__(
        self,
        test_statistics: str = "image",
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ):
        super().__init__(momentum=momentum, epsilon=epsilon, **kwargs)
        registry.check_known(
            "`test_statistics` must be one of", test_statistics, STATISTICS
        )
        self.test_statistics = test_statistics

    def call(self, inputs, training=None, mask=None):
        if training or self.test_statistics == "moving":
            return super().call(inputs, training=training, mask=mask)
        x = ops.cast(inputs, "float32")
        axes = list(range(1, len(x.shape) - 1))
        mean, variance = ops.moments(x, axes, keepdims=True)
        x = (x - mean) * ops.rsqrt(variance + self.epsilon)
        if self.scale:
            x *= self.gamma
        if self.center:
            x += self.beta
        return ops.cast(x, self.compute_dtype)

    def get_config(self):
        return super().get_config() | {"test_statistics": self.test_statistics}
