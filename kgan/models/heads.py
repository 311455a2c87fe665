"""Output layers of a discriminator: its logits, by class or not, and further heads."""

import keras
from keras import layers

from kgan.core import registry
from kgan.layers import (
    MinibatchStandardDeviation,
    Projection,
    SpectralNormalization,
    initializers,
)
from kgan.models.inputs import check_integer, check_num_classes

# Where the class enters a discriminator: its input, its logits, nowhere.
CONDITIONINGS = ("concatenation", "projection", "none")


def check_conditioning(conditioning, num_classes):
    """Returns the number of classes that are joined to the input, None for none.

    Raises a `ValueError` if there is no such conditioning, or no labels for it.
    """
    if conditioning not in CONDITIONINGS:
        expected = "`conditioning` must be one of"
        raise ValueError(registry.unknown(expected, conditioning, CONDITIONINGS))
    num_classes = check_num_classes(num_classes)
    if conditioning == "projection" and num_classes is None:
        raise ValueError(
            "`conditioning` must not be 'projection' without labels, whose inner "
            "product with the features it computes: set `num_classes`. Received: "
            "num_classes=None"
        )
    return num_classes if conditioning == "concatenation" else None


def normalized(layer, spectral):
    """Returns the layer, wrapped in `SpectralNormalization` if `spectral`."""
    return SpectralNormalization(layer, name=layer.name) if spectral else layer


def minibatch_deviation(x, group, dtype):
    """Appends `MinibatchStandardDeviation` unless `group` is None."""
    if group is None:
        return x
    return MinibatchStandardDeviation(group, name="minibatch_deviation", dtype=dtype)(x)


def judge(
    x, inputs, num_classes, conditioning, heads, spectral, kernel_initializer, name
):
    """Builds a discriminator from its inputs so far and its features x, both symbolic.

    x has the shape `(batch, units)`; the other arguments are those of
    `kgan.models.mlp_discriminator`. Returns a Functional `keras.Model` to float32
    logits of shape `(batch, 1)`; with heads to a dictionary with `"logits"` and each
    head of shape `(batch, width)`.
    """

    def linear(width, name):
        initializer = initializers.fresh(kernel_initializer)
        layer = layers.Dense(
            width, kernel_initializer=initializer, name=name, dtype="float32"
        )
        return normalized(layer, spectral)(x)

    if conditioning == "projection":
        labels = keras.Input((), dtype="int32", name="labels")
        head = Projection(
            num_classes,
            kernel_initializer=initializers.fresh(kernel_initializer),
            embeddings_initializer=initializers.fresh(kernel_initializer),
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
