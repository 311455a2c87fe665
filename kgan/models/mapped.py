"""A generator behind a mapping network."""

from collections.abc import Sequence
from typing import Any

import keras

from kgan.layers import PixelNormalization
from kgan.models.dcgan import dcgan_discriminator, dcgan_generator
from kgan.models.mlp import mlp_discriminator


@keras.saving.register_keras_serializable(package="kgan")
class Mapped(keras.Model):
    """A generator in two parts: G(z) = synthesis(mapping(z)).

    The mapping bends the latents into a space of its own, in which the image changes
    more evenly: Karras et al., "A Style-Based Generator Architecture for Generative
    Adversarial Networks" (2019), section 2. Both parts are methods of it, as
    `kgan.losses.PathLength` needs them.

    Args:
        mapping: A Functional or Sequential `keras.Model` from latents to w.
        synthesis: A `keras.Model` from w to images.

    Example: `kgan.models.mapped_dcgan((8, 8, 1), latent_dim=32)`.
    """

    def __init__(
        self, mapping: keras.Model, synthesis: keras.Model, name: str = "generator"
    ):
        latents = keras.Input(mapping.input_shape[1:], name="latents")
        super().__init__(latents, synthesis(mapping(latents)), name=name)
        self.mapping, self.synthesis = mapping, synthesis

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = {"mapping": self.mapping, "synthesis": self.synthesis}
        return {"name": self.name, **{n: serialize(p) for n, p in parts.items()}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        load = keras.saving.deserialize_keras_object
        parts = ("mapping", "synthesis")
        loaded = {name: load(config[name], custom_objects) for name in parts}
        return cls(**loaded, name=config["name"])


def mapping_network(
    latent_dim: int,
    depth: int = 4,
    width: int | None = None,
    name: str = "mapping",
    dtype: Any = None,
) -> keras.Model:
    """Builds a mapping network: `depth` dense layers with LeakyReLU of slope 0.2.

    Latents are normalised first, and kernels start as He et al. (2015, "Delving Deep
    into Rectifiers", equation 10) have them: w then has the scale of the latents,
    however deep the network is.

    Args:
        latent_dim: Number of components of a latent.
        depth: Number of layers.
        width: Units of each. None: as many as there are latents.
        dtype: Dtype or policy of its layers; None: the global policy.
    """
    x = latents = keras.Input((latent_dim,), name="latents")
    x = PixelNormalization(name="normalization", dtype="float32")(x)
    for place in range(depth):
        x = keras.layers.Dense(
            width or latent_dim,
            kernel_initializer="he_normal",
            name=f"map_{place}",
            dtype=dtype,
        )(x)
        x = keras.layers.LeakyReLU(0.2, name=f"map_{place}_relu", dtype=dtype)(x)
    return keras.Model(latents, x, name=name)


def mapped_dcgan_generator(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    mapping_depth: int = 4,
    name: str = "generator",
    **options: Any,
) -> keras.Model:
    """Builds a `Mapped` generator of which `dcgan_generator` is the synthesis.

    Args:
        image_shape: `(height, width, channels)` of the images.
        latent_dim: Number of components of a latent, and of w.
        mapping_depth: Layers of the mapping network.
        **options: Further arguments of `dcgan_generator`.
    """
    if options.get("num_classes") is not None:
        raise ValueError(
            "`num_classes` must be None: the mapping takes latents alone. "
            f"Received: {options['num_classes']!r}"
        )
    dtype = options.get("dtype")
    mapping = mapping_network(latent_dim, mapping_depth, dtype=dtype)
    synthesis = dcgan_generator(image_shape, latent_dim, name="synthesis", **options)
    return Mapped(mapping, synthesis, name=name)


mapped_dcgan_discriminator = dcgan_discriminator


def mapped_dcgan(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    generator_width: int = 32,
    discriminator_width: int = 32,
    mapping_depth: int = 4,
    discriminator_hidden: Sequence[int] | None = None,
    num_classes: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a `Mapped` generator and a discriminator, for `kgan.losses.PathLength`.

    Args:
        image_shape: `(height, width, channels)` of the images.
        latent_dim: Number of components of a latent, and of w.
        generator_width: `width` of the `dcgan_generator` that is the synthesis.
        discriminator_width: `width` of the `dcgan_discriminator`, where it is one.
        mapping_depth: Layers of the mapping network.
        discriminator_hidden: Units of the hidden layers of an `mlp_discriminator` in
            the place of the convolutional one, which has a single convolution for
            images of 8×8. None: the convolutional one.
        num_classes: Must be None.

    Returns:
        `(generator, discriminator)`.

    Example: `kgan.models.mapped_dcgan((32, 32, 3), latent_dim=64)`.
    """
    options = {"width": generator_width, "num_classes": num_classes}
    generator = mapped_dcgan_generator(
        image_shape, latent_dim, mapping_depth, **options
    )
    if discriminator_hidden is not None:
        return generator, mlp_discriminator(image_shape, discriminator_hidden)
    return generator, dcgan_discriminator(image_shape, width=discriminator_width)
