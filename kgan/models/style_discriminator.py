"""StyleGAN2's discriminator: residual stages of equalised convolutions."""

import math
from collections.abc import Sequence

import keras
from keras import layers, ops

from kgan.core import registry
from kgan.core.config import Configured
from kgan.layers import EqualizedConv2D, EqualizedDense, MinibatchStandardDeviation
from kgan.models.style_generator import style_mapping
from kgan.models.style_stages import Stage

ARCHITECTURES = ("resnet", "orig")
_LEAKY = "leaky_relu"


@keras.saving.register_keras_serializable(package="kgan")
class ScaledDot(Configured):
    """Returns ⟨x, y⟩ / √features, `(batch, 1)`, of floats `(batch, features)`.

    Input: `[x, y]`. Source: the projection of Miyato and Koyama (2018), cGANs with
    Projection Discriminator, scaled as in Karras et al. (2020), Training Generative
    Adversarial Networks with Limited Data, and the authors' program.
    """

    by_example = True

    def call(self, inputs):
        x, y = inputs
        return ops.sum(x * y, axis=-1, keepdims=True) / math.sqrt(x.shape[-1])

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)


def style_discriminator(
    stages: Sequence[Stage],
    channels: int,
    num_classes: int | None = None,
    architecture: str = "resnet",
    group_size: int | None = 4,
    grouping: str = "successive",
    cmap_dim: int | None = None,
    name: str = "discriminator",
) -> keras.Model:
    """Builds a discriminator from images to logits. Its last layers are in float32.

    With classes it ends in an inner product of features and a mapping of the class, of
    8 layers. Karras et al. (2020), Analyzing and Improving the Image Quality of
    StyleGAN, figure 7c (resnet) and 7a (orig), and the authors' program.

    Args:
        stages: Of `kgan.models.style_stages.stages`.
        channels: Of the images.
        num_classes: Number of classes, or None.
        architecture: "resnet", or "orig" without the residual connections.
        group_size: Of `kgan.layers.MinibatchStandardDeviation`; None: without it.
        grouping: The same.
        cmap_dim: Features of the inner product. None: as many as the first stage has.

    Returns:
        A Functional model from images, or `[images, labels]`, to logits `(batch, 1)`.
    """
    registry.check_known("`architecture` must be one of", architecture, ARCHITECTURES)
    first = stages[-1]
    images = keras.Input((*first.size, channels), dtype="float32", name="images")
    x = EqualizedConv2D(
        first.channels,
        1,
        activation=_LEAKY,
        clamp=first.clamp,
        name=f"{first.name}_fromrgb",
        dtype=first.dtype,
    )(images)
    pairs = zip(stages[1:], stages[:-1], strict=True)
    for stage, smaller in reversed([*pairs]):
        x = _halved(x, stage, smaller.channels, architecture == "resnet")
    x = _features(x, stages[0], group_size, grouping)
    if num_classes is None:
        logits = EqualizedDense(1, name=f"{stages[0].name}_out", dtype="float32")(x)
        return keras.Model(images, logits, name=name)
    width = cmap_dim or stages[0].channels
    x = EqualizedDense(width, name=f"{stages[0].name}_out", dtype="float32")(x)
    labels = keras.Input((), dtype="int32", name="labels")
    classes = style_mapping(None, width, num_classes=num_classes)(labels)
    logits = ScaledDot(name="logits", dtype="float32")([x, classes])
    return keras.Model([images, labels], logits, name=name)


def _halved(x, stage, filters, residual):
    """A stage: two convolutions, the second of half the sides, and a way around."""
    gain = math.sqrt(0.5) if residual else 1.0
    options = {"activation": _LEAKY, "clamp": stage.clamp, "dtype": stage.dtype}
    name = stage.name
    around = x
    x = EqualizedConv2D(stage.channels, name=f"{name}_conv0", **options)(x)
    x = EqualizedConv2D(
        filters, resampling="down", gain=gain, name=f"{name}_conv1", **options
    )(x)
    if not residual:
        return x
    around = EqualizedConv2D(
        filters,
        1,
        "down",
        use_bias=False,
        gain=gain,
        name=f"{name}_skip",
        dtype=stage.dtype,
    )(around)
    return layers.Add(name=f"{name}_add", dtype=stage.dtype)([x, around])


def _features(x, stage, group_size, grouping):
    """The last stage: statistics of the batch, a convolution, a dense layer."""
    if group_size is not None:
        x = MinibatchStandardDeviation(
            group_size, grouping=grouping, name="minibatch_deviation", dtype="float32"
        )(x)
    x = EqualizedConv2D(
        stage.channels,
        activation=_LEAKY,
        clamp=stage.clamp,
        name=f"{stage.name}_conv",
        dtype="float32",
    )(x)
    x = layers.Flatten(name="flatten", dtype="float32")(x)
    return EqualizedDense(
        stage.channels, _LEAKY, name=f"{stage.name}_fc", dtype="float32"
    )(x)
