"""Exports a trained model for TensorFlow Serving, or as one file for others.

  kgan export --model=runs/digits-20250101-120000 --output=saved_models/digits
  kgan export --model=gan.keras --format=onnx --output=digits.onnx
  kgan export --model=gan.keras --format=litert --int8 --output=phone.tflite

The first writes the next version, saved_models/digits/1, /2 and so on, with a
card, checksums and warm-up requests. The others write one file of the network:
.onnx, .tflite (litert and tflite are the same), or .xml (openvino). Images are
uint8 there, with --raw the network's floats. docs/serving.md shows how to ask a
server for images, and how to run the files.
"""

import pathlib

from kgan import export
from kgan.cli import flags
from kgan.core.atomic_files import check_writable
from kgan.recipes.flag_types import Boolean, Choice, Integer, Text
from kgan.runs import directory, provenance


def define(values) -> None:
    """Declares the flags."""
    optional = Text(optional=True)
    for name, kind, default, help in [
        ("model", optional, None, "run directory, .keras, .pkl or .pth file, or "
         "hf://USER/NAME"),
        ("output", optional, None, "folder of all versions, or the file; its name is "
         "the model's (default: saved_models/NAME of the recipe or file)"),
        ("format", Choice(_FORMATS), "saved_model", ", ".join(_FORMATS)),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("version", Integer(optional=True), None, "number of the version (default: "
         "the next)"),
        ("discriminator", Boolean(), False, "serve D as well"),
        ("max_images", Integer(minimum=2), 256, "most images of one request"),
        ("direction", optional, None, "of a game of translation, the only one that is "
         "exported: to_target, to_source (default: all, of a file to_target)"),
        ("license", optional, None, "terms for the model's card, as in CC-BY-4.0"),
        ("raw", Boolean(), False, "of a file: floats of the network, images in "
         "[-1, 1], and no uint8"),
        ("int8", Boolean(), False, "of litert: weights of 8 bits"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and writes it in another form."""
    model = flags.model_of(values)
    known = _MEANT_FOR.get(values.format, ("raw",))
    for name in (*_SERVED, *_LITERT):
        if name not in known and values[name].present:
            raise flags.UsageError(
                f"--{name} has no meaning for --format={values.format}"
            )
    output = values.output or f"saved_models/{provenance.name_of(model)}"
    check_writable(output, "--output")
    if values.format in export.FORMATS:
        _check_file(values)
    game = directory.load_model(model)
    options = flags.options_of(game.endpoints, values, _OF_GAMES)
    if values.format == "saved_model":
        _saved_model(game, output, options, values)
    else:
        _file(game, output, options, values)


def _saved_model(game, output, options, values):
    path = export.saved_model(
        game,
        output,
        values.version,
        provenance=provenance.provenance(values.model, game.step, values.license),
        **options,
    )
    print(f"{path} holds a SavedModel; its card is {path / 'README.md'}.")


def _check_file(values):
    """Checks the file's name and the packages before the model is loaded."""
    kind = export.FORMATS[values.format]
    ending = kind.suffixes[0]
    if values.output is not None and not values.output.endswith(ending):
        raise flags.UsageError(
            f"--output must end in {ending} for --format={values.format}. Received: "
            f"{values.output}"
        )
    kind.check(pathlib.Path(f"file{ending}"), ())


def _file(game, output, options, values):
    kind = export.FORMATS[values.format]
    path = pathlib.Path(values.output or f"{output}{kind.suffixes[0]}")
    if values.int8:
        options |= export.INT8
    difference = export.convert(game, path, values.format, values.raw, **options)
    size = sum(file.stat().st_size for file in kind.files(path))
    print(f"{path}: {size:,} bytes, at most {difference:.2g} from the network")


_FORMATS = ("saved_model", *export.FORMATS)
# Arguments of `endpoints`, of one game or another.
_OF_GAMES = ("averaged", "discriminator", "max_images", "direction")
# Flags that only a SavedModel has a use for.
_SERVED = ("version", "discriminator", "max_images", "license")
# Flags that a format has a use for, where these are not those of any file.
_LITERT = ("raw", "int8")
_MEANT_FOR = {"saved_model": _SERVED, "litert": _LITERT, "tflite": _LITERT}
