"""Attention between all positions of an image."""

from typing import Any

import keras
from keras import ops

from kgan.core.arguments import positive_integer
from kgan.core.config import Configured
from kgan.layers import checks, initializers
from kgan.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable(package="kgan")
class SelfAttention(Configured):
    """Adds to each position of an image a weighted sum over all positions.

    With 1×1 convolutions f (keys), g (queries), h (values) and v (the result), and
    positions i and j of an image x:

        s[i, j] = f(x_i)ᵀ g(x_j)
        β[j, i] = exp(s[i, j]) / Σ_k exp(s[k, j])
        o_j     = v(Σ_i β[j, i] h(x_i))
        y_j     = γ o_j + x_j

    It relates distant parts of an image, where a convolution is local. γ is a trainable
    scalar that starts at 0: the network first learns from neighbours. With `pool` the
    keys and values are max-pooled by 2×2, which needs a quarter of the memory,
    `height² * width² / 4` weights β for an example; an odd side ends in a smaller
    window. The softmax is float32 whatever the compute dtype. Input and output: floats
    `(batch, height, width, channels)`.

    Args:
        key_channels: Channels of keys and queries. None: an eighth of the input's.
        value_channels: Channels of the values. None: half of the input's.
        pool: Whether keys and values are max-pooled.
        spectral_normalization: Whether the convolutions are wrapped in
            `kgan.layers.SpectralNormalization`.
        kernel_initializer: Of the convolutions, which have no biases.
        gamma_initializer: Of γ.

    Raises:
        ValueError: If a number is no positive integer, or the input has not four axes.

    Example: `kgan.layers.SelfAttention()(keras.ops.ones((8, 32, 32, 64)))`

    Source: Zhang et al. (2019), Self-Attention Generative Adversarial Networks, section
    3, equations 1 to 3; pooling and half the channels for the values as in Brock et al.
    (2019), Large Scale GAN Training for High Fidelity Natural Image Synthesis.
    """

    def __init__(
        self,
        key_channels: int | None = None,
        value_channels: int | None = None,
        pool: bool = True,
        spectral_normalization: bool = False,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        gamma_initializer: str | keras.initializers.Initializer = "zeros",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if key_channels is not None:
            key_channels = positive_integer("key_channels", key_channels)
        if value_channels is not None:
            value_channels = positive_integer("value_channels", value_channels)
        self.key_channels = key_channels
        self.value_channels = value_channels
        self.pool = pool
        self.spectral_normalization = spectral_normalization
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    @property
    def by_example(self) -> bool:
        return not self.spectral_normalization

    def build(self, input_shape):
        checks.axes(self, input_shape, "batch, height, width, channels")
        channels = input_shape[-1]
        key_channels = self.key_channels or max(channels // 8, 1)
        value_channels = self.value_channels or max(channels // 2, 1)
        self.key = self._convolution("key", channels, key_channels)
        self.query = self._convolution("query", channels, key_channels)
        self.value = self._convolution("value", channels, value_channels)
        self.result = self._convolution("result", value_channels, channels)
        self.gamma = self.add_weight(
            name="gamma", shape=(), initializer=self.gamma_initializer
        )

    def _convolution(self, name, channels, filters):
        layer = keras.layers.Conv2D(
            filters,
            kernel_size=1,
            use_bias=False,
            kernel_initializer=initializers.fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        if self.spectral_normalization:
            layer = SpectralNormalization(layer, name=name)
        layer.build((None, None, None, channels))
        return layer

    def call(self, inputs, training=False):
        # `training` reaches the convolutions by Keras' context of the call.
        queries = self.query(inputs)  # (b, h, w, k)
        keys = self._listed(self.key(inputs))  # (b, p, k)
        values = self._listed(self.value(inputs))  # (b, p, v)
        scores = ops.einsum("bhwk,bpk->bhwp", queries, keys)
        weights = ops.cast(_softmax(ops.cast(scores, "float32")), values.dtype)
        attended = ops.einsum("bhwp,bpv->bhwv", weights, values)
        return inputs + self.gamma * self.result(attended)

    def _listed(self, data):
        batch, _, _, channels = ops.shape(data)
        data = _pooled(data) if self.pool else data
        return ops.reshape(data, (batch, -1, channels))

    def compute_output_shape(self, input_shape):
        return input_shape


def _softmax(scores):
    # Keras warns where there is one position to attend to.
    return ops.ones_like(scores) if scores.shape[-1] == 1 else ops.softmax(scores)


def _pooled(data):
    """Max-pools by 2×2; under XLA `ops.max_pool` has wrong second derivatives."""
    batch, height, width, channels = ops.shape(data)
    rest = ((0, 0), (0, height % 2), (0, width % 2), (0, 0))
    # Below all that is there, in half precision too.
    data = ops.pad(data, rest, constant_values=float("-inf"))
    halved = ((height + 1) // 2, 2, (width + 1) // 2, 2)
    return ops.max(ops.reshape(data, (batch, *halved, channels)), axis=(2, 4))
