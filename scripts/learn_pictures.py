"""Draws a picture of docs/learn.md and prints the numbers that stand beside it.

  python scripts/learn_pictures.py losses
  python scripts/learn_pictures.py logs --run_dir=runs/gaussian
  python scripts/learn_pictures.py collapse --seed=1 --output=docs/pictures

Each picture is a module of `learn`: its `make` gives the picture and lines of text.
"""

import argparse
import importlib
import inspect
import pathlib
import time

from kgan.callbacks import files

PICTURES = (
    "optimum",
    "losses",
    "winning",
    "logs",
    "collapse",
    "vae_ring",
    "vae_digits",
)
OUTPUT = pathlib.Path("runs/learn")


def parser() -> argparse.ArgumentParser:
    """Declares the command line; not absl's, whose flags are one set per process."""
    flags = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    flags.add_argument("picture", choices=PICTURES)
    flags.add_argument(
        "--output",
        type=pathlib.Path,
        default=OUTPUT,
        help=f"directory of the PNG file (default: {OUTPUT})",
    )
    flags.add_argument(
        "--run_dir", default="runs/gaussian", help="run whose logs are drawn"
    )
    flags.add_argument(
        "--seed", type=int, default=0, help="seed of the games of `collapse`"
    )
    flags.add_argument(
        "--beta_1", type=float, default=0.8, help="Adam's momentum in `collapse`"
    )
    return flags


def main(argv: list[str] | None = None) -> None:
    values = parser().parse_args(argv)
    begin = time.perf_counter()
    make = importlib.import_module(f"learn.{values.picture}").make
    # What this picture knows, by the names of its arguments.
    options = {
        name: getattr(values, name) for name in inspect.signature(make).parameters
    }
    picture, lines = make(**options)
    path = values.output / f"{values.picture}.png"
    files.write_png(path, picture)
    print("\n".join(lines))
    print(f"{path}, in {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
