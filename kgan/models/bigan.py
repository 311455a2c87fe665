"""Networks of BiGAN: a generator, its inverse, and a judge of pairs."""

import math

import keras
from keras import layers

from kgan.models.blocks import batch_norm
from kgan.models.inputs import check_data_shape, check_integer
from kgan.models.mlp import mlp_generator


def bigan(data_shape, latent_dim=50, hidden=(1024, 1024), dtype=None):
    """Builds the three players of `kgan.BiGAN` as fully connected networks.

    Args:
        data_shape: Shape of an example: `(d,)` of points, or that of small images.
        latent_dim: Number of components of a latent.
        hidden: Units of the hidden layers of each network.
        dtype: Dtype or policy of the hidden layers; outputs are always float32.

    Returns:
        `(generator, encoder, discriminator)`.

    Source: Donahue et al. (2017), section 4.1, for MNIST: rectifiers, leaky in encoder
    and discriminator, and batch normalisation in all but the first layers.
    """
    data_shape = check_data_shape(data_shape)
    check_integer("latent_dim", latent_dim, 1)
    generator = mlp_generator(data_shape, latent_dim, hidden, dtype=dtype)
    data = keras.Input(data_shape, name="data")
    flat = layers.Flatten(name="flat", dtype=dtype)(data)
    x = _hidden(flat, hidden, "encoder", dtype)
    x = layers.Dense(latent_dim, name="codes", dtype="float32")(x)
    encoder = keras.Model(data, x, name="encoder")
    latents = keras.Input((latent_dim,), name="latents")
    data = keras.Input(data_shape, name="data")
    flat = layers.Reshape((math.prod(data_shape),), name="flat", dtype=dtype)(data)
    x = layers.Concatenate(name="pair", dtype=dtype)([flat, latents])
    x = _hidden(x, hidden, "judge", dtype)
    x = layers.Dense(1, name="logits", dtype="float32")(x)
    return generator, encoder, keras.Model([data, latents], x, name="discriminator")


def _hidden(x, hidden, name, dtype):
    for place, units in enumerate(hidden):
        bias = not place  # a normalisation would take it away again
        x = layers.Dense(units, use_bias=bias, name=f"{name}_{place}", dtype=dtype)(x)
        if place:
            x = batch_norm(f"{name}_{place}_norm", dtype)(x)
        x = layers.LeakyReLU(0.2, name=f"{name}_{place}_relu", dtype=dtype)(x)
    return x
