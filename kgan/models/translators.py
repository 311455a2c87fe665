"""Networks of pix2pix: a U-Net that translates images, and a judge of patches."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.layers import Dropout
from kgan.models.blocks import convolution
from kgan.models.inputs import check_image_shape, check_integer

_LEAK = 0.2
_DROPOUT_STAGES = 3
_LONGEST = 8  # channels grow up to 8 times the width


def unet(
    source_shape: Sequence[int],
    target_channels: int | None = None,
    width: int = 64,
    depth: int | None = None,
    dropout: float = 0.5,
    name: str = "generator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a U-Net that translates images of one size.

    Each of `depth` stages halves the image by a 4×4 convolution with stride 2, as many
    transposed ones double it, and each of these sees what the stage of its size saw on
    the way down. Instance normalisation stands in place of the batch's: it is what the
    published batch of one image amounts to, and is the same in training and use.

    Args:
        source_shape: `(height, width, channels)` of the sources; 2^depth divides both
            sides.
        target_channels: Channels of the targets. None: as the sources have.
        width: Channels of the first stage, each next one doubles up to 8 times as many.
        depth: Number of stages. None: down to 2 pixels, 8 at most.
        dropout: Rate of dropout in the innermost three stages of the way up.
        dtype: Dtype or policy of the hidden layers; the output is always float32.

    Returns:
        A Functional `keras.Model` from images to images in [−1, 1].

    Raises:
        ValueError: If the sides are no multiples of 2^depth.

    Source: Isola et al. (2017), section 6.1.1.
    """
    source_shape = check_image_shape(source_shape)
    depth = _deepest(source_shape) if depth is None else depth
    check_integer("depth", depth, 1)
    if any(side % 2**depth for side in source_shape[:2]):
        raise ValueError(
            f"`source_shape` must have sides that 2**depth = {2**depth} divides. "
            f"Received: {source_shape}"
        )
    widths = _widths(width, depth)
    source = keras.Input(source_shape, name="source")
    x, seen = source, []
    for stage in range(depth):
        if stage:
            x = layers.LeakyReLU(_LEAK, name=f"down_{stage}_relu", dtype=dtype)(x)
        normalised = 0 < stage < depth - 1
        x = _convolution(widths[stage], f"down_{stage}", dtype, not normalised)(x)
        if normalised:
            x = _instance(f"down_{stage}_norm", dtype)(x)
        seen.append(x)
    for stage in range(depth - 2, -1, -1):
        x = layers.ReLU(name=f"up_{stage}_relu", dtype=dtype)(x)
        x = _convolution(widths[stage], f"up_{stage}", dtype, False, up=True)(x)
        x = _instance(f"up_{stage}_norm", dtype)(x)
        if dropout and stage > depth - 2 - _DROPOUT_STAGES and stage:
            x = Dropout(dropout, name=f"up_{stage}_dropout", dtype=dtype)(x)
        x = layers.Concatenate(name=f"up_{stage}_skip", dtype=dtype)([x, seen[stage]])
    x = layers.ReLU(name="output_relu", dtype=dtype)(x)
    channels = target_channels or source_shape[-1]
    x = _convolution(channels, "output", dtype, up=True)(x)
    x = layers.Activation("tanh", name="image", dtype="float32")(x)
    return keras.Model(source, x, name=name)


def patchgan(
    source_shape: Sequence[int],
    target_shape: Sequence[int],
    width: int = 64,
    depth: int = 3,
    name: str = "discriminator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a discriminator of pairs that judges overlapping patches.

    Args:
        source_shape: `(height, width, channels)` of the sources.
        target_shape: The same of the targets, of equal sides.
        width: Channels of the first convolution, each next one doubles up to 8 times.
        depth: Number of convolutions with stride 2: the patches have 16, 34, 70, 142
            pixels for 1 to 4.
        dtype: Dtype or policy of the hidden layers; the output is always float32.

    Returns:
        A Functional `keras.Model` from `[source, target]` to a map of logits.

    Source: Isola et al. (2017), section 6.1.2.
    """
    source = keras.Input(check_image_shape(source_shape), name="source")
    target = keras.Input(check_image_shape(target_shape), name="target")
    widths = _widths(width, check_integer("depth", depth, 1) + 1)
    x = layers.Concatenate(name="pair", dtype=dtype)([source, target])
    for stage in range(depth):
        x = _convolution(widths[stage], f"stage_{stage}", dtype, not stage)(x)
        if stage:
            x = _instance(f"stage_{stage}_norm", dtype)(x)
        x = layers.LeakyReLU(_LEAK, name=f"stage_{stage}_relu", dtype=dtype)(x)
    x = _convolution(widths[depth], "last", dtype, False, strides=1)(x)
    x = _instance("last_norm", dtype)(x)
    x = layers.LeakyReLU(_LEAK, name="last_relu", dtype=dtype)(x)
    x = _convolution(1, "logits", "float32", strides=1)(x)
    return keras.Model([source, target], x, name=name)


def _deepest(shape):
    depth = 1
    while depth < 8 and all(
        side % 2 ** (depth + 1) == 0 and side >= 2 ** (depth + 2) for side in shape[:2]
    ):
        depth += 1
    return depth


def _widths(width, stages):
    return [width * min(2**stage, _LONGEST) for stage in range(stages)]


def _convolution(filters, name, dtype, use_bias=True, up=False, strides=2):
    # A normalisation takes a bias away again, whose gradient is then rounding alone.
    options = {"strides": strides, "use_bias": use_bias}
    return convolution(filters, 4, name, dtype, up, **options)


def _instance(name, dtype):
    return layers.GroupNormalization(
        groups=-1, center=False, scale=False, epsilon=1e-5, name=name, dtype=dtype
    )
