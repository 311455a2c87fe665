"""StyleGAN2's generator: a mapping network and a synthesis of skip connections."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from kgan.core import arguments
from kgan.layers import (
    EqualizedDense,
    EqualizedEmbedding,
    FIRUpSampling2D,
    LearnedConstant,
    ModulatedConv2D,
    OtherLatents,
    PixelNormalization,
    StyleMixing,
    Truncation,
)
from kgan.models.inputs import check_integer, check_num_classes
from kgan.models.style_stages import Stage


@keras.saving.register_keras_serializable(package="kgan")
class StyleGenerator(keras.Model):
    """A generator in two parts, G(z) = synthesis(mapping(z)), with a style a layer.

    In training two latents are mixed behind most images, the mean of all w is kept, and
    each layer adds noise; `kgan.GAN` plays with it as with any other network. At
    inference an image follows from its latents, and w may be truncated. Input: float32
    latents `(batch, latent_dim)`, or these and int32 labels `(batch,)`. Output: float32
    images `(batch, height, width, channels)`, about in [−1, 1].

    Args:
        mapping_network: A Functional `keras.Model` from latents, or latents and labels,
            to w, `(batch, width)`: `style_mapping`.
        synthesis: A Functional `keras.Model` from styles, `(batch, layers, width)`, to
            images: `style_synthesis`.
        style_mixing: Probability of `kgan.layers.StyleMixing`, in [0, 1].
        center_decay: `decay` of `kgan.layers.Truncation`.

    Example:
        ```python
        generator = kgan.models.stylegan2_generator((64, 64, 3), latent_dim=128)
        styles = generator.mapping(keras.random.normal((8, 128)), truncation=0.7)
        images = generator.synthesis(styles)
        ```

    Source: Karras et al. (2020), Analyzing and Improving the Image Quality of StyleGAN,
    figure 2 and section 3.
    """

    # Samplers hand it ψ, instead of moving the latents themselves.
    truncates = True

    def __init__(
        self,
        mapping_network: keras.Model,
        synthesis: keras.Model,
        style_mixing: float = 0.9,
        center_decay: float = 0.995,
        name: str = "generator",
    ):
        truncation = Truncation(
            synthesis.input_shape[1], center_decay, name="truncation"
        )
        inputs = [
            keras.Input(x.shape[1:], dtype=x.dtype, name=x.name)
            for x in mapping_network.inputs
        ]
        inputs = inputs if len(inputs) > 1 else inputs[0]
        super().__init__(
            inputs, synthesis(truncation(mapping_network(inputs))), name=name
        )
        self.style_mixing = arguments.unit_interval("style_mixing", style_mixing)
        self.center_decay = center_decay
        self.mapping_network, self.synthesis = mapping_network, synthesis
        self.truncation = truncation
        self.other_latents = OtherLatents(name="other_latents", dtype="float32")
        self.mixing = StyleMixing(style_mixing, name="mixing", dtype="float32")

    @property
    def num_styles(self) -> int:
        """Number of layers that take a style."""
        return self.synthesis.input_shape[1]

    def call(self, inputs, training=None, truncation=1.0, cutoff=None):
        return self.synthesis(self.mapping(inputs, truncation, cutoff))

    def mapping(self, inputs: Any, truncation: Any = 1.0, cutoff: Any = None) -> Any:
        """Returns a style for each layer, float32 `(batch, layers, width)`.

        Args:
            inputs: Latents, or latents and labels, as the model takes them.
            truncation: ψ, as in `kgan.layers.Truncation`.
            cutoff: Number of layers that it moves; None: all.
        """
        styles = self.truncation(
            self.mapping_network(inputs), truncation=truncation, cutoff=cutoff
        )
        if not self.style_mixing:
            return styles
        several = isinstance(inputs, (list, tuple))
        latents, *condition = map(
            ops.convert_to_tensor, inputs if several else [inputs]
        )
        latents = self.other_latents(latents)
        others = self.mapping_network([latents, *condition] if condition else latents)
        others = ops.repeat(others[:, None], self.num_styles, axis=1)
        return self.mixing([styles, others])

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "mapping_network": serialize(self.mapping_network),
            "synthesis": serialize(self.synthesis),
            "style_mixing": self.style_mixing,
            "center_decay": self.center_decay,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        load = keras.saving.deserialize_keras_object
        parts = ("mapping_network", "synthesis")
        loaded = {name: load(config[name], custom_objects) for name in parts}
        return cls(**config | loaded)


def style_mapping(
    latent_dim: int | None,
    w_dim: int,
    depth: int = 8,
    num_classes: int | None = None,
    lr_multiplier: float = 0.01,
    name: str = "mapping",
) -> keras.Model:
    """Builds a mapping network of equalised dense layers, in float32.

    Latents, and what becomes of a class, are normalised to a mean square of 1 and
    joined. Karras et al. (2019), section 2, as in the authors' program.

    Args:
        latent_dim: Number of components of a latent; None: it takes classes alone.
        w_dim: Width of w and of all layers.
        depth: Number of layers.
        num_classes: Number of classes, or None.
        lr_multiplier: How much slower than others its layers learn.

    Returns:
        A Functional model from latents, or `[latents, labels]`, or labels, to w.
    """
    w_dim = check_integer("w_dim", w_dim, 1)
    depth = check_integer("mapping_layers", depth, 1)
    inputs, parts = [], []
    if latent_dim is not None:
        latent_dim = check_integer("latent_dim", latent_dim, 1)
        inputs.append(keras.Input((latent_dim,), dtype="float32", name="latents"))
        parts.append(_normalized("latents", inputs[-1]))
    if check_num_classes(num_classes) is not None:
        inputs.append(keras.Input((), dtype="int32", name="labels"))
        embed = EqualizedEmbedding(num_classes, w_dim, name="embed", dtype="float32")
        parts.append(_normalized("class", embed(inputs[-1])))
    x = parts[0]
    if len(parts) > 1:
        x = layers.Concatenate(name="join_class", dtype="float32")(parts)
    for place in range(depth):
        x = EqualizedDense(
            w_dim,
            "leaky_relu",
            lr_multiplier=lr_multiplier,
            name=f"fc_{place}",
            dtype="float32",
        )(x)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], x, name=name)


def _normalized(what, x):
    return PixelNormalization(name=f"normalize_{what}", dtype="float32")(x)


def style_synthesis(
    stages: Sequence[Stage],
    channels: int,
    w_dim: int,
    noise: bool = True,
    name: str = "synthesis",
) -> keras.Model:
    """Builds a synthesis whose stages each add to the image: the skip architecture.

    A stage has two convolutions, the first one not, and one to colours, which has the
    same style as the first of the next stage. Karras et al. (2020), Analyzing and
    Improving the Image Quality of StyleGAN, figures 2c and 7b.

    Args:
        stages: Of `kgan.models.style_stages.stages`.
        channels: Of the images.
        w_dim: Width of w.
        noise: Whether each convolution has a `kgan.layers.NoiseInjection`.

    Returns:
        A Functional model from styles `(batch, 2 stages, w_dim)` to images.
    """
    styles = keras.Input((2 * len(stages), w_dim), dtype="float32", name="styles")
    each = ops.unstack(styles, axis=1)
    image, place = None, 0
    for stage in stages:
        if image is None:
            shape = (*stage.size, stage.channels)
            x = LearnedConstant(shape, name=f"{stage.name}_const", dtype="float32")(
                each[0]
            )
        else:
            x = _convolution(stage, "conv0", noise, "up")([x, each[place]])
            place += 1
        x = _convolution(stage, "conv1", noise)([x, each[place]])
        place += 1
        colors = ModulatedConv2D(
            channels,
            1,
            demodulate=False,
            clamp=stage.clamp,
            name=f"{stage.name}_torgb",
            dtype=stage.dtype,
        )([x, each[place]])
        image = _added(stage, image, colors)
    return keras.Model(styles, image, name=name)


def _convolution(stage, name, noise, resampling=None):
    return ModulatedConv2D(
        stage.channels,
        resampling=resampling,
        noise=noise,
        activation="leaky_relu",
        clamp=stage.clamp,
        name=f"{stage.name}_{name}",
        dtype=stage.dtype,
    )


def _added(stage, image, colors):
    """Adds a stage's colours to the enlarged image before, in float32."""
    colors = layers.Identity(name=f"{stage.name}_colors", dtype="float32")(colors)
    if image is None:
        return colors
    image = FIRUpSampling2D(name=f"{stage.name}_enlarge", dtype="float32")(image)
    return layers.Add(name=f"{stage.name}_add", dtype="float32")([image, colors])
