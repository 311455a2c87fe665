"""One file for other runtimes: ONNX, LiteRT (TensorFlow Lite), OpenVINO.

Keras' own exporters write it, `keras.Model.export`. What comes of a network is run
here before the file appears, and compared with the network.
"""

import dataclasses
import importlib.util
import inspect
import logging
import os
import pathlib
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from kgan.core import registry
from kgan.core.atomic_files import write_atomically
from kgan.core.extras import MissingPackage
from kgan.export.precision import in_float32
from kgan.export.servable import check_weights, saved_model, servable_of

# Number of inputs by which a file is compared with its network.
_COMPARED = 64
# Arguments by which LiteRT stores weights in 8 bits.
INT8 = {"optimizations": [tf.lite.Optimize.DEFAULT]}
# How LiteRT, ONNX Runtime and OpenVINO name operations that they do not know.
_UNKNOWN = (
    r"'tf\.(\w+)' op",
    r"No Op registered for (\w+)",
    r"No conversion rule found for operations: (.+)",
)
# The names of `saved_model`: Keras' own and the command's.
SAVED_MODEL = ("tf_saved_model", "saved_model")


@dataclasses.dataclass(frozen=True)
class Format:
    """A kind of file that Keras writes, and the runtime that reads it.

    Args:
        name: Its name in `keras.Model.export`, and that of kgan's extra with its
            packages.
        title: Its name in sentences.
        suffixes: How the file's name ends, and those of files beside it.
        packages: Modules that write it or run it.
        run: Function of a file and of arrays by name: the output, an array.
        options: Arguments of Keras' exporter that a user may give.
        fixed: Arguments of Keras' exporter that are always given.
    """

    name: str
    title: str
    suffixes: tuple
    packages: tuple
    run: Callable
    options: tuple = ()
    fixed: dict = dataclasses.field(default_factory=dict)

    def files(self, path):
        """Returns the paths of all files, that of `path` first."""
        return [pathlib.Path(path).with_suffix(suffix) for suffix in self.suffixes]

    def check(self, path, options):
        """Checks a file's name and the options, and that the packages are there.

        Raises:
            ValueError: If the name ends in something else, or an option is unknown.
            kgan.core.extras.MissingPackage: If a package is missing.
        """
        if path.suffix != self.suffixes[0]:
            raise ValueError(
                f"`filepath` must end in {self.suffixes[0]} for format={self.name!r}. "
                f"Received: {path}"
            )
        for option in options:
            if option not in self.options:
                known = ", ".join(("raw", "averaged", "allow_untrained", *self.options))
                raise ValueError(
                    f"`{option}` has no meaning for format={self.name!r}, one file "
                    f"with one network: its options are {known}"
                )
        missing = [name for name in self.packages if not importlib.util.find_spec(name)]
        if missing:
            names = ", ".join(name.replace("_", "-") for name in missing)
            raise MissingPackage(
                f"{self.title} needs the packages of kgan[{self.name}], "
                f"pip install 'kgan[{self.name}]'. Missing: {names}"
            )

    def write(self, model, path, signature, options):
        """Writes a Keras model by its own `export`."""
        logger = logging.getLogger("tf2onnx")
        level = logger.level
        with warnings.catch_warnings():
            # Keras asks NumPy 2 for a name that it no longer has.
            warnings.filterwarnings("ignore", "In the future `np.object`")
            # It goes on after errors, which come up where the file is run.
            logger.setLevel(logging.CRITICAL)
            try:
                model.export(
                    str(path),
                    format=self.name,
                    verbose=False,
                    input_signature=signature,
                    **self.fixed,
                    **options,
                )
            finally:
                logger.setLevel(level)


def _onnx(path, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    return session.run(None, inputs)[0]


def _litert(path, inputs):
    from ai_edge_litert.interpreter import Interpreter

    run = Interpreter(str(path)).get_signature_runner()
    (output,) = run(**inputs).values()
    return output


def _openvino(path, inputs):
    import openvino

    # Where the processor has bfloat16 it would compute in that.
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    return openvino.compile_model(path, "CPU", exact)(inputs)[0]


_LITERT = Format(
    "litert",
    "LiteRT",
    (".tflite",),
    ("ai_edge_litert",),
    _litert,
    ("optimizations",),
    # Keras would put TensorFlow's own operations in, which few runtimes know.
    {"target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}},
)
FORMATS = {
    "onnx": Format(
        "onnx",
        "ONNX",
        (".onnx",),
        ("tf2onnx", "onnx", "onnxruntime"),
        _onnx,
        ("opset_version",),
    ),
    "litert": _LITERT,
    "tflite": _LITERT,
    "openvino": Format(
        "openvino", "OpenVINO", (".xml", ".bin"), ("openvino",), _openvino
    ),
}


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
    and `translated`. A batch has any number of rows. What a server checks is not
    checked there. Networks of mixed precision are converted in float32.

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

    Returns:
        The largest absolute difference of the file's output to the network's over 64
        inputs, a float: in levels of 255 where the output is uint8.

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
    kind.check(path, options)
    portable = _portable(game, kind.title, averaged, allow_untrained)
    inputs = portable.examples(_COMPARED)
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


def _portable(game, title, averaged, allow_untrained):
    portable = servable_of(game, averaged, allow_untrained).portable
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
