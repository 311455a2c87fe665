"""Which arguments of `stylegan2` two given networks come from."""

import re

import keras

from kgan.layers import LearnedConstant
from kgan.models.style_generator import StyleGenerator

_STAGE = re.compile(r"b(\d+)(?:x(\d+))?_conv1")
_DEVIATION = "minibatch_deviation"


def stylegan2_options(
    generator: keras.Model, discriminator: keras.Model
) -> dict | None:
    """Returns the arguments with which `stylegan2` builds networks like given ones.

    Channels say nothing of stages that are not there: a larger network has half as many
    in each further stage.

    Args:
        generator: G.
        discriminator: D.

    Returns:
        All arguments by name but `dtype`; under "precision" stands the policy of the
        largest stage. None: these are no networks of StyleGAN2.

    Example: `kgan.models.stylegan2_options(gan.generator, gan.discriminator)`
    """
    if not isinstance(generator, StyleGenerator):
        return None
    mapping, synthesis = generator.mapping_network, generator.synthesis
    stages = _stages(synthesis)
    parts = {layer.name: layer for layer in discriminator.layers}
    largest = max(stages, default=0)
    if not largest or f"{_beginning(stages[largest])}_fromrgb" not in parts:
        return None
    last, names = stages[largest], [layer.name for layer in mapping.layers]
    policy = last.dtype_policy
    embed = next((x for x in mapping.layers if x.name == "embed"), None)
    deviation = parts.get(_DEVIATION)
    has_skip = any(name.endswith("_skip") for name in parts)
    return {
        "image_shape": tuple(synthesis.output_shape[1:]),
        "latent_dim": mapping.inputs[0].shape[-1],
        "num_classes": embed and embed.num_classes,
        **_channels(stages),
        "w_dim": generator.synthesis.input_shape[-1],
        "mapping_layers": sum(name.startswith("fc_") for name in names),
        "style_mixing": generator.style_mixing,
        "center_decay": generator.center_decay,
        "noise": last.noise,
        "architecture": "resnet" if has_skip or len(stages) == 1 else "orig",
        "group_size": deviation and deviation.group_size,
        "grouping": deviation.grouping if deviation else "successive",
        "half_precision_stages": sum(x.dtype_policy == policy for x in stages.values())
        if policy.compute_dtype != policy.variable_dtype
        else 4,
        "clamp": last.clamp,
        "precision": policy.name,
    }


def _stages(synthesis):
    """Returns the second convolution of each stage, by its longer side."""
    found = {}
    if any(isinstance(layer, LearnedConstant) for layer in synthesis.layers):
        for layer in synthesis.layers:
            if sides := _STAGE.fullmatch(layer.name):
                found[max(int(side) for side in sides.groups() if side)] = layer
    return found


def _beginning(convolution):
    return convolution.name.removesuffix("_conv1")


def _channels(stages):
    widths = {side: layer.filters for side, layer in stages.items()}
    return {
        "channel_base": max(side * width for side, width in widths.items()),
        "channel_max": max(widths.values()),
    }
