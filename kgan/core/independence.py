"""Whether a network treats each example of a batch by itself, or packs of them."""

import math

import keras

# Kinds of layers none of whose outputs depends on another example, nor on chance; each
# kind of these with its number of dimensions.
_KINDS = {
    "": [
        *("InputLayer", "Identity", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU"),
        *("Dense", "Embedding", "Rescaling", "LayerNormalization"),
        *("GroupNormalization", "Flatten", "Reshape", "Permute", "RepeatVector"),
        *("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
        "Concatenate",
    ],
    "1D 2D": ["DepthwiseConv", "SeparableConv"],
    "1D 2D 3D": [
        *("Conv", "Cropping", "ZeroPadding", "UpSampling", "MaxPooling"),
        *("AveragePooling", "GlobalMaxPooling", "GlobalAveragePooling"),
    ],
    "1DTranspose 2DTranspose 3DTranspose": ["Conv"],
}
_BY_EXAMPLE = {
    getattr(keras.layers, kind + ending)
    for endings, kinds in _KINDS.items()
    for ending in endings.split(" ")
    for kind in kinds
}


def independent(network):
    """Returns whether two batches may go through a network, or a layer, as one.

    It is true where every layer is known not to look at a batch as a whole, as
    BatchNormalization does, and to draw nothing. Of other layers than Keras' own
    nothing is known, unless they say so by an attribute `by_example = True`.
    """
    return rows_together(network) == 1


def rows_together(network):
    """Returns how many successive rows of a batch a network looks at together.

    Two batches that are multiples of it may go through the network as one. It is 1
    where examples are independent, and None where nothing is known: see `independent`.
    A layer says more than 1 by an attribute `rows_together`.
    """
    # A subclass may do anything between its layers.
    if isinstance(network, keras.Model) and _is_of_keras(type(network)):
        # The operations, not the layers: a Functional model may also hold `keras.ops`.
        parts = getattr(network, "operations", network.layers)
        counts = [rows_together(part) for part in parts]
        return None if None in counts else math.lcm(*counts)
    if type(network) in _BY_EXAMPLE:
        # A user's own activation may do anything as well.
        activation = getattr(network, "activation", None)
        return 1 if activation is None or _is_of_keras(activation) else None
    if getattr(network, "by_example", False):
        return 1
    return getattr(network, "rows_together", None)


def _is_of_keras(thing):
    return thing.__module__.startswith("keras.")
