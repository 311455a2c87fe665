"""The method of a game that writes it for those who have neither Python nor kgan."""

import os
import pathlib
from typing import Any

from kgan.export import conversion


class Exportable:
    """Mixin of games that export what their `endpoints` return."""

    def export(
        self,
        filepath: str | os.PathLike,
        format: str = "tf_saved_model",
        **options: Any,
    ) -> pathlib.Path:
        """Exports a trained model for other runtimes; returns the path.

        A SavedModel is the folder `filepath/1`, `filepath/2` and so on, which
        TensorFlow Serving runs as it is: `gan.export("saved_models/digits")`. All other
        formats are one file: `gan.export("digits.onnx", format="onnx")`. It is whole or
        not there.

        Args:
            filepath: Folder of all versions of the model, or the file.
            format: "tf_saved_model", "onnx", "litert" ("tflite" is the same) or
                "openvino", as Keras names them.
            **options: Further arguments of `kgan.export.saved_model`, such as
                `version`, or of `kgan.export.convert`, such as `raw`.

        Raises:
            ValueError: If the model was not compiled or not trained, its weights are
                not finite, or an argument has no meaning for the format.
            FileExistsError: If the version exists.
            ModuleNotFoundError: If a package of the format is missing.
            OSError: If it cannot be written.
        """
        return conversion.export(self, filepath, format, **options)
