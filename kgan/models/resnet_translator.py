"""The residual translator of CycleGAN and CUT, in two parts."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.core import registry
from kgan.layers import (
    BilinearUpSampling2D,
    BlurPooling2D,
    CropLike,
    PadToMultiple,
    ReflectionPadding2D,
)
from kgan.models.inputs import check_integer
from kgan.models.translation_parts import Parts, check_shape

_STAGES = 2
# What divides the sides; of the smallest maps, 2 pixels, one is reflected.
_MULTIPLE, _LEAST = 4, 8
# Of its encoder CUT takes no block behind the fifth.
_LAST_OF_CUT = 5


@keras.saving.register_keras_serializable(package="kgan")
class ResNetTranslator(keras.Model):
    """A translator in two parts: G(x) = decoder(encoder(x)'s last feature map).

    `kgan.models.resnet_translator` builds it. Input: float32 images
    `(batch, height, width, channels)`. Output: float32 images of that size in [−1, 1].

    Args:
        encoder: A Functional `keras.Model` from images to a list of feature maps.
        decoder: A Functional `keras.Model` from the last of these to images.

    Example:
        ```python
        generator = kgan.models.resnet_translator((64, 64, 3), blocks=6)
        features = generator.features(images)
        ```
    """

    def __init__(
        self, encoder: keras.Model, decoder: keras.Model, name: str = "generator"
    ):
        source = keras.Input(encoder.inputs[0].shape[1:], name="source")
        translated = decoder(_listed(encoder(source))[-1])
        sides = source.shape[1:3]
        if None in sides or translated.shape[1:3] != sides:
            translated = CropLike(name="cut", dtype="float32")([translated, source])
        super().__init__(source, translated, name=name)
        self.encoder, self.decoder = encoder, decoder

    def features(self, images: Any, training: bool | None = None) -> list[Any]:
        """Returns feature maps of images, floats `(batch, height, width, channels)`.

        Args:
            images: As the model takes them.
            training: As of a call of the model.
        """
        return _listed(self.encoder(images, training=training))

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        parts = {"encoder": self.encoder, "decoder": self.decoder}
        return {"name": self.name, **{n: serialize(p) for n, p in parts.items()}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        load = keras.saving.deserialize_keras_object
        parts = {n: load(config[n], custom_objects) for n in ("encoder", "decoder")}
        return cls(**parts, name=config["name"])


def _listed(features):
    return list(features) if isinstance(features, (list, tuple)) else [features]


def resnet_translator(
    source_shape: Sequence[int | None],
    target_channels: int | None = None,
    width: int = 64,
    blocks: int = 9,
    upsampling: str = "transposed",
    normalization: str = "instance",
    test_statistics: str = "image",
    dropout: float = 0.0,
    dropout_at_test: bool = False,
    features: Sequence[str] | None = None,
    use_bias: bool | None = None,
    initializer: str = "normal",
    name: str = "generator",
    dtype: Any = None,
) -> ResNetTranslator:
    """Builds a residual translator: CycleGAN's generator, and CUT's.

    Two stages halve the image, `blocks` residual ones change it, two double it again.
    Borders are reflected; sides that 4 does not divide, and those that are not known,
    are padded so, and the output is cut to the size of the source. With 3 channels and
    64 of width there are 11,378,179 trainable parameters with 9 blocks, which are
    published for 256 pixels, and 7,837,699 with 6, for 128.

    Args:
        source_shape: `(height, width, channels)` of the sources; sides may be None: of
            any size, for each batch anew.
        target_channels: Channels of the targets. None: as the sources have.
        width: Channels of the first convolution; the next two double them.
        blocks: Number of residual blocks.
        upsampling: How sides are halved and doubled. "transposed": by convolutions with
            stride 2 and transposed ones, as in CycleGAN; "resize": in place of the
            latter pixels are repeated before a convolution, which leaves no
            checkerboards; "antialiased": as in CUT, convolutions with stride 1 before
            `kgan.layers.BlurPooling2D` and behind bilinear interpolation.
        normalization: "instance", or "batch" with a scale and a shift.
        test_statistics: What "batch" normalises by at test time: "image", each image by
            itself, as published, or "moving", the averages of training; see
            `kgan.layers.BatchNormalization`.
        dropout: Rate of dropout within the blocks; none in CycleGAN and CUT.
        dropout_at_test: Whether dropout acts at test time as well, by a mask that is
            the same in each call: `at_test` of `kgan.layers.Dropout`.
        features: Names of the encoder's layers whose outputs `features` returns, in
            their order; the decoder begins behind the last. None: the five of CUT,
            "padded", the padded image; "down_0" and "down_1", the convolutions behind
            which sides are halved; "block_0" and "block_4", or the last one.
        use_bias: Whether convolutions have a bias that the normalisation behind them
            takes away again. None: as published, with instance normalisation.
        initializer: Of the kernels: "normal", N(0, 0.02²), or "xavier", CUT's.
        dtype: Dtype or policy of the hidden layers; the output is always float32.

    Returns:
        A `ResNetTranslator` from images to images in [−1, 1].

    Raises:
        ValueError: If an argument is out of its range.

    Source: Zhu et al. (2017), Unpaired Image-to-Image Translation using
    Cycle-Consistent Adversarial Networks, section 7.2; Park et al. (2020), Contrastive
    Learning for Unpaired Image-to-Image Translation, appendix C.1.
    """
    shape = check_shape("source_shape", source_shape)
    registry.check_known("`upsampling` must be one of", upsampling, list(_UPSAMPLINGS))
    blocks = check_integer("blocks", blocks, 1)
    features = _places(features, blocks)
    parts = Parts(normalization, initializer, test_statistics, dtype)
    use_bias = not parts.by_batch if use_bias is None else use_bias
    layers_of = _UPSAMPLINGS[upsampling](parts, use_bias, dropout, dropout_at_test)
    source = x = keras.Input(shape, name="source")
    if any(side is None or side % _MULTIPLE or side < _LEAST for side in shape[:2]):
        x = PadToMultiple(_MULTIPLE, _LEAST, name="pad", dtype=dtype)(x)
    steps = layers_of.steps(
        check_integer("width", width, 1), blocks, target_channels or shape[-1]
    )
    encoder, seen = None, []
    for place, step in steps:
        x = step(x)
        if place in features:
            seen.append(x)
        if place == features[-1]:
            encoder = keras.Model(source, seen, name="encoder")
            x = begin = keras.Input(x.shape[1:], dtype=x.dtype, name="features")
    return ResNetTranslator(encoder, keras.Model(begin, x, name="decoder"), name=name)


def _places(features, blocks):
    """Returns the names of the layers whose outputs are features, checked."""
    known = ["padded", "down_0", "down_1", *(f"block_{n}" for n in range(blocks))]
    if features is None:
        # One block is the first and the last.
        last = f"block_{min(blocks, _LAST_OF_CUT) - 1}"
        features = dict.fromkeys([*known[:4], last])
    features = list(features)
    if not features or features != [name for name in known if name in features]:
        raise ValueError(
            "`features` must be names of layers in their order, of "
            f"{', '.join(known)}. Received: {features}"
        )
    return features


class _Layers:
    """Applies the layers of a translator, step by step.

    Args:
        parts: `Parts` that builds them.
        use_bias: Whether convolutions before a normalisation have a bias.
        dropout: Rate within the blocks.
        at_test: Whether it acts at test time.
    """

    def __init__(self, parts, use_bias, dropout, at_test):
        self.parts, self.use_bias = parts, use_bias
        self.dropout, self.at_test = dropout, at_test

    def steps(self, width, blocks, channels):
        """Yields pairs: a name, and a function from features to features."""
        yield "padded", self.reflected(3, "padded")
        yield "first", self.normalised("first", width, size=7, padding="valid")
        for stage in range(_STAGES):
            width *= 2
            yield from self.down(f"down_{stage}", width)
        for number in range(blocks):
            yield f"block_{number}", self.block(f"block_{number}", width, number)
        for stage in range(_STAGES):
            width //= 2
            yield f"up_{stage}", self.up(f"up_{stage}", width)
        yield "image", self.image(channels)

    def reflected(self, margin, name):
        return ReflectionPadding2D(margin, name=name, dtype=self.parts.dtype)

    def convolution(self, name, filters, size=3, up=False, **options):
        """Builds a convolution before a normalisation."""
        options["use_bias"] = self.use_bias
        return self.parts.convolution(filters, size, name, up, **options)

    def activated(self, name):
        norm = self.parts.norm(f"{name}_norm")
        relu = layers.ReLU(name=f"{name}_relu", dtype=self.parts.dtype)
        return lambda x: relu(norm(x))

    def normalised(self, name, *arguments, **options):
        convolve = self.convolution(name, *arguments, **options)
        activate = self.activated(name)
        return lambda x: activate(convolve(x))

    def down(self, name, filters):
        # Published are images padded by 1 on all sides; of even ones every second
        # place needs the first row and column of it alone. "same" has the last.
        pad = layers.ZeroPadding2D(
            ((1, 0), (1, 0)), name=f"{name}_pad", dtype=self.parts.dtype
        )
        options = {"strides": 2, "padding": "valid"}
        convolve = self.convolution(name, filters, **options)
        yield name, lambda x: convolve(pad(x))
        yield f"{name}_relu", self.activated(name)

    def block(self, name, filters, number):
        """Returns a residual block: x plus two convolutions of it."""

        def added(x):
            y = x
            for place in range(2):
                y = self.reflected(1, f"{name}_pad_{place}")(y)
                label = f"{name}_conv_{place}"
                y = self.convolution(label, filters, padding="valid")(y)
                y = self.parts.norm(f"{label}_norm")(y)
                if not place:
                    relu = layers.ReLU(name=f"{label}_relu", dtype=self.parts.dtype)
                    y = self.dropped(relu(y), f"{name}_dropout", number)
            return layers.Add(name=name, dtype=self.parts.dtype)([x, y])

        return added

    def dropped(self, x, name, seed):
        if not self.dropout:
            return x
        return self.parts.dropout(self.dropout, name, seed, self.at_test)(x)

    def image(self, channels):
        pad = self.reflected(3, "output_pad")
        convolve = self.parts.convolution(channels, 7, "output", padding="valid")
        tanh = layers.Activation("tanh", name="image", dtype="float32")
        return lambda x: tanh(convolve(pad(x)))


class _Transposed(_Layers):
    """Sides are doubled by transposed convolutions."""

    def up(self, name, filters):
        options = {"strides": 2, "padding": "valid"}
        convolve = self.convolution(name, filters, up=True, **options)
        # Published is a padding of 1, with one more row and column behind.
        cut = layers.Cropping2D(
            ((1, 0), (1, 0)), name=f"{name}_cut", dtype=self.parts.dtype
        )
        activate = self.activated(name)
        return lambda x: activate(cut(convolve(x)))


class _Resized(_Layers):
    """Sides are doubled by an interpolation before a convolution."""

    enlarging = layers.UpSampling2D  # by the nearest pixel

    def up(self, name, filters):
        enlarge = self.enlarging(name=f"{name}_enlarge", dtype=self.parts.dtype)
        convolve = self.normalised(name, filters)
        return lambda x: convolve(enlarge(x))


class _Antialiased(_Resized):
    """Sides are halved behind a filter as well.

    CUT doubles them by zeros between the pixels and outer(f, f) / 16, f = (1, 3, 3, 1),
    with the border repeated: that is bilinear interpolation.
    """

    enlarging = BilinearUpSampling2D

    def down(self, name, filters):
        blur = BlurPooling2D(name=f"{name}_blur", dtype=self.parts.dtype)
        activate = self.activated(name)
        yield name, self.convolution(name, filters)
        yield f"{name}_relu", lambda x: blur(activate(x))


_UPSAMPLINGS = {
    "transposed": _Transposed,
    "resize": _Resized,
    "antialiased": _Antialiased,
}
