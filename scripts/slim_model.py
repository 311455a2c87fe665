"""Writes a trained model as a small `.keras` file, to generate and to start from.

    python scripts/slim_model.py --model=RUN --output=saved_models/mnist.keras

It holds all networks, and the optimizers as they begin: what they remember of the
training, twice the size of the weights for Adam, is left out. The file is compressed.
`--averaged` keeps the averages in place of their networks. `--float32` writes networks
of mixed precision as ones that any processor and runtime computes well. `--rounded`
rounds weights to bfloat16, still kept as float32: their last 16 bits are zeros, so that
the file is half as large.
"""

import argparse
import os
import tempfile
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from kgan.core.atomic_files import write_atomically
from kgan.export.precision import in_float32
from kgan.runs import directory

# Of what is written beside the model, Keras' date of saving alone differs.
_TIME = (1980, 1, 1, 0, 0, 0)


def compress(source, target):
    """Compresses the parts of a `.keras` file, which Keras stores as they are."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, _TIME)
            new.writestr(part, old.read(name), zipfile.ZIP_DEFLATED, 9)


def round_weights(game):
    """Rounds all weights to bfloat16, in place."""
    for weight in game.weights:
        if weight.dtype == "float32":
            short = keras.ops.cast(weight, "bfloat16")
            weight.assign(keras.ops.cast(short, "float32"))


def without_averages(game):
    """Returns a game whose networks are its averages, and which has none besides."""
    copy = type(game).from_config(game.get_config() | {"ema_momentum": None})
    for name, network in copy.networks.items():
        average = getattr(game, f"ema_{name}", None)
        source = game.networks[name] if average is None else average
        network.set_weights(source.get_weights())
    copy.compile_from_config(game.get_compile_config())
    copy.clock.rounds.assign(game.step)
    return copy


def main(argv: list | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", required=True, help="run directory or .keras file")
    parser.add_argument("--output", required=True, help="the .keras file to write")
    parser.add_argument("--averaged", action="store_true", help="averages alone")
    parser.add_argument("--float32", action="store_true", help="not mixed precision")
    parser.add_argument("--rounded", action="store_true", help="weights to bfloat16")
    args = parser.parse_args(argv)
    game = directory.load_model(args.model)
    if args.averaged:
        game = without_averages(game)
    if args.float32:
        game = in_float32(game)
    if args.rounded:
        round_weights(game)
    game.compile_from_config(game.get_compile_config())
    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "whole.keras")
        game.save(whole)
        write_atomically(args.output, lambda path: compress(whole, path))
    print(f"{args.output}: {os.path.getsize(args.output):,} bytes")


if __name__ == "__main__":
    main()
