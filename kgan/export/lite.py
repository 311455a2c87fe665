"""TensorFlow Lite: a generator for phones and small computers."""

import pathlib
import re
import warnings

import keras
import numpy as np
import tensorflow as tf

from kgan import latents
from kgan.core.atomic_files import write_atomically
from kgan.export.servable import check_weights, served_sampler
from kgan.games.endpoints import row_specs, to_served
from kgan.games.sampler import Sampler

FLOAT32, INT8 = "generator.float32.tflite", "generator.int8.tflite"
# Latents by which the converted models are compared, and their seed.
_COMPARED = 64
_SEED = 0


def tflite(gan, filepath, averaged=True, allow_untrained=False):
    """Writes a generator as TensorFlow Lite models, and compares them with it.

    `generator.float32.tflite` computes as the generator does.
    `generator.int8.tflite` has weights of 8 bits, by dynamic-range quantisation: about
    a quarter of the size, and other pixels.

    Both take `latents` float32 `(batch, latent_dim)`, conditional ones `labels` int32
    `(batch,)` too, and give `images` float32 in [0, 1], or `points`, by the signature
    `serving_default`. The batch has one row until the interpreter is told another
    number by `resize_tensor_input`. What a server checks is not checked there. Networks
    of mixed precision are converted in float32.

    Args:
        gan: A trained `kgan.GAN`.
        filepath: Folder of both files; made where it is missing.
        averaged: Whether the averaged generator is taken where there is one.
        allow_untrained: Whether a model that never played a round may be exported.

    Returns:
        The largest absolute difference of each file's output to the generator's over
        64 latents, a dictionary of floats by the file's name.

    Raises:
        ValueError: If the model was not compiled or not trained, or its weights are
            not finite, or an operation of it has no counterpart.
        OSError: If the folder cannot be written.

    Example:
        ```python
        differences = kgan.export.tflite(gan, "digits_on_a_phone")
        ```

    Source: TensorFlow's guide on post-training quantisation, dynamic range.
    """
    sampler = served_sampler(gan, averaged, allow_untrained)
    check_weights([sampler.network])
    exact = _in_float32(sampler)
    files = {
        FLOAT32: _convert(exact),
        INT8: _convert(exact, [tf.lite.Optimize.DEFAULT]),
    }
    inputs = _compared_inputs(sampler)
    (expected,) = to_served(sampler.samples(*inputs.values())).values()
    differences = {
        name: float(np.abs(run(model, inputs) - expected.numpy()).max())
        for name, model in files.items()
    }
    for name, model in files.items():
        path = pathlib.Path(filepath, name)
        write_atomically(path, lambda file, model=model: file.write_bytes(model))
    return differences


def run(model, inputs):
    """Runs a TensorFlow Lite model.

    Args:
        model: The content of the file, bytes.
        inputs: Arrays by name.

    Returns:
        Its one output, a NumPy array.
    """
    with warnings.catch_warnings():
        # It will move to the package ai_edge_litert.
        warnings.filterwarnings("ignore", message=r"[\s\S]*tf.lite.Interpreter")
        interpreter = tf.lite.Interpreter(model_content=model)
    runner = interpreter.get_signature_runner("serving_default")
    (output,) = runner(**inputs).values()
    return output


def _function(sampler):
    """The generator alone: TensorFlow Lite knows no checks."""

    def serving_default(latents, labels=None):
        return to_served(sampler.samples(latents, labels))

    specs = row_specs(sampler)
    return tf.function(serving_default, input_signature=specs, autograph=False)


def _in_float32(sampler):
    """Gives a sampler of the same weights that computes in float32.

    TensorFlow Lite has no operations on the mixed tensors of other policies.
    """
    network = sampler.network
    policies = {layer.compute_dtype for layer in network.layers}
    if policies <= {"float32", "int32"} or not getattr(network, "inputs", None):
        return sampler

    def alike(layer):
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(network, clone_function=alike)
    copy.set_weights(network.get_weights())
    return Sampler(copy, sampler.prior, sampler.num_classes)


def _convert(sampler, optimizations=()):
    function = _function(sampler)
    module = tf.Module()
    module.values = [variable.value for variable in sampler.network.variables]
    module.function = function
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], module
    )
    converter.optimizations = list(optimizations)
    try:
        return converter.convert()
    except Exception as error:  # the converter's own class has no public name
        unknown = sorted(set(re.findall(r"'(tf\.\w+)' op", str(error))))
        reason = ", ".join(unknown) or str(error).strip().partition("\n")[0]
        raise ValueError(
            f"The generator cannot become TensorFlow Lite: it does not know {reason}"
        ) from error


def _compared_inputs(sampler):
    drawn = latents.latents_at(sampler.prior, latents.table(_SEED), 0, _COMPARED)
    inputs = {"latents": drawn.numpy()}
    if sampler.num_classes is not None:
        inputs["labels"] = np.arange(_COMPARED, dtype=np.int32) % sampler.num_classes
    return inputs
