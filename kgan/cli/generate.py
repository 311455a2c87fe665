"""Generates images from a trained model: PNG files, or one grid.

  kgan generate --model=runs/digits-20250101-120000
  kgan generate --model=gan.keras --num_images=1000 --seed=1 --output=images/
  kgan generate --model=gan.keras --labels=7 --columns=10 --output=sevens.png

Image i depends on the seed and on i alone, so `--start` splits a large set over
machines. A model of points writes their coordinates, as .npy or .csv.
"""

import pathlib

from kgan import runs
from kgan.cli import flags, outputs
from kgan.recipes.fields import Boolean, Integer, Kind, Text


class Labels(Kind):
    """One class, or several with commas between them."""

    expects = "classes as in 3 or 0,1,2"

    def parse(self, text):
        """Reads integers; one alone stands for all images."""
        labels = [int(label) for label in text.split(",")]
        return labels[0] if len(labels) == 1 else labels


def define(values) -> None:
    """Declares the flags."""
    optional = Integer(optional=True)
    for name, kind, default, help in [
        ("model", Text(optional=True), None, "run directory or .keras file"),
        ("num_images", optional, None, "number of images or points (default: 64, or "
         "what fills rows and columns)"),
        ("seed", Integer(minimum=0), 0, "seed of the latents"),
        ("start", Integer(minimum=0), 0, "index of the first image"),
        ("labels", Labels(optional=True), None, "class of all images, or one for each: "
         "3 or 0,1,2 (default: all classes in turn)"),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("output", Text(), "generated", "folder for images, or a file: .png (one "
         "grid), .npy (an array), .csv (points)"),
        ("rows", optional, None, "rows of a grid"),
        ("columns", optional, None, "columns of a grid"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and writes what it generates."""
    if values.model is None:
        raise flags.UsageError("--model must name a run directory or a .keras file")
    gan = runs.load_model(values.model)
    path = pathlib.Path(values.output)
    write = outputs.find_writer(path, gan.data_shape)
    samples = outputs.Samples(
        gan,
        values.num_images or _filling(values.rows, values.columns),
        labels=values.labels,
        start=values.start,
        seed=values.seed,
        averaged=values.averaged,
    )
    print(write(path, samples, values.rows, values.columns))


def _filling(rows, columns):
    return rows * columns if rows and columns else 64
