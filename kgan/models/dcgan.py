"""Convolutional networks for images of any height, width and number of channels.

They follow Radford et al. (2016), Unsupervised Representation Learning with Deep
Convolutional Generative Adversarial Networks, section 3: strided convolutions instead
of pooling, BatchNorm and ReLU in the generator, LeakyReLU in the discriminator, tanh at
the end, and the generator's kernels from N(0, 0.02²).

From the image on, each side longer than 7 is halved, rounding up, until none is left:
28×28 goes to 14×14 and 7×7, and 30×50 to 15×25, 8×13 and 4×7. The discriminator goes
down these stages, the generator up; where a side is odd, the doubled one is cropped. A
stride of 2 has a kernel of 4: each output pixel of the transposed convolution then
depends on equally many weights, which avoids checkerboard artifacts. A side that keeps
its length has stride 1 and kernel 3.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from kgan.layers import initializers
from kgan.models.blocks import Attention, batch_norm, convolution, norm_relu, normal
from kgan.models.heads import check_conditioning, judge, minibatch_deviation, normalized
from kgan.models.inputs import (
    check_image_shape,
    check_integer,
    check_num_classes,
    class_embedding,
    latent_inputs,
)
from kgan.models.packed import pack

_LARGEST_BASE = 7
_LEAK = 0.2


def dcgan_generator(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    width: int = 64,
    max_width: int = 512,
    attention_at: int | None = None,
    conditional_normalization: bool = False,
    num_classes: int | None = None,
    name: str = "generator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a convolutional generator.

    A linear map of the latents yields the smallest stage; each next stage is a
    transposed convolution, BatchNorm and ReLU; a 3×3 convolution and tanh yield the
    image.

    Args:
        image_shape: `(height, width, channels)` of the images, each at least 1.
        latent_dim: Number of latents of an image.
        width: Channels at half the image's resolution. Each halving doubles them, and
            the full resolution has half of them.
        max_width: The most channels that a stage may have.
        attention_at: Longer side of the stage that `kgan.layers.SelfAttention` follows,
            or None.
        conditional_normalization: Whether the class enters by the gains and biases of
            `kgan.layers.ConditionalBatchNormalization` and not beside the latents.
        num_classes: Number of classes of a conditional network, or None.
        dtype: Dtype or policy of the hidden layers; None: the global policy. The output
            is always float32.

    Returns:
        A Functional `keras.Model` from `latents` of shape `(batch, latent_dim)`, or
        `[latents, labels]` with int32 labels of shape `(batch,)`, to float32 images in
        [-1, 1] of shape `(batch, height, width, channels)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `generator = kgan.models.dcgan_generator((28, 28, 1), width=32)`

    Source: Radford et al. (2016), section 3; with classes, Mirza and Osindero (2014),
    Conditional Generative Adversarial Nets.
    """
    *size, channels = check_image_shape(image_shape)
    sizes = stage_sizes(size)
    widths = _stage_widths(len(sizes), width, max_width)
    if conditional_normalization and num_classes is None:
        raise ValueError(
            "`conditional_normalization` must be False without labels, whose gains and "
            "biases it learns: set `num_classes`. Received: num_classes=None"
        )
    joined = None if conditional_normalization else num_classes
    inputs, x = latent_inputs(latent_dim, joined, dtype)
    by_class = {"dtype": dtype}
    if conditional_normalization:
        labels = keras.Input((), dtype="int32", name="labels")
        inputs = [inputs, labels]
        by_class |= {"labels": labels, "num_classes": check_num_classes(num_classes)}
    attend = Attention(attention_at, sizes[:-1], dtype=dtype)
    base = (*sizes[-1], widths[-1])
    x = layers.Dense(
        math.prod(base),
        use_bias=False,
        kernel_initializer=normal(),
        name="base",
        dtype=dtype,
    )(x)
    x = layers.Reshape(base, name="base_shape", dtype=dtype)(x)
    x = norm_relu(x, "base", **by_class)
    for stage in reversed(range(len(sizes) - 1)):
        x = _up(x, sizes[stage], widths[stage], f"up_{stage}", dtype)
        x = attend(norm_relu(x, f"up_{stage}", **by_class))
    images = convolution(channels, 3, "images", "float32", activation="tanh")(x)
    return keras.Model(inputs, images, name=name)


def dcgan_discriminator(
    image_shape: Sequence[int],
    width: int = 64,
    max_width: int = 512,
    batch_normalization: bool = False,
    kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    spectral_normalization: bool = False,
    attention_at: int | None = None,
    minibatch_group: int | None = None,
    conditioning: str = "concatenation",
    heads: Mapping[str, int] | None = None,
    num_classes: int | None = None,
    name: str = "discriminator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a convolutional discriminator; shared arguments as in `dcgan_generator`.

    Each stage is a strided convolution and LeakyReLU; a linear map of the smallest
    stage yields the logit. A class enters as one more channel, its learned map.

    Args:
        batch_normalization: Whether BatchNorm follows each convolution but the first,
            as in the paper. An example's logit then depends on the whole batch, while
            a gradient penalty is defined for each example: keep it off with R1, R2 or
            GradientPenalty (Gulrajani et al., 2017, Improved Training of Wasserstein
            GANs, section 4).
        kernel_initializer: Of all kernels. The paper's N(0, 0.02²) relies on BatchNorm
            to restore the scale that it reduces at each convolution; without BatchNorm
            the logits would start near zero and grow slowly.
        spectral_normalization, minibatch_group, conditioning, heads: As in
            `mlp_discriminator`; the group's statistic is that of the smallest stage.

    Returns:
        A Functional `keras.Model` from float32 images in [-1, 1] of shape
        `(batch, height, width, channels)`, or `[images, labels]` with int32 labels of
        shape `(batch,)`, to float32 logits of shape `(batch, 1)`; with further heads to
        a dictionary of them and `"logits"`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `kgan.models.dcgan_discriminator((28, 28, 1), width=32)`
    """
    image_shape = check_image_shape(image_shape)
    sizes = stage_sizes(image_shape[:-1])
    widths = _stage_widths(len(sizes), width, max_width)
    joined = check_conditioning(conditioning, num_classes)
    inputs, x = _image_inputs(image_shape, joined, dtype)
    attend = Attention(attention_at, sizes[1:], spectral_normalization, dtype)
    for stage in range(1, len(sizes)):
        by_batch = batch_normalization and stage > 1
        layer = _down(
            x, sizes[stage], widths[stage], stage, by_batch, kernel_initializer, dtype
        )
        x = normalized(layer, spectral_normalization)(x)
        if by_batch:
            x = batch_norm(f"down_{stage}_norm", dtype)(x)
        x = attend(layers.LeakyReLU(_LEAK, name=f"down_{stage}_relu", dtype=dtype)(x))
    x = minibatch_deviation(x, minibatch_group, dtype)
    return judge(
        layers.Flatten(name="flatten", dtype=dtype)(x),
        inputs,
        num_classes,
        conditioning,
        heads,
        spectral_normalization,
        kernel_initializer,
        name,
    )


def dcgan(
    image_shape: Sequence[int],
    latent_dim: int = 128,
    num_classes: int | None = None,
    width: int = 64,
    max_width: int = 512,
    discriminator_batch_normalization: bool = False,
    discriminator_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    spectral_normalization: bool = False,
    attention_at: int | None = None,
    minibatch_group: int | None = None,
    conditional_normalization: bool = False,
    conditioning: str = "concatenation",
    heads: Mapping[str, int] | None = None,
    packing: int = 1,
    dtype: Any = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a generator and a discriminator with the same channels at each size.

    Args: those of `dcgan_generator` and `dcgan_discriminator`, the latter's
    `kernel_initializer` as `discriminator_initializer` and `batch_normalization` as
    `discriminator_batch_normalization`, and
        packing: Number of samples that are judged together: see `kgan.models.Packed`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `generator, discriminator = kgan.models.dcgan((30, 50, 4), latent_dim=64)`
    """
    common = {
        "width": width,
        "max_width": max_width,
        "attention_at": attention_at,
        "num_classes": num_classes,
        "dtype": dtype,
    }
    generator = dcgan_generator(
        image_shape,
        latent_dim,
        conditional_normalization=conditional_normalization,
        **common,
    )
    discriminator = pack(
        dcgan_discriminator,
        check_image_shape(image_shape),
        packing,
        batch_normalization=discriminator_batch_normalization,
        kernel_initializer=discriminator_initializer,
        spectral_normalization=spectral_normalization,
        minibatch_group=minibatch_group,
        conditioning=conditioning,
        heads=heads,
        **common,
    )
    return generator, discriminator


def stage_sizes(size):
    """Returns the resolutions of the stages, from the image's down to the base.

    Example: `stage_sizes((30, 50))` is `[(30, 50), (15, 25), (8, 13), (4, 7)]`.
    """
    sizes = [tuple(size)]
    while len(sizes) == 1 or max(sizes[-1]) > _LARGEST_BASE:
        limit = _LARGEST_BASE if max(sizes[-1]) > _LARGEST_BASE else 1
        sizes.append(tuple(-(-s // 2) if s > limit else s for s in sizes[-1]))
    return sizes


def _stage_widths(num_stages, width, max_width):
    width = check_integer("width", width, 2)
    max_width = check_integer("max_width", max_width, 1)
    return [min(width * 2**stage // 2, max_width) for stage in range(num_stages)]


def _stride_and_kernel(large, small):
    stride = tuple(2 if b < a else 1 for a, b in zip(large, small, strict=True))
    return stride, tuple(step + 2 for step in stride)


def _up(x, size, width, name, dtype):
    stride, kernel = _stride_and_kernel(size, x.shape[1:3])
    options = {"strides": stride, "use_bias": False}
    x = convolution(width, kernel, name, dtype, up=True, **options)(x)
    excess = [(0, got - wanted) for got, wanted in zip(x.shape[1:3], size, strict=True)]
    if any(after for _, after in excess):
        x = layers.Cropping2D(excess, name=f"{name}_crop", dtype=dtype)(x)
    return x


def _down(x, size, width, stage, batch_normalized, kernel_initializer, dtype):
    stride, kernel = _stride_and_kernel(x.shape[1:3], size)
    return layers.Conv2D(
        width,
        kernel,
        strides=stride,
        padding="same",
        use_bias=not batch_normalized,
        kernel_initializer=initializers.fresh(kernel_initializer),
        name=f"down_{stage}",
        dtype=dtype,
    )


def _image_inputs(image_shape, num_classes, dtype):
    images = keras.Input(image_shape, dtype="float32", name="images")
    if num_classes is None:
        return images, images
    height, width, _ = image_shape
    # Small beside pixels in [-1, 1]: the discriminator first learns from the image.
    start = keras.initializers.RandomNormal(stddev=0.1)
    labels, embedded = class_embedding(num_classes, height * width, start, dtype)
    shape = (height, width, 1)
    plane = layers.Reshape(shape, name="class_map", dtype=dtype)(embedded)
    join = layers.Concatenate(name="join_class", dtype=dtype)
    return [images, labels], join([images, plane])
