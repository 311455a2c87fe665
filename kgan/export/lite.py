"""TensorFlow Lite: a network for phones and small computers."""

import os
import pathlib
import re
import warnings

import keras
import numpy as np
import tensorflow as tf

from kgan.core.atomic_files import write_atomically
from kgan.export.servable import check_weights, servable_of

# Number of inputs by which the converted models are compared.
_COMPARED = 64


def tflite(
    game: keras.Model,
    filepath: str | os.PathLike,
    averaged: bool = True,
    allow_untrained: bool = False,
) -> dict[str, float]:
    """Writes a game's network as TensorFlow Lite models, and compares them with it.

    Network, inputs and outputs are `portable` of what the game's `endpoints` returns.
    `NAME.float32.tflite` computes as the network does.
    `NAME.int8.tflite` has weights of 8 bits, by dynamic-range quantisation: about a
    quarter of the size, and other outputs.

    NAME of a `kgan.GAN` is generator. Both files then have the inputs `latents` float32
    `(batch, latent_dim)`, conditional ones `labels` int32 `(batch,)` too, and the
    output `images` float32 in [0, 1], or `points`, in the signature `serving_default`.

    The batch has one row until the interpreter is told another number by
    `resize_tensor_input`. What a server checks is not checked there. Networks of mixed
    precision are converted in float32.

    Args:
        game: A trained game, such as a `kgan.GAN`.
        filepath: Folder of both files; made where it is missing.
        averaged: Whether averaged weights are taken where there are any.
        allow_untrained: Whether a model that never played a round may be exported.

    Returns:
        The largest absolute difference of each file's output to the network's over
        64 inputs, a dictionary of floats by the file's name.

    Raises:
        ValueError: If the model has no such network, was not compiled or not trained,
            or its weights are not finite, or an operation of it has no counterpart.
        OSError: If the folder cannot be written.

    Example: `differences = kgan.export.tflite(gan, "digits_on_a_phone")`

    Source: TensorFlow's guide on post-training quantisation, dynamic range.
    """
    portable = servable_of(game, averaged, allow_untrained).portable
    if portable is None:
        raise ValueError(
            "`game` must name a network for TensorFlow Lite, `portable` of what its "
            f"`endpoints` returns. Received: a {type(game).__name__}, which names none"
        )
    check_weights([portable.network])
    exact = _in_float32(portable.network)
    kinds = {"float32": [], "int8": [tf.lite.Optimize.DEFAULT]}
    files = {
        f"{portable.name}.{kind}.tflite": _convert(portable, exact, optimizations)
        for kind, optimizations in kinds.items()
    }
    inputs = portable.examples(_COMPARED)
    (expected,) = portable.function(portable.network)(*inputs.values()).values()
    differences = {
        name: float(np.abs(run(model, inputs) - expected.numpy()).max())
        for name, model in files.items()
    }
    for name, model in files.items():
        path = pathlib.Path(filepath, name)
        write_atomically(path, lambda file, model=model: file.write_bytes(model))
    return differences


def run(model, inputs):
    """Runs a TensorFlow Lite model, bytes, on arrays by name; returns its output."""
    with warnings.catch_warnings():
        # It will move to the package ai_edge_litert.
        warnings.filterwarnings("ignore", message=r"[\s\S]*tf.lite.Interpreter")
        interpreter = tf.lite.Interpreter(model_content=model)
    runner = interpreter.get_signature_runner("serving_default")
    (output,) = runner(**inputs).values()
    return output


def _in_float32(network):
    """Returns a network of the same weights that computes in float32.

    TensorFlow Lite has no operations on the mixed tensors of other policies.
    """
    policies = {layer.compute_dtype for layer in network.layers}
    if policies <= {"float32", "int32"} or not getattr(network, "inputs", None):
        return network

    def alike(layer):
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(network, clone_function=alike)
    copy.set_weights(network.get_weights())
    return copy


def _convert(portable, network, optimizations):
    function = tf.function(
        portable.function(network), input_signature=portable.specs, autograph=False
    )
    module = tf.Module()
    module.values = [variable.value for variable in network.variables]
    module.function = function
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], module
    )
    converter.optimizations = optimizations
    try:
        return converter.convert()
    except Exception as error:  # the converter's own class has no public name
        unknown = sorted(set(re.findall(r"'(tf\.\w+)' op", str(error))))
        reason = ", ".join(unknown) or str(error).strip().partition("\n")[0]
        raise ValueError(
            f"The {portable.name} cannot become TensorFlow Lite: it does not know "
            f"{reason}"
        ) from error
