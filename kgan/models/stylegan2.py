"""StyleGAN2: a generator of styles and a residual discriminator."""

from collections.abc import Sequence
from typing import Any

import keras

from kgan.models.style_discriminator import style_discriminator
from kgan.models.style_generator import (
    StyleGenerator,
    style_mapping,
    style_synthesis,
)
from kgan.models.style_stages import stages

_STAGES = ("channel_base", "channel_max", "half_precision_stages", "clamp", "dtype")


def stylegan2_generator(
    image_shape: Sequence[int],
    latent_dim: int = 512,
    num_classes: int | None = None,
    w_dim: int | None = None,
    mapping_layers: int = 8,
    style_mixing: float = 0.9,
    center_decay: float = 0.995,
    noise: bool = True,
    name: str = "generator",
    **options: Any,
) -> keras.Model:
    """Builds a `StyleGenerator`; the arguments are those of `stylegan2`."""
    found = stages(image_shape, **_of_stages(options))
    w_dim = latent_dim if w_dim is None else w_dim
    return StyleGenerator(
        style_mapping(latent_dim, w_dim, mapping_layers, num_classes),
        style_synthesis(found, image_shape[-1], w_dim, noise),
        style_mixing,
        center_decay,
        name=name,
    )


def stylegan2_discriminator(
    image_shape: Sequence[int],
    num_classes: int | None = None,
    architecture: str = "resnet",
    group_size: int | None = 4,
    grouping: str = "successive",
    name: str = "discriminator",
    **options: Any,
) -> keras.Model:
    """Builds a `style_discriminator`; the arguments are those of `stylegan2`."""
    return style_discriminator(
        stages(image_shape, **_of_stages(options)),
        image_shape[-1],
        num_classes,
        architecture,
        group_size,
        grouping,
        name=name,
    )


def stylegan2(
    image_shape: Sequence[int],
    latent_dim: int = 512,
    num_classes: int | None = None,
    channel_base: int = 16384,
    channel_max: int = 512,
    w_dim: int | None = None,
    mapping_layers: int = 8,
    style_mixing: float = 0.9,
    center_decay: float = 0.995,
    noise: bool = True,
    architecture: str = "resnet",
    group_size: int | None = 4,
    grouping: str = "successive",
    half_precision_stages: int = 4,
    clamp: float | None = None,
    dtype: Any = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds the generator and the discriminator of StyleGAN2.

    Args:
        image_shape: `(height, width, channels)`: the longer side 4, 8, ..., 1024, the
            shorter one 1 to 4 quarters of it, as in 96×128.
        latent_dim: Number of components of a latent.
        num_classes: Number of classes, or None.
        channel_base: A stage whose longer side is r has `channel_base / r` channels,
        channel_max: and no more than these.
        w_dim: Width of w. None: as many as there are latents.
        mapping_layers: Layers of the generator's mapping; that of classes in the
            discriminator has 8.
        style_mixing: Probability of `kgan.layers.StyleMixing` in training.
        center_decay: `decay` of `kgan.layers.Truncation`.
        noise: Whether the synthesis adds noise, `kgan.layers.NoiseInjection`.
        architecture: Of the discriminator: "resnet", or "orig" without residual
            connections.
        group_size: Of `kgan.layers.MinibatchStandardDeviation` in the discriminator;
            None: without it.
        grouping: The same; "strided" is that of the authors' program.
        half_precision_stages: How many stages, the largest, compute in the half
            precision of a mixed policy; the others in float32.
        clamp: Largest size of activations. None: 256 in float16, otherwise any.
        dtype: Dtype or policy of the layers; None: the global policy.

    Returns:
        `(generator, discriminator)`.

    Raises:
        ValueError: If sides are not of the family, or a number is out of its range.

    Example:
        ```python
        networks = kgan.models.stylegan2((64, 64, 3), 128, channel_base=1024)
        gan = kgan.GAN(*networks)
        gan.compile(terms=[kgan.penalties.R1(0.1, interval=16)])
        ```

    Source: Karras et al. (2020), Analyzing and Improving the Image Quality of StyleGAN,
    and Training Generative Adversarial Networks with Limited Data, appendix C.
    """
    shared = {
        "channel_base": channel_base,
        "channel_max": channel_max,
        "half_precision_stages": half_precision_stages,
        "clamp": clamp,
        "dtype": dtype,
    }
    generator = stylegan2_generator(
        image_shape,
        latent_dim,
        num_classes,
        w_dim,
        mapping_layers,
        style_mixing,
        center_decay,
        noise,
        **shared,
    )
    discriminator = stylegan2_discriminator(
        image_shape, num_classes, architecture, group_size, grouping, **shared
    )
    return generator, discriminator


def _of_stages(options):
    unknown = options.keys() - set(_STAGES)
    if unknown:
        raise TypeError(f"Unknown arguments: {', '.join(sorted(unknown))}")
    return options
