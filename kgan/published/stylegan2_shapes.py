"""Shapes of all tensors of a published StyleGAN2, by what it was built with.

Whoever compares them with those of a file before anything is built takes no memory for
sizes that the file merely claims.
"""

import itertools

from kgan.models.style_stages import stages


def of_generator(options):
    """Yields `(name, shape)` of each tensor that a generator is built for.

    Args:
        options: A `kgan.published.stylegan2_options.Options`.
    """
    yield from _mapping(
        options.latent_dim, options.w_dim, options.num_classes, options.mapping_layers
    )
    yield "mapping.w_avg", (options.w_dim,)
    channels = None
    for stage in stages(options.image_shape, **options.generator_stages):
        yield from _synthesis(stage, channels, options)
        channels = stage.channels


def of_discriminator(options):
    """Yields the same of a discriminator."""
    of_d = stages(options.image_shape, **options.discriminator_stages)
    smallest, largest = of_d[0], of_d[-1]
    channels, colors = smallest.channels, options.image_shape[-1]
    yield from _layer(f"{largest.name}.fromrgb", largest.channels, colors, 1, 1)
    for smaller, stage in itertools.pairwise(of_d):
        inputs, outputs = stage.channels, smaller.channels
        yield from _layer(f"{stage.name}.conv0", inputs, inputs, 3, 3)
        yield from _layer(f"{stage.name}.conv1", outputs, inputs, 3, 3)
        if options.architecture == "resnet":
            yield f"{stage.name}.skip.weight", (outputs, inputs, 1, 1)
    yield from _layer("b4.conv", channels, channels + 1, 3, 3)
    yield from _layer("b4.fc", channels, channels * 16)
    if options.num_classes is None:
        yield from _layer("b4.out", 1, channels)
        return
    width = class_width(options)
    yield from _layer("b4.out", width, channels)
    yield from _mapping(0, width, options.num_classes, 8)


def class_width(options):
    """Returns the width of the discriminator's mapping of classes."""
    if options.cmap_dim is not None:
        return options.cmap_dim
    return stages(options.image_shape, **options.discriminator_stages)[0].channels


def _mapping(latents, width, classes, layers):
    inputs = latents
    if classes is not None:
        yield from _layer("mapping.embed", width, classes)
        inputs += width
    for place in range(layers):
        yield from _layer(f"mapping.fc{place}", width, inputs)
        inputs = width


def _synthesis(stage, before, options):
    """A stage, whose input has `before` channels; None: it is the first."""
    name, channels, w_dim = f"synthesis.{stage.name}", stage.channels, options.w_dim
    if before is None:
        yield f"{name}.const", (channels, *stage.size)
    else:
        yield from _modulated(f"{name}.conv0", stage, before, w_dim)
    yield from _modulated(f"{name}.conv1", stage, channels, w_dim)
    yield from _layer(f"{name}.torgb", options.image_shape[-1], channels, 1, 1)
    yield from _layer(f"{name}.torgb.affine", channels, w_dim)


def _modulated(name, stage, inputs, w_dim):
    yield from _layer(name, stage.channels, inputs, 3, 3)
    yield from _layer(f"{name}.affine", inputs, w_dim)
    yield f"{name}.noise_strength", ()
    yield f"{name}.noise_const", stage.size


def _layer(name, outputs, *inputs):
    yield f"{name}.weight", (outputs, *inputs)
    yield f"{name}.bias", (outputs,)
