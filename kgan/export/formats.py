"""Files for other runtimes: ONNX, LiteRT (TensorFlow Lite), OpenVINO.

Keras' own exporters write them, `keras.Model.export`, and the runtimes run them.
"""

import dataclasses
import importlib.util
import logging
import pathlib
import warnings
from collections.abc import Callable

import tensorflow as tf

from kgan.core.extras import MissingPackage

# Arguments by which LiteRT stores weights in 8 bits.
INT8 = {"optimizations": [tf.lite.Optimize.DEFAULT]}


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
