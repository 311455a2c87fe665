"""Exports a trained model: for TensorFlow Serving, or as TensorFlow Lite.

  kgan export --model=runs/digits-20250101-120000 --output=saved_models/digits
  kgan export --model=gan.keras --output=phone --format=tflite

The first writes the next version, saved_models/digits/1, /2 and so on, with a
card, checksums and warm-up requests. The second writes
generator.float32.tflite and generator.int8.tflite. docs/serving.md shows how to
ask a server for images.
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
        ("model", optional, None, "run directory, .keras file or hf://USER/NAME"),
        ("output", optional, None, "folder of all versions, or of the .tflite files; "
         "its name is the model's (default: saved_models/NAME of the recipe or file)"),
        ("format", Choice(tuple(_WRITERS)), "saved_model", "saved_model or tflite"),
        ("version", Integer(optional=True), None, "number of the version (default: "
         "the next)"),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("discriminator", Boolean(), False, "serve D as well"),
        ("max_images", Integer(minimum=2), 256, "most images of one request"),
        ("license", optional, None, "terms for the model's card, as in CC-BY-4.0"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and writes it in another form."""
    model = flags.model_of(values)
    unused = [name for name in _SERVED if values[name].present]
    if values.format == "tflite" and unused:
        raise flags.UsageError(f"--{unused[0]} has no meaning for --format=tflite")
    output = values.output or f"saved_models/{provenance.name_of(model)}"
    check_writable(output, "--output")
    game = directory.load_model(model)
    options = flags.options_of(game.endpoints, values, _OF_GAMES)
    _WRITERS[values.format](game, pathlib.Path(output), options, values)


def _saved_model(game, output, options, values):
    path = export.saved_model(
        game,
        output,
        values.version,
        provenance=provenance.provenance(values.model, game.step, values.license),
        **options,
    )
    print(f"{path} holds a SavedModel; its card is {path / 'README.md'}.")


def _tflite(game, output, options, values):
    for name, difference in export.tflite(game, output, **options).items():
        path, network = output / name, name.partition(".")[0]
        size = path.stat().st_size
        print(f"{path}: {size:,} bytes, at most {difference:.1e} from the {network}")


_WRITERS = {"saved_model": _saved_model, "tflite": _tflite}
# Arguments of `endpoints`, of one game or another.
_OF_GAMES = ("averaged", "discriminator", "max_images")
# Flags that the other format has no use for.
_SERVED = ("version", "discriminator", "max_images", "license")
