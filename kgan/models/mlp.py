"""Fully connected networks for data of any shape: points `(d,)` or small images.

They are the networks of Goodfellow et al. (2014), Generative Adversarial Nets,
section 5: rectifiers in the generator, maxout and dropout in the discriminator. The
paper's pair for MNIST, as the authors' published configuration has it:

```python
generator, discriminator = kgan.models.mlp(
    (28, 28, 1),
    latent_dim=100,
    generator_hidden=(1200, 1200),
    generator_initializer=keras.initializers.RandomUniform(-0.05, 0.05),
    discriminator_hidden=(240, 240),
    discriminator_initializer=keras.initializers.RandomUniform(-0.005, 0.005),
    maxout_pieces=5,
    input_dropout=0.2,
    dropout=0.5,
)
prior = kgan.priors.Uniform(100, minimum=-(3**0.5), maximum=3**0.5)
```

Two things differ. Pixels lie in [-1, 1], so the last function is tanh(x) = 2σ(2x) − 1
where the paper has σ(x); and the generator's output bias starts at zero, where the
authors start it at the pixels' mean.
"""

import math

import keras
from keras import layers

from kgan.layers import Dropout, Maxout, MinibatchStandardDeviation
from kgan.models.heads import check_conditioning, judge, normalized
from kgan.models.inputs import (
    check_data_shape,
    check_integer,
    check_num_classes,
    fresh_initializer,
    is_image_shape,
    join_one_hot,
    latent_inputs,
)
from kgan.models.packed import pack


def mlp_generator(
    data_shape,
    latent_dim=64,
    hidden=(512, 512),
    activation="relu",
    output_activation=None,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    num_classes=None,
    name="generator",
    dtype=None,
):
    """Builds a fully connected generator.

    Args:
        data_shape: Shape of a sample: `(d,)` for points or `(height, width, channels)`
            for images.
        latent_dim: Number of latents of a sample.
        hidden: Units of each hidden layer, from the latents on.
        activation: Of the hidden layers, anything that `keras.activations.get` takes;
            `"leaky_relu"` has slope 0.2 below zero.
        output_activation: Of the output; None takes tanh for images, whose range is
            [-1, 1], and the identity for points.
        kernel_initializer: Of all kernels.
        bias_initializer: Of the hidden layers' biases. With zeros every unit has its
            kink at the origin of its inputs, which few dimensions make up for.
        num_classes: Number of classes of a conditional generator, or None.
        name: Name of the model.
        dtype: Dtype or policy of the hidden layers; None takes the global policy. The
            output is float32 always.

    Returns:
        A Functional `keras.Model` from `latents` of shape `(batch, latent_dim)`, or
        `[latents, labels]` with int32 labels of shape `(batch,)`, to float32 samples
        of shape `(batch, *data_shape)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        ```python
        generator = kgan.models.mlp_generator((2,), latent_dim=8, hidden=(64, 64))
        points = generator(keras.random.normal((16, 8)))
        ```

    Source: Goodfellow et al. (2014), section 5; with classes, Mirza and Osindero
    (2014), Conditional Generative Adversarial Nets.
    """
    data_shape = check_data_shape(data_shape)
    hidden = _check_hidden(hidden)
    inputs, x = latent_inputs(latent_dim, num_classes, dtype)
    if output_activation is None:
        output_activation = "tanh" if is_image_shape(data_shape) else "linear"
    for index, units in enumerate(hidden, start=1):
        x = layers.Dense(
            units,
            activation=activation,
            kernel_initializer=fresh_initializer(kernel_initializer),
            bias_initializer=fresh_initializer(bias_initializer),
            name=f"hidden_{index}",
            dtype=dtype,
        )(x)
    x = layers.Dense(
        math.prod(data_shape),
        activation=output_activation,
        kernel_initializer=fresh_initializer(kernel_initializer),
        name="output",
        dtype="float32",
    )(x)
    samples = layers.Reshape(data_shape, name="samples", dtype="float32")(x)
    return keras.Model(inputs, samples, name=name)


def mlp_discriminator(
    data_shape,
    hidden=(512, 512),
    activation="leaky_relu",
    maxout_pieces=None,
    dropout=0.0,
    input_dropout=0.0,
    kernel_initializer="glorot_uniform",
    bias_initializer="zeros",
    spectral_normalization=False,
    minibatch_group=None,
    conditioning="concatenation",
    heads=None,
    num_classes=None,
    name="discriminator",
    dtype=None,
):
    """Builds a fully connected discriminator.

    Args:
        data_shape: Shape of an example: `(d,)` for points or
            `(height, width, channels)` for images.
        hidden: Units of each hidden layer, from the data on.
        activation: Of the hidden layers, anything that `keras.activations.get` takes;
            `"leaky_relu"` has slope 0.2 below zero.
        maxout_pieces: Where given, the hidden layers are `kgan.layers.Maxout` of so
            many pieces, and `activation` has no part.
        dropout: Share of the hidden units that are dropped in training, in [0, 1).
        input_dropout: Share of the data's entries that are dropped in training.
        kernel_initializer: Of all kernels.
        bias_initializer: Of the hidden layers' biases. With zeros every unit has its
            kink at the origin of its inputs, which few dimensions make up for.
        spectral_normalization: Whether all linear maps are under
            `kgan.layers.SpectralNormalization`.
        minibatch_group: Where given, `kgan.layers.MinibatchStandardDeviation` over so
            many examples stands before the logits.
        conditioning: How D is told the class, where there are classes: by
            `"concatenation"` at its input, by `"projection"` at its logits
            (`kgan.layers.Projection`), or not: `"none"`, for a head of classes.
        heads: Dictionary of names and widths of further heads, as in `{"classes": 10}`,
            which `kgan.objectives` train; None for the logits alone.
        num_classes: Number of classes of a conditional discriminator, or None.
        name: Name of the model.
        dtype: Dtype or policy of the hidden layers; None takes the global policy. The
            logits are float32 always.

    Returns:
        A Functional `keras.Model` from float32 data of shape `(batch, *data_shape)`,
        or `[data, labels]` with int32 labels of shape `(batch,)`, to float32 logits of
        shape `(batch, 1)`; with further heads to a dictionary of them and `"logits"`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        ```python
        discriminator = kgan.models.mlp_discriminator((2,), hidden=(64, 64))
        logits = discriminator(keras.random.normal((16, 2)))
        ```

    Source: Goodfellow et al. (2014), section 5; with classes, Mirza and Osindero
    (2014), Conditional Generative Adversarial Nets.
    """
    data_shape = check_data_shape(data_shape)
    hidden = _check_hidden(hidden)
    if spectral_normalization and maxout_pieces is not None:
        raise ValueError(
            "`maxout_pieces` must be None with spectral_normalization=True, which is "
            f"of linear maps. Received: {maxout_pieces!r}"
        )
    joined = check_conditioning(conditioning, num_classes)
    inputs, x = _data_inputs(data_shape, input_dropout, joined, dtype)
    make_hidden = _hidden_layer(activation, maxout_pieces)
    for index, units in enumerate(hidden, start=1):
        layer = make_hidden(
            units,
            kernel_initializer=fresh_initializer(kernel_initializer),
            bias_initializer=fresh_initializer(bias_initializer),
            name=f"hidden_{index}",
            dtype=dtype,
        )
        x = normalized(layer, spectral_normalization)(x)
        x = _dropped(x, dropout, f"dropout_{index}", dtype)
    if minibatch_group is not None:
        x = MinibatchStandardDeviation(
            minibatch_group, name="minibatch_deviation", dtype=dtype
        )(x)
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
    data_shape,
    latent_dim=64,
    num_classes=None,
    generator_hidden=(512, 512),
    generator_activation="relu",
    generator_initializer="glorot_uniform",
    output_activation=None,
    discriminator_hidden=(512, 512),
    discriminator_activation="leaky_relu",
    discriminator_initializer="glorot_uniform",
    maxout_pieces=None,
    dropout=0.0,
    input_dropout=0.0,
    bias_initializer="zeros",
    spectral_normalization=False,
    minibatch_group=None,
    conditioning="concatenation",
    heads=None,
    packing=1,
    dtype=None,
):
    """Builds the pair of fully connected networks.

    Args:
        data_shape: Shape of an example: `(d,)` for points or
            `(height, width, channels)` for images.
        latent_dim: Number of latents of a sample.
        num_classes: Number of classes of conditional networks, or None.
        generator_hidden: `hidden` of `mlp_generator`.
        generator_activation: `activation` of `mlp_generator`.
        generator_initializer: `kernel_initializer` of `mlp_generator`.
        output_activation: As in `mlp_generator`.
        discriminator_hidden: `hidden` of `mlp_discriminator`.
        discriminator_activation: `activation` of `mlp_discriminator`.
        discriminator_initializer: `kernel_initializer` of `mlp_discriminator`.
        maxout_pieces: As in `mlp_discriminator`.
        dropout: As in `mlp_discriminator`.
        input_dropout: As in `mlp_discriminator`.
        bias_initializer: As in both.
        spectral_normalization: As in `mlp_discriminator`.
        minibatch_group: As in `mlp_discriminator`.
        conditioning: As in `mlp_discriminator`.
        heads: As in `mlp_discriminator`.
        packing: How many samples the discriminator judges together: see
            `kgan.models.Packed`.
        dtype: Dtype or policy of the hidden layers of both.

    Returns:
        The generator and the discriminator.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        ```python
        generator, discriminator = kgan.models.mlp((8, 8, 1), latent_dim=32)
        ```
    """
    generator = mlp_generator(
        data_shape,
        latent_dim=latent_dim,
        hidden=generator_hidden,
        activation=generator_activation,
        output_activation=output_activation,
        kernel_initializer=generator_initializer,
        bias_initializer=bias_initializer,
        num_classes=num_classes,
        dtype=dtype,
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
        bias_initializer=bias_initializer,
        spectral_normalization=spectral_normalization,
        minibatch_group=minibatch_group,
        conditioning=conditioning,
        heads=heads,
        num_classes=num_classes,
        dtype=dtype,
    )
    return generator, discriminator


def _check_hidden(hidden):
    if not isinstance(hidden, (tuple, list)):
        raise ValueError(f"`hidden` must be a tuple of integers. Received: {hidden!r}")
    return tuple(check_integer("hidden", units, 1) for units in hidden)


def _hidden_layer(activation, maxout_pieces):
    """Returns what makes a hidden layer from its units and the common arguments."""
    if maxout_pieces is None:
        return lambda units, **kwargs: layers.Dense(
            units, activation=activation, **kwargs
        )
    pieces = check_integer("maxout_pieces", maxout_pieces, 1)
    return lambda units, **kwargs: Maxout(units, pieces, **kwargs)


def _dropped(x, rate, name, dtype):
    return Dropout(rate, name=name, dtype=dtype)(x) if rate else x


def _data_inputs(data_shape, input_dropout, num_classes, dtype):
    num_classes = check_num_classes(num_classes)
    data = keras.Input(data_shape, dtype="float32", name="data")
    x = layers.Flatten(name="flatten", dtype=dtype)(data)
    x = _dropped(x, input_dropout, "input_dropout", dtype)
    if num_classes is None:
        return data, x
    labels, x = join_one_hot(x, num_classes, dtype)
    return [data, labels], x
