"""The third network of CUT, which projects patches of feature maps."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from kgan.models.inputs import check_integer
from kgan.models.translation_parts import Parts


def patch_projector(
    features: Sequence[Any],
    width: int = 256,
    initializer: str = "xavier",
    name: str = "projector",
) -> keras.Model:
    """Builds the network that CUT compares patches in: a small one for each layer.

    For each layer of the generator's encoder it has two dense layers with a ReLU
    between them, whose output is scaled to length 1. It works in float32.

    Args:
        features: Of each layer the channels, an integer, or a tensor whose last axis
            they are: `generator.encoder.outputs`.
        width: Units of the dense layers.
        initializer: Of the kernels: "xavier", as published, or "normal", N(0, 0.02²).

    Returns:
        A Functional `keras.Model` from a list of features, float32
        `(batch, patches, channels)` for each layer, to a list of vectors of length 1,
        `(batch, patches, width)`; of a single layer it is the tensor, as in Keras.

    Raises:
        ValueError: If an argument is out of its range.

    Example: `kgan.models.patch_projector([3, 128, 256, 256, 256])`

    Source: Park et al. (2020), Contrastive Learning for Unpaired Image-to-Image
    Translation, section 3.2 and appendix C.1.
    """
    width = check_integer("width", width, 1)
    parts = Parts(initializer=initializer)
    channels = [getattr(x, "shape", (x,))[-1] for x in features]
    if not channels:
        raise ValueError("`features` must name at least one layer. Received: none")
    inputs, outputs = [], []
    for place, count in enumerate(channels):
        count = check_integer("features", count, 1)
        x = keras.Input((None, count), name=f"features_{place}", dtype="float32")
        inputs.append(x)
        for number, activation in enumerate(("relu", None)):
            x = layers.Dense(
                width,
                activation,
                kernel_initializer=parts.kernel(),
                name=f"layer_{place}_dense_{number}",
                dtype="float32",
            )(x)
        x = layers.UnitNormalization(name=f"layer_{place}_norm", dtype="float32")(x)
        outputs.append(x)
    return keras.Model(inputs, outputs, name=name)
