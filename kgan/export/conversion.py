"""Writes the network of a game as one file for another runtime.

What comes of it is run here before the file appears, and compared with the network.
"""

import inspect
import os
import pathlib
import re
import shutil
import tempfile
from typing import Any

import keras
import numpy as np

from kgan.core import registry
from kgan.core.atomic_files import write_atomically
from kgan.export.formats import FORMATS
from kgan.export.precision import in_float32
from kgan.export.servable import check_weights, saved_model, servable_of

# How LiteRT, ONNX Runtime and OpenVINO name operations that they do not know.
_UNKNOWN = (
    r"'tf\.(\w+)' op",
    r"No Op registered for (\w+)",
    r"No conversion rule found for operations: (.+)",
)
# The names of `saved_model`: Keras' own and the command's.
SAVED_MODEL = ("tf_saved_model", "saved_model")


def names():
    """Returns the formats' names, those of `saved_model` first."""
    return (*SAVED_MODEL, *FORMATS)


def export(
    game: keras.Model,
    filepath: str | os.PathLike,
    format: str = "tf_saved_model",
    **options: Any,
) -> pathlib.Path:
    """Exports a game as `saved_model` or `convert` does; returns the path."""
    registry.check_known("`format` must be one of", format, names())
    if format in SAVED_MODEL:
        _check_served(game, options)
        return saved_model(game, filepath, **options)
    convert(game, filepath, format, **options)
    return pathlib.Path(filepath)


def _check_served(game, options):
    known = {*inspect.signature(saved_model).parameters} - {"game", "filepath"}
    known |= inspect.signature(game.endpoints).parameters.keys()
    for option in options.keys() - known:
        raise ValueError(
            f"`{option}` has no meaning for format='tf_saved_model': its options are "
            f"{', '.join(sorted(known - {'options'}))}"
        )


def convert(
    game: keras.Model,
    filepath: str | os.PathLike,
    format: str,
    raw: bool = False,
    averaged: bool = True,
    allow_untrained: bool = False,
    **options: Any,
) -> float:
    """Writes a game's network as one file for another runtime, and compares them.

    | format | file | runtime | packages |
    |---|---|---|---|
    | `"onnx"` | `.onnx` | ONNX Runtime and many more | `kgan[onnx]` |
    | `"litert"`, `"tflite"` | `.tflite` | LiteRT on phones | `kgan[litert]` |
    | `"openvino"` | `.xml`, weights in `.bin` beside it | OpenVINO | `kgan[openvino]` |

    Network, inputs and output are `portable` of what the game's `endpoints` returns.
    Those of a `kgan.GAN` are its generator, `latents` float32 `(batch, latent_dim)`,
    with classes `labels` int32 `(batch,)` too, and `images` uint8 as `generate` returns
    them, or float32 `points` or `values`; of a `kgan.Pix2Pix` its generator, `images`
    and `translated`, of a game of two directions that of `direction`. A batch has any
    number of rows. What a server checks is not checked there. Networks of mixed
    precision are converted in float32.

    Args:
        game: A trained game, such as a `kgan.GAN`.
        filepath: The file; its name ends as the table says. Folders are made.
        format: One of the table.
        raw: Whether the output is what the network returns, float32 images in [−1, 1],
            and not uint8.
        averaged: Whether averaged weights are taken where there are any.
        allow_untrained: Whether a model that never played a round may be exported.
        **options: Of Keras' exporter: `opset_version` of ONNX, and `optimizations` of
            LiteRT; `[tf.lite.Optimize.DEFAULT]` stores weights in 8 bits, by its
            dynamic-range quantisation: about a quarter of the size, and other outputs.
            Of a game of two directions: `direction`, the name of one.

    Returns:
        The largest absolute difference of the file's output to the network's over 64
        inputs, fewer of large images, a float: in levels of 255 where the output is
        uint8.

    Raises:
        ValueError: If the model has no such network, was not compiled or not trained,
            its weights are not finite, an operation of it has no counterpart, the name
            ends in something else, or an option has no meaning for the format.
        kgan.core.extras.MissingPackage: If a package is missing.
        OSError: If the file cannot be written.

    Example: `difference = kgan.export.convert(gan, "digits.onnx", "onnx")`
    """
    registry.check_known("`format` must be one of", format, FORMATS)
    kind, path = FORMATS[format], pathlib.Path(filepath)
    of_game = _options_of(game, options)
    options = {name: options[name] for name in options.keys() - of_game.keys()}
    kind.check(path, options)
    portable = _portable(game, kind.title, averaged, allow_untrained, **of_game)
    inputs = portable.examples(portable.count)
    (expected,) = _Forward(portable, portable.network, raw)(*inputs.values()).values()
    model = _Forward(portable, in_float32(portable.network), raw)
    with tempfile.TemporaryDirectory() as folder:
        made = pathlib.Path(folder, path.name)
        try:
            kind.write(model, made, portable.specs, options)
            output = kind.run(made, inputs)
        except Exception as error:  # each converter and runtime has classes of its own
            raise ValueError(
                f"The {portable.name} cannot become {kind.title}: {_reason(error)}"
            ) from error
        # Who finds the first finds the others.
        for file in reversed(kind.files(made)):
            write_atomically(
                path.with_name(file.name), lambda new, old=file: shutil.copy(old, new)
            )
    return float(np.abs(output.astype(float) - expected.numpy()).max())


def _options_of(game, options):
    """Returns those options that choose what of a game is served: its direction."""
    found = getattr(game, "endpoints", None)
    known = inspect.signature(found).parameters if found else ()
    return {n: options[n] for n in ("direction",) if n in options and n in known}


def _portable(game, title, averaged, allow_untrained, **options):
    portable = servable_of(game, averaged, allow_untrained, **options).portable
    if portable is None:
        raise ValueError(
            f"`game` must name a network for {title}, `portable` of what its "
            f"`endpoints` returns. Received: a {type(game).__name__}, which names none"
        )
    check_weights([portable.network])
    return portable


def _reason(error):
    text = str(error).strip()
    for pattern in _UNKNOWN:
        if unknown := sorted(set(re.findall(pattern, text))):
            return f"it does not know {', '.join(unknown)}"
    return text.partition("\n")[0]


class _Forward(keras.Model):
    """The forward pass of a `Portable`, as the model that Keras exports."""

    def __init__(self, portable, network, raw):
        # What was asked for stays float32, whatever the global policy is.
        super().__init__(name=portable.name, dtype="float32", autocast=False)
        self.network = network
        self._function = portable.function(network)
        self._finish = None if raw else portable.finish
        self.built = True

    def call(self, *inputs):
        outputs = self._function(*inputs)
        if self._finish is None:
            return outputs
        return {name: self._finish(output) for name, output in outputs.items()}
