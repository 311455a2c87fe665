"""Describes a sequential Keras network as a list of plain layers.

From the description the arithmetic of a step is counted and the PyTorch twin is built,
so that both follow the networks that are really trained.
"""

import math

import keras

_SILENT = (keras.layers.InputLayer, keras.layers.Activation)


def describe(network: keras.Model) -> list:
    """Lists the layers of a network without branches.

    Args:
        network: A Functional model whose layers follow one another.

    Returns:
        A list of dictionaries of JSON values: `kind`, the shapes `input` and `output`
        of one example, and what the kind needs.

    Raises:
        ValueError: If there is a layer of a kind that no recipe measured here has.
    """
    layers = [layer for layer in network.layers if not isinstance(layer, _SILENT)]
    return [_describe(layer) for layer in layers]


def _describe(layer):
    kind = type(layer).__name__
    if kind not in _KINDS:
        raise ValueError(
            f"A measured network has the layers {', '.join(_KINDS)}. Received: {kind}"
        )
    shapes = {"input": layer.input.shape[1:], "output": layer.output.shape[1:]}
    shapes = {name: list(shape) for name, shape in shapes.items()}
    return {"kind": kind, **shapes, **_KINDS[kind](layer)}


def _dense(layer):
    return {"bias": layer.use_bias, "activation": layer.activation.__name__}


def _convolution(layer):
    return {
        "kernel": list(layer.kernel_size),
        "stride": list(layer.strides),
        **_dense(layer),
    }


_KINDS = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "Conv2DTranspose": _convolution,
    "BatchNormalization": lambda layer: {
        "momentum": layer.momentum,
        "epsilon": layer.epsilon,
    },
    "ReLU": lambda layer: {},
    "LeakyReLU": lambda layer: {"slope": float(layer.negative_slope)},
    "Reshape": lambda layer: {},
    "Flatten": lambda layer: {},
}


def operations(layer: dict) -> int:
    """Counts the operations of a layer's forward pass for one example.

    A multiplication and an addition count as two; what is not a matrix product or a
    convolution counts nothing. Taps that fall on the padding are counted.
    """
    if layer["kind"] == "Dense":
        return 2 * math.prod(layer["input"]) * math.prod(layer["output"])
    if layer["kind"] not in ("Conv2D", "Conv2DTranspose"):
        return 0
    # Each pixel of the smaller image meets the whole kernel once.
    pixels = "output" if layer["kind"] == "Conv2D" else "input"
    height, width, _ = layer[pixels]
    channels = layer["input"][-1] * layer["output"][-1]
    return 2 * height * width * math.prod(layer["kernel"]) * channels


def step_operations(generator: list, discriminator: list, recipe) -> float:
    """Counts the operations of one round of the game, averaged over lazy penalties.

    With G and D for the operations of a forward pass over the batch, and G₁, D₁ for
    those of the first layer, whose input needs no gradient:

        update of D    G + 2 D (forward) + 2 (2 D − D₁) (backward, real and fake)
        R1             D (gradient at the input) + 2 D (the gradient of that), and
                       D (its own forward pass) where it is lazy, over the interval
        update of G    G + D (forward) + D + 2 G − G₁ (backward), and D where the loss
                       is relativistic

    Args:
        generator: Layers as `describe` lists them.
        discriminator: The same.
        recipe: A `kgan.recipes.Recipe`.

    Returns:
        Operations of `discriminator_steps` updates of D and `generator_steps` of G.
    """
    g, d = (sum(map(operations, layers)) for layers in (generator, discriminator))
    first_g, first_d = (
        next(filter(None, map(operations, layers)))
        for layers in (generator, discriminator)
    )
    of_d = g + 2 * d + 2 * (2 * d - first_d)
    for penalty in recipe.penalties:
        interval = penalty.get("interval", 1)
        of_d += (3 * d + d * (interval > 1)) / interval
    of_g = g + d + d + 2 * g - first_g + d * (recipe.loss == "relativistic_pairing")
    updates = recipe.discriminator_steps * of_d + recipe.generator_steps * of_g
    return updates * recipe.batch_size
