"""What a discriminator says at its end: its logits, by class or not, and other heads.

How a discriminator is told the class, and what else it says, is the same for all
families: `kgan.models.mlp_discriminator` says what the arguments mean.
"""

import keras
from keras import layers

from kgan.core import registry
from kgan.layers import Projection, SpectralNormalization
from kgan.models.inputs import check_integer, check_num_classes, fresh_initializer

# How a discriminator is told the class: by its input, by its logits, not at all.
CONDITIONINGS = ("concatenation", "projection", "none")


def check_conditioning(conditioning, num_classes):
    """Gives the number of classes that are joined to the input, None for none.

    Raises:
        ValueError: If there is no such conditioning, or no labels for it.
    """
    if conditioning not in CONDITIONINGS:
        expected = "`conditioning` must be one of"
        raise ValueError(registry.unknown(expected, conditioning, CONDITIONINGS))
    num_classes = check_num_classes(num_classes)
    if conditioning == "projection" and num_classes is None:
        raise ValueError(
            "`conditioning` must not be 'projection' without labels, of which it takes "
            "the inner product with the features: give `num_classes`. Received: "
            "num_classes=None"
        )
    return num_classes if conditioning == "concatenation" else None


def normalized(layer, spectral):
    """Gives a layer under spectral normalisation, if it is asked for."""
    return SpectralNormalization(layer, name=layer.name) if spectral else layer


def judge(
    x, inputs, num_classes, conditioning, heads, spectral, kernel_initializer, name
):
    """Makes a discriminator from its features.

    Args:
        x: Symbolic features of shape `(batch, units)`.
        inputs: Symbolic inputs so far.
        num_classes: Number of classes, or None.
        conditioning: One of `CONDITIONINGS`.
        heads: Dictionary of names and widths of further heads, or None.
        spectral: Whether linear maps are under spectral normalisation.
        kernel_initializer: Of the linear maps.
        name: Name of the model.

    Returns:
        A Functional `keras.Model` to float32 logits of shape `(batch, 1)`; with heads
        to a dictionary with `"logits"` and each head of shape `(batch, width)`.
    """

    def linear(width, name):
        initializer = fresh_initializer(kernel_initializer)
        layer = layers.Dense(
            width, kernel_initializer=initializer, name=name, dtype="float32"
        )
        return normalized(layer, spectral)(x)

    if conditioning == "projection":
        labels = keras.Input((), dtype="int32", name="labels")
        head = Projection(
            num_classes,
            kernel_initializer=fresh_initializer(kernel_initializer),
            embeddings_initializer=fresh_initializer(kernel_initializer),
            spectral_normalization=spectral,
            name="logits",
            dtype="float32",
        )
        inputs, logits = [inputs, labels], head([x, labels])
    else:
        logits = linear(1, "logits")
    named = {
        head: linear(check_integer(f"heads[{head!r}]", width, 1), head)
        for head, width in _check_heads(heads, keras.Model(inputs, x)).items()
    }
    outputs = {"logits": logits, **named} if named else logits
    return keras.Model(inputs, outputs, name=name)


def _check_heads(heads, features):
    """Gives the further heads, whose names no layer of the features may have."""
    if heads is None:
        return {}
    named = isinstance(heads, dict) and all(isinstance(name, str) for name in heads)
    if not named or "logits" in heads:
        raise ValueError(
            "`heads` must be a dictionary of names, other than 'logits', and widths, "
            f"as in {{'classes': 10}}. Received: {heads!r}"
        )
    taken = sorted({layer.name for layer in features.layers} & set(heads))
    if taken:
        raise ValueError(
            f"`heads` must have other names than the layers before them. Received: "
            f"{', '.join(taken)}"
        )
    return heads
