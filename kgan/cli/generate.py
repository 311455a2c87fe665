"""Generates images or rows of a table from a trained model.

  kgan generate --model=runs/digits-20250101-120000
  kgan generate --model=gan.keras --num_images=1000 --seed=1 --output=images/
  kgan generate --model=gan.keras --labels=7 --columns=10 --output=sevens.png
  kgan generate --model=gan.keras --by_class --truncation=0.7 --output=all.png
  kgan generate --model=gan.keras --interpolate=3,8 --output=walk.gif
  kgan generate --model=ffhq.keras --seeds=0-35,85 --truncation=0.7
  kgan generate --model=gan.keras --directions=pca --seed=3 --output=slides.png
  kgan generate --model=saved_models/digits --output=exported.png
  kgan generate --model=runs/adult --num_rows=10000 --output=fake.csv.gz
  kgan generate --model=RUN --conditions='{"sex": "Female"}' --output=f.parquet

Image i depends on the seed and on i alone, so `--start` splits a large set
over machines; one folder takes images of one model and the same flags, which
stand in its generated.json. A walk goes from the image of one seed to those of
others. --seeds are those that StyleGAN's users know: an image for each, of the
latent that NumPy draws from it, as seed0085.png. Directions are the principal
ones of the latent space: a row each, with the seed's image in its middle. A
model of points writes their coordinates, as .npy or .csv; one of other data
that are no pictures (series, voxels, more than four channels) writes .npy with
its floats. An exported model generates as the model that it was exported from.
A model of a table writes rows, as .csv, .csv.gz or .parquet: row i, too,
depends on seed and i alone. --conditions are by column a level, a list of
levels, wanted shares {"<=50K": 0.5, ">50K": 0.5} or a range {"low": 30, "high":
39}; or a file of known columns, with a row for each row that is drawn.
"""

import itertools
import pathlib

import numpy as np

from kgan.cli import flags, image_folder, outputs, sampled_rows
from kgan.core import naming
from kgan.games import generative
from kgan.latents import directions
from kgan.recipes.flag_types import Boolean, Choice, Fraction, Integer, Kind, Text
from kgan.runs import directory, provenance
from kgan.tabular.gan import TabularGAN

# Columns of a grid, and images of a walk, where none are given.
_SLIDE, _BY_CLASS, _WALK = 9, 8, 16
_MANY_SEEDS = 10**6


class Seeds(Kind):
    """Seeds with commas between them, as a list; 0-35 are all from 0 to 35.

    Each has a file of its own, so that none is there twice.
    """

    expects = "seeds below 2**32 as in 85 or 0-35,85, each once, a million at most"

    def parse(self, text):
        ranges = []
        for part in text.split(","):
            first, to, last = part.partition("-")
            ranges.append(range(int(first), int(last if to else first) + 1))
        counts = [len(seeds) for seeds in ranges]
        if not all(counts) or sum(counts) > _MANY_SEEDS:
            raise ValueError("seeds that go down, or too many")
        seeds = [seed for seeds in ranges for seed in seeds]
        if max(seeds) >= 2**32 or len(set(seeds)) < len(seeds):
            raise ValueError("a seed that is too large, or there twice")
        return seeds


class Integers(Kind):
    """One integer, or several with commas between them."""

    expects = "integers as in 3 or 0,1,2"

    def parse(self, text):
        numbers = [int(number) for number in text.split(",")]
        return numbers[0] if len(numbers) == 1 else numbers


def define(values) -> None:
    """Declares the flags."""
    optional = Integer(optional=True)
    for name, kind, default, help in [
        ("model", Text(optional=True), None, "run directory, .keras or .pkl file, "
         "exported folder or hf://USER/NAME"),
        ("num_images", optional, None, "number of images or points (default: 64, or "
         "what fills rows and columns); of a walk: from seed to seed (default: 16)"),
        ("num_rows", optional, None, "number of rows of a table (default: 1000, or "
         "those of a file of conditions)"),
        ("conditions", sampled_rows.Conditions(optional=True), None, "what rows of "
         "a table must fulfil, in JSON; or a CSV or Parquet file of known columns"),
        ("seed", Integer(minimum=0), 0, "seed of the latents"),
        ("seeds", Seeds(optional=True), None, "seeds of StyleGAN, an image for each: "
         "85 or 0-35,85"),
        ("start", Integer(minimum=0), 0, "index of the first image or row"),
        ("labels", Integers(optional=True), None, "class of all images, or one for "
         "each: 3 or 0,1,2 (default: all classes in turn)"),
        ("averaged", Boolean(), True, "take the averaged generator if there is one"),
        ("truncation", Fraction(), 1.0,
         "how far latents stay from the centre, in [0, 1]: less is more typical and "
         "less diverse"),
        ("truncation_cutoff", Integer(minimum=0, optional=True), None,
         "number of layers, from the first on, whose style it moves (default: all)"),
        ("by_class", Boolean(), False, "a row for each class"),
        ("interpolate", Integers(optional=True), None, "walk between images of seeds: "
         "3,8 or more"),
        ("directions", Choice(directions.names(), optional=True), None,
         "slide along principal directions, found by: pca, sefa"),
        ("output", Text(), "generated", "folder for images, or a file: .png (one "
         "grid), .gif (a film), .npy (an array), .csv (points or rows), .csv.gz, "
         ".parquet"),
        ("rows", optional, None, "rows of a grid; number of directions"),
        ("columns", optional, None, "columns of a grid"),
    ]:  # fmt: skip
        flags.define(values, name, kind, default, help)


def run(values) -> None:
    """Loads the model and writes what it generates."""
    model = flags.model_of(values)
    draw = _chosen(values)
    path = pathlib.Path(values.output)
    outputs.check_output(path)
    gan = directory.load_generator(model)
    if isinstance(gan, TabularGAN):
        print(sampled_rows.write(gan, values))
        return
    sampled_rows.check_flags(values, is_table=False)
    generative.require(gan, "`kgan generate`")
    write = outputs.find_writer(path, gan.data_shape, gan.is_image)
    labels = _labels(gan, values)
    print(write(path, *draw(gan, values)))
    if labels:
        print(f"Labels: {labels}")


def _labels(gan, values):
    """Describes the classes of a conditional model that are asked for, if it can."""
    if gan.num_classes is None or (values.labels is None and not values.by_class):
        return ""
    labels = None if values.by_class else np.ravel(values.labels).tolist()
    return naming.labels(provenance.classes_of(values.model), labels)


def _chosen(values):
    """Returns what draws; raises for two kinds at a time and for flags without use."""
    asked = [name for name in _KINDS if values[name].value not in (None, False)]
    if len(asked) > 1:
        raise flags.UsageError(f"--{asked[0]} and --{asked[1]} exclude each other")
    if not asked:
        return _rows
    if not isinstance(values.interpolate or [], list):
        raise flags.UsageError(
            f"--interpolate must be two seeds or more. Received: {values.interpolate}"
        )
    draw, without = _KINDS[asked[0]]
    for name in without:
        if values[name].present:
            raise flags.UsageError(f"--{name} has no meaning with --{asked[0]}")
    return draw


def _settings(gan, values, names):
    """Returns all that an image of some index depends on."""
    weights = image_folder.fingerprint(gan)
    asked = {name: values[name].value for name in (*_OF_ALL, *names)}
    # Left out where it is not given, as folders of before have it.
    asked |= flags.given(values, ("truncation_cutoff",))
    return {"model": provenance.name_of(values.model), "weights": weights, **asked}


def _rows(gan, values):
    filling = values.rows * values.columns if values.rows and values.columns else 64
    # Of a list of classes, which image has which depends on where it begins.
    place = ("start",) if isinstance(values.labels, list) else ()
    samples = _samples(gan, values, values.num_images or filling, values.labels, place)
    return samples, values.rows, values.columns


def _samples(gan, values, count, labels, names):
    chosen = flags.chosen(values, "start", "seed", *_MOVED)
    settings = _settings(gan, values, names)
    return outputs.Samples(gan, count, labels, settings=settings, **chosen)


def _of_seeds(gan, values):
    chosen = flags.chosen(values, *_MOVED)
    # Of a list of classes, which image has which depends on the other seeds.
    several = ("seeds",) if isinstance(values.labels, list) else ()
    settings = _settings(gan, values, several)
    samples = outputs.SamplesOfSeeds(
        gan, values.seeds, values.labels, settings, **chosen
    )
    return samples, values.rows, values.columns


def _by_class(gan, values):
    if gan.num_classes is None:
        raise ValueError("`by_class` needs a model with classes. Received one without")
    columns = values.columns or _BY_CLASS
    labels = [c for c in range(gan.num_classes) for _ in range(columns)]
    place = ("start", "columns")
    samples = _samples(gan, values, len(labels), labels, place)
    return samples, gan.num_classes, columns


def _walk(gan, values):
    label, steps = _one_label(values), values.num_images or _WALK
    pairs = list(itertools.pairwise(values.interpolate))
    chosen = flags.chosen(values, *_MOVED)

    def draw():
        paths = [gan.interpolate(*pair, steps, label=label, **chosen) for pair in pairs]
        # A path begins where the one before it ended.
        return np.concatenate([paths[0], *(path[1:] for path in paths[1:])])

    count = len(pairs) * (steps - 1) + 1
    settings = _settings(gan, values, ("num_images",))
    return outputs.Together(count, draw, settings), values.rows, values.columns


def _slides(gan, values):
    label = _one_label(values)
    if label is not None and gan.num_classes is None:
        raise ValueError(
            f"`labels` must be None for a model without classes. Received: {label}"
        )
    columns = values.columns or _SLIDE
    chosen = {"label": label or 0, "averaged": values.averaged}
    found = directions.find(gan, values.directions, values.rows, **chosen)

    def draw():
        images = directions.slide(gan, found, values.seed, steps=columns, **chosen)
        return images.reshape(-1, *gan.data_shape)

    rows = len(found)
    settings = _settings(gan, values, ("rows", "columns"))
    return outputs.Together(rows * columns, draw, settings), rows, columns


def _one_label(values):
    if isinstance(values.labels, list):
        raise ValueError(f"`labels` must be one class. Received: {values.labels}")
    return values.labels


_MOVED = ("averaged", "truncation", "truncation_cutoff")
# Flags that change an image; the further ones are those of each kind.
_OF_ALL = (
    "seed",
    "labels",
    "averaged",
    "truncation",
    "by_class",
    "interpolate",
    "directions",
)
# What draws, by the flag that asks for it, and the flags that it has no use for.
_KINDS = {
    "seeds": (_of_seeds, ("seed", "num_images", "start")),
    "by_class": (_by_class, ("num_images", "labels", "rows")),
    "interpolate": (_walk, ("seed", "start")),
    "directions": (
        _slides,
        ("num_images", "start", "truncation", "truncation_cutoff"),
    ),
}
