"""Networks of BiGAN: a generator, its inverse, and a judge of pairs."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.layers import Dropout
from kgan.models.blocks import batch_norm
from kgan.models.inputs import check_data_shape
from kgan.models.mlp import mlp_generator


def bigan(
    data_shape: Sequence[int],
    latent_dim: int = 50,
    hidden: Sequence[int] = (1024, 1024),
    dropout: float = 0.3,
    dtype: Any = None,
) -> tuple[keras.Model, keras.Model, keras.Model]:
    """Builds the three players of `kgan.BiGAN` as fully connected networks.

    Args:
        data_shape: Shape of an example: `(d,)` of points, or that of small images.
        latent_dim: Number of components of a latent.
        hidden: Units of the hidden layers of each network.
        dropout: Rate of dropout behind each hidden layer of the discriminator.
        dtype: Dtype or policy of the hidden layers; outputs are always float32.

    Returns:
        `(generator, encoder, discriminator)`.

    Source: Donahue et al. (2017), section 4.1, for MNIST: rectifiers, leaky in encoder
    and discriminator; the encoder has batch normalisation in all but its first layer.
    The discriminator has dropout instead, as in Dumoulin et al. (2017), Adversarially
    Learned Inference, which keeps it from remembering few data.
    """
    data_shape = check_data_shape(data_shape)
    generator = mlp_generator(data_shape, latent_dim, hidden, dtype=dtype)
    data = keras.Input(data_shape, name="data")
    x = layers.Flatten(name="flat", dtype=dtype)(data)
    for place, units in enumerate(hidden):
        bias = not place  # a normalisation would take it away again
        dense = layers.Dense(units, use_bias=bias, name=f"encoder_{place}", dtype=dtype)
        x = dense(x)
        if place:
            x = batch_norm(f"encoder_{place}_norm", dtype)(x)
        x = layers.LeakyReLU(0.2, name=f"encoder_{place}_relu", dtype=dtype)(x)
    x = layers.Dense(latent_dim, name="codes", dtype="float32")(x)
    encoder = keras.Model(data, x, name="encoder")
    latents = keras.Input((latent_dim,), name="latents")
    data = keras.Input(data_shape, name="data")
    flat = layers.Reshape((math.prod(data_shape),), name="flat", dtype=dtype)(data)
    x = layers.Concatenate(name="pair", dtype=dtype)([flat, latents])
    for place, units in enumerate(hidden):
        x = layers.Dense(units, name=f"judge_{place}", dtype=dtype)(x)
        x = layers.LeakyReLU(0.2, name=f"judge_{place}_relu", dtype=dtype)(x)
        if dropout:
            x = Dropout(dropout, name=f"judge_{place}_dropout", dtype=dtype)(x)
    x = layers.Dense(1, name="logits", dtype="float32")(x)
    return generator, encoder, keras.Model([data, latents], x, name="discriminator")
