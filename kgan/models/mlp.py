"""Fully connected networks for data of any shape: points `(d,)` or small images.

The networks of Goodfellow et al. (2014), Generative Adversarial Nets, section 5:
rectifiers in the generator, maxout and dropout in the discriminator. The recipe
`mnist_mlp` has the authors' published configuration for MNIST but for the kernels'
initializers, `RandomUniform(-0.05, 0.05)` in G and `RandomUniform(-0.005, 0.005)` in D.
Two things differ: pixels lie in [-1, 1], so the last function is tanh(x) = 2σ(2x) − 1
where the paper has σ(x); and G's output bias starts at zero, where the authors start it
at the pixels' mean.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers

from kgan.layers import Dropout, Maxout, initializers
from kgan.models.heads import check_conditioning, judge, minibatch_deviation, normalized
from kgan.models.inputs import (
    check_data_shape,
    check_integer,
    join_one_hot,
    latent_inputs,
)
from kgan.models.packed import pack


def mlp_generator(
    data_shape: Sequence[int],
    latent_dim: int = 64,
    hidden: Sequence[int] = (512, 512),
    activation: str = "relu",
    output_activation: str | None = None,
    kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    bias_initializer: str | keras.initializers.Initializer = "zeros",
    num_classes: int | None = None,
    name: str = "generator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a fully connected generator.

    Args:
        data_shape: Shape of a sample: `(d,)` for points or `(height, width, channels)`
            for images.
        latent_dim: Number of latents of a sample.
        hidden: Units of each hidden layer, in the order of the computation.
        activation: Of the hidden layers, anything that `keras.activations.get` takes;
            `"leaky_relu"` has slope 0.2 below zero.
        output_activation: Of the output; None: tanh for images, whose range is [-1, 1],
            the identity for points.
        kernel_initializer: Of all kernels.
        bias_initializer: Of the hidden layers' biases. With zeros every unit has its
            kink at the origin of its inputs, a limitation in few dimensions.
        num_classes: Number of classes of a conditional network, or None.
        dtype: Dtype or policy of the hidden layers; None: the global policy. The output
            is always float32.

    Returns:
        A Functional `keras.Model` from `latents` of shape `(batch, latent_dim)`, or
        `[latents, labels]` with int32 labels of shape `(batch,)`, to float32 samples
        of shape `(batch, *data_shape)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `kgan.models.mlp_generator((2,), latent_dim=8, hidden=(64, 64))`

    Source: Goodfellow et al. (2014), section 5; with classes, Mirza and Osindero
    (2014), Conditional Generative Adversarial Nets.
    """
    data_shape = check_data_shape(data_shape)
    hidden = _check_hidden(hidden)
    inputs, x = latent_inputs(latent_dim, num_classes, dtype)
    if output_activation is None:
        output_activation = "linear" if len(data_shape) == 1 else "tanh"
    for index, units in enumerate(hidden, start=1):
        x = layers.Dense(
            units,
            activation=activation,
            kernel_initializer=initializers.fresh(kernel_initializer),
            bias_initializer=initializers.fresh(bias_initializer),
            name=f"hidden_{index}",
            dtype=dtype,
        )(x)
    x = layers.Dense(
        math.prod(data_shape),
        activation=output_activation,
        kernel_initializer=initializers.fresh(kernel_initializer),
        name="output",
        dtype="float32",
    )(x)
    samples = layers.Reshape(data_shape, name="samples", dtype="float32")(x)
    return keras.Model(inputs, samples, name=name)


def mlp_discriminator(
    data_shape: Sequence[int],
    hidden: Sequence[int] = (512, 512),
    activation: str = "leaky_relu",
    maxout_pieces: int | None = None,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    bias_initializer: str | keras.initializers.Initializer = "zeros",
    spectral_normalization: bool = False,
    minibatch_group: int | None = None,
    conditioning: str = "concatenation",
    heads: Mapping[str, int] | None = None,
    num_classes: int | None = None,
    name: str = "discriminator",
    dtype: Any = None,
) -> keras.Model:
    """Builds a fully connected discriminator; shared arguments as in `mlp_generator`.

    Args:
        maxout_pieces: If given, the hidden layers are `kgan.layers.Maxout` of so many
            pieces, and `activation` is not used.
        dropout: Share of the hidden units that are dropped in training, in [0, 1).
        input_dropout: Share of the data's entries that are dropped in training.
        spectral_normalization: Whether all linear maps are wrapped in
            `kgan.layers.SpectralNormalization`.
        minibatch_group: If given, `kgan.layers.MinibatchStandardDeviation` over so many
            examples precedes the logits.
        conditioning: Where the class enters D: `"concatenation"` at its input,
            `"projection"` at its logits (`kgan.layers.Projection`), or `"none"`, for a
            head of classes.
        heads: Dictionary of names and widths of further heads, as in `{"classes": 10}`,
            which `kgan.objectives` train; None for the logits alone.

    Returns:
        A Functional `keras.Model` from float32 data of shape `(batch, *data_shape)`,
        or `[data, labels]` with int32 labels of shape `(batch,)`, to float32 logits of
        shape `(batch, 1)`; with further heads to a dictionary of them and `"logits"`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `kgan.models.mlp_discriminator((2,), hidden=(64, 64), maxout_pieces=5)`
    """
    data_shape = check_data_shape(data_shape)
    hidden = _check_hidden(hidden)
    if spectral_normalization and maxout_pieces is not None:
        raise ValueError(
            "`maxout_pieces` must be None with spectral_normalization=True, which is "
            f"of linear maps. Received: {maxout_pieces!r}"
        )
    joined = check_conditioning(conditioning, num_classes)
    data = keras.Input(data_shape, dtype="float32", name="data")
    x = layers.Flatten(name="flatten", dtype=dtype)(data)
    x = _dropped(x, input_dropout, "input_dropout", dtype)
    inputs, x = join_one_hot(data, x, joined, dtype)
    hidden_layer = functools.partial(layers.Dense, activation=activation)
    if maxout_pieces is not None:
        pieces = check_integer("maxout_pieces", maxout_pieces, 1)
        hidden_layer = functools.partial(Maxout, pieces=pieces)
    for index, units in enumerate(hidden, start=1):
        layer = hidden_layer(
            units,
            kernel_initializer=initializers.fresh(kernel_initializer),
            bias_initializer=initializers.fresh(bias_initializer),
            name=f"hidden_{index}",
            dtype=dtype,
        )
        x = normalized(layer, spectral_normalization)(x)
        x = _dropped(x, dropout, f"dropout_{index}", dtype)
    x = minibatch_deviation(x, minibatch_group, dtype)
    return judge(
        x,
        inputs,
        num_classes,
        conditioning,
        heads,
        spectral_normalization,
        kernel_initializer,
        name,
    )


def mlp(
    data_shape: Sequence[int],
    latent_dim: int = 64,
    num_classes: int | None = None,
    generator_hidden: Sequence[int] = (512, 512),
    generator_activation: str = "relu",
    generator_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    output_activation: str | None = None,
    discriminator_hidden: Sequence[int] = (512, 512),
    discriminator_activation: str = "leaky_relu",
    discriminator_initializer: str | keras.initializers.Initializer = "glorot_uniform",
    maxout_pieces: int | None = None,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
    bias_initializer: str | keras.initializers.Initializer = "zeros",
    spectral_normalization: bool = False,
    minibatch_group: int | None = None,
    conditioning: str = "concatenation",
    heads: Mapping[str, int] | None = None,
    packing: int = 1,
    dtype: Any = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a generator and a discriminator, both fully connected.

    Args: those of `mlp_generator` and `mlp_discriminator`, with the prefix `generator_`
    or `discriminator_` where both have it (`initializer` is `kernel_initializer`), and
        packing: Number of samples that are judged together: see `kgan.models.Packed`.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `generator, discriminator = kgan.models.mlp((8, 8, 1), latent_dim=32)`
    """
    common = {
        "bias_initializer": bias_initializer,
        "num_classes": num_classes,
        "dtype": dtype,
    }
    generator = mlp_generator(
        data_shape,
        latent_dim,
        hidden=generator_hidden,
        activation=generator_activation,
        output_activation=output_activation,
        kernel_initializer=generator_initializer,
        **common,
    )
    discriminator = pack(
        mlp_discriminator,
        check_data_shape(data_shape),
        packing,
        hidden=discriminator_hidden,
        activation=discriminator_activation,
        maxout_pieces=maxout_pieces,
        dropout=dropout,
        input_dropout=input_dropout,
        kernel_initializer=discriminator_initializer,
        spectral_normalization=spectral_normalization,
        minibatch_group=minibatch_group,
        conditioning=conditioning,
        heads=heads,
        **common,
    )
    return generator, discriminator


def _check_hidden(hidden):
    if not isinstance(hidden, (tuple, list)):
        raise ValueError(f"`hidden` must be a tuple of integers. Received: {hidden!r}")
    return tuple(check_integer("hidden", units, 1) for units in hidden)


def _dropped(x, rate, name, dtype):
    return Dropout(rate, name=name, dtype=dtype)(x) if rate else x
