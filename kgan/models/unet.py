"""The U-Net of pix2pix, which translates images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.layers import CropLike, PadToMultiple
from kgan.models.inputs import check_integer
from kgan.models.translation_parts import Parts, check_shape, widths

_LEAK = 0.2
_DEEPEST = 8


def unet(
    source_shape: Sequence[int | None],
    target_channels: int | None = None,
    width: int = 64,
    depth: int | None = None,
    dropout: float = 0.5,
    normalization: str = "instance",
    test_statistics: str = "image",
    dropout_at_test: bool = False,
    dropout_stages: Sequence[int] = (0, 1, 2),
    name: str = "generator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a U-Net that translates images.

    Each of `depth` stages halves the image by a 4×4 convolution with stride 2, as many
    transposed ones double it, and each of these sees what the stage of its size saw on
    the way down. Sides that 2^depth does not divide, and those that are not known, are
    padded by reflection, and the output is cut to the size of the source.

    Instance normalisation is what the published batch of one image amounts to, and is
    the same in training and use. With `normalization="batch"` it is as published: with
    256×256 pixels, 3 channels and a depth of 8 it has 54,413,955 trainable parameters.

    Args:
        source_shape: `(height, width, channels)` of the sources; sides may be None: of
            any size, for each batch anew.
        target_channels: Channels of the targets. None: as the sources have.
        width: Channels of the first stage, each next one doubles up to 8 times as many.
        depth: Number of stages. None: 8 at most, and as many as leave 2 pixels of the
            shorter side, 1 with batch normalisation, as published.
        dropout: Rate of dropout on the way up.
        normalization: "instance", or "batch" with a scale and a shift.
        test_statistics: What "batch" normalises by at test time: "image", each image by
            itself, as published, or "moving", the averages of training; see
            `kgan.layers.BatchNormalization`.
        dropout_at_test: Whether dropout acts at test time as well, as published, by a
            mask that is the same in each call: `at_test` of `kgan.layers.Dropout`.
        dropout_stages: Stages of the way up that have dropout, counted from the
            innermost; those that are not there, and the outermost two, have none. In
            the authors' later program they are (1, 2, 3).
        dtype: Dtype or policy of the hidden layers; the output is always float32.

    Returns:
        A Functional `keras.Model` from images to images in [−1, 1].

    Raises:
        ValueError: If an argument is out of its range.

    Source: Isola et al. (2017), Image-to-Image Translation with Conditional Adversarial
    Networks, section 6.1.1.
    """
    source_shape = check_shape("source_shape", source_shape)
    parts = Parts(normalization, test_statistics=test_statistics, dtype=dtype)
    if depth is None:
        depth = _deepest(source_shape[:2], 1 if parts.by_batch else 2)
    depth = check_integer("depth", depth, 1)
    channels = widths(width, depth)
    source = keras.Input(source_shape, name="source")
    divided = all(side and side % 2**depth == 0 for side in source_shape[:2])
    x = source
    if not divided:
        x = PadToMultiple(2**depth, name="pad", dtype=dtype)(x)
    x, seen = _down(parts, channels, x)
    for stage in range(depth - 2, -1, -1):
        x = layers.ReLU(name=f"up_{stage}_relu", dtype=dtype)(x)
        x = _convolution(parts, channels[stage], f"up_{stage}", False, up=True)(x)
        x = parts.norm(f"up_{stage}_norm")(x)
        if dropout and stage and depth - 2 - stage in dropout_stages:
            at_test = dropout_at_test
            x = parts.dropout(dropout, f"up_{stage}_dropout", stage, at_test)(x)
        x = layers.Concatenate(name=f"up_{stage}_skip", dtype=dtype)([x, seen[stage]])
    x = layers.ReLU(name="output_relu", dtype=dtype)(x)
    x = _convolution(parts, target_channels or source_shape[-1], "output", up=True)(x)
    x = layers.Activation("tanh", name="image", dtype="float32")(x)
    if not divided:
        x = CropLike(name="cut", dtype="float32")([x, source])
    return keras.Model(source, x, name=name)


def _down(parts, channels, x):
    """Applies the way down; returns its end, and what each stage saw.

    Published skips carry the stage's output behind the LeakyReLU. That is the same: on
    the way up each is followed by a ReLU, and ReLU(LeakyReLU(x)) = ReLU(x).
    """
    seen = []
    for stage, filters in enumerate(channels):
        if stage:
            relu = layers.LeakyReLU(_LEAK, name=f"down_{stage}_relu", dtype=parts.dtype)
            x = relu(x)
        normalised = 0 < stage < len(channels) - 1
        use_bias = not normalised and not parts.by_batch
        x = _convolution(parts, filters, f"down_{stage}", use_bias)(x)
        if normalised:
            x = parts.norm(f"down_{stage}_norm")(x)
        seen.append(x)
    return x, seen


def _deepest(sides, fewest):
    """Returns how often images may be halved until a side has the fewest pixels."""
    depth, shorter = 1, min(side or 2 ** (_DEEPEST + 1) for side in sides)
    while depth < _DEEPEST and shorter >= fewest * 2 ** (depth + 1):
        depth += 1
    return depth


def _convolution(parts, filters, name, use_bias=True, up=False):
    # A normalisation takes a bias away again, whose gradient is then rounding alone.
    return parts.convolution(filters, 4, name, up, strides=2, use_bias=use_bias)
