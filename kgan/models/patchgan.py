"""A discriminator of overlapping patches, of pairs or of single images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.core import independence
from kgan.layers import BlurPooling2D
from kgan.models.inputs import check_integer
from kgan.models.translation_parts import Parts, check_shape, widths

_LEAK = 0.2


@keras.saving.register_keras_serializable(package="kgan")
class PatchGAN(keras.Model):
    """What `kgan.models.patchgan` builds: a Functional model that knows its patches."""

    @property
    def receptive_field(self) -> int:
        """Side of the patch that a logit sees, in pixels."""
        side = 1
        for layer in reversed(self.layers):
            if isinstance(layer, (layers.Conv2D, BlurPooling2D)):
                side = (side - 1) * layer.strides[0] + layer.kernel_size[0]
        return side

    @property
    def by_example(self) -> bool:
        """Whether no logit depends on another example of the batch."""
        return all(map(independence.independent, self.layers))


def patchgan(
    source_shape: Sequence[int | None],
    target_shape: Sequence[int | None] | None = None,
    width: int = 64,
    depth: int = 3,
    normalization: str = "instance",
    antialiased: bool = False,
    use_bias: bool | None = None,
    initializer: str = "normal",
    name: str = "discriminator",
    dtype: Any = None,
) -> PatchGAN:
    """Builds a discriminator that judges overlapping patches.

    It judges pairs, or images where there is no `target_shape`. Published are 2,768,705
    trainable parameters for pairs of 3 + 3 channels with batch normalisation (pix2pix),
    and 2,764,737 for images of 3 with instance normalisation (CycleGAN).

    Args:
        source_shape: `(height, width, channels)` of the sources, or of single images;
            sides may be None: of any size.
        target_shape: The same of the targets, of equal sides. None: single images.
        width: Channels of the first convolution, each next one doubles up to 8 times.
        depth: Number of convolutions with stride 2: the patches have 16, 34, 70, 142,
            286 pixels for 1 to 5; with 0 all convolutions are 1×1, and so are patches.
        normalization: "instance", or "batch" with a scale and a shift.
        antialiased: Whether sides are halved by `kgan.layers.BlurPooling2D` behind
            convolutions with stride 1, as in CUT. Patches are larger then: see
            `receptive_field`.
        use_bias: Whether convolutions have a bias that the normalisation behind them
            takes away again. None: as published, where there are single images and
            instance normalisation.
        initializer: Of the kernels: "normal", N(0, 0.02²), or "xavier", CUT's.
        dtype: Dtype or policy of the hidden layers; the output is always float32.

    Returns:
        A Functional `keras.Model` from `[source, target]`, or from images, to a map of
        logits; its `receptive_field` is the side of a patch.

    Raises:
        ValueError: If an argument is out of its range, or images are so small that
            instance normalisation would see one pixel, of which nothing would be left.

    Source: Isola et al. (2017), Image-to-Image Translation with Conditional Adversarial
    Networks, section 6.1.2; Zhu et al. (2017), Unpaired Image-to-Image Translation
    using Cycle-Consistent Adversarial Networks, section 7.2.
    """
    shape = check_shape("source_shape", source_shape)
    depth = check_integer("depth", depth, 0)
    parts = Parts(normalization, initializer, "moving", dtype)
    if not parts.by_batch:
        _check_size(shape, depth)
    if target_shape is None:
        inputs = x = keras.Input(shape, name="image")
    else:
        target_shape = check_shape("target_shape", target_shape)
        inputs = [
            keras.Input(shape, name="source"),
            keras.Input(target_shape, name="target"),
        ]
        x = layers.Concatenate(name="pair", dtype=dtype)(inputs)
    if use_bias is None:
        use_bias = target_shape is None and not parts.by_batch
    size, strides = (4, 1 if antialiased else 2) if depth else (1, 1)
    *stages, last = widths(width, max(depth, 1) + 1)
    for stage, filters in enumerate(stages):
        label = f"stage_{stage}"
        options = {"strides": strides, "use_bias": use_bias or not stage}
        x = parts.convolution(filters, size, label, **options)(x)
        x = _activated(parts, x, label, normalised=stage > 0)
        if antialiased and depth:
            x = BlurPooling2D(name=f"{label}_blur", dtype=dtype)(x)
    x = parts.convolution(last, size, "last", use_bias=use_bias)(x)
    x = _activated(parts, x, "last", normalised=True)
    x = parts.convolution(1, size, "logits", dtype="float32")(x)
    return PatchGAN(inputs, x, name=name)


def _activated(parts, x, name, normalised):
    if normalised:
        x = parts.norm(f"{name}_norm")(x)
    return layers.LeakyReLU(_LEAK, name=f"{name}_relu", dtype=parts.dtype)(x)


def _check_size(shape, depth):
    height, width = (side and -(-side // 2**depth) for side in shape[:2])
    if height == width == 1:
        raise ValueError(
            f"`source_shape` must have a side of more than {2**depth} pixels with "
            f"depth={depth}: instance normalisation makes zeros of a single pixel. "
            f"Received: {shape}"
        )
