"""Chooses a recipe for data that have none of their own."""

import dataclasses
import math
import os
import pathlib
import statistics
from collections.abc import Iterable, Mapping

import tensorflow as tf

import kgan.data
from kgan import recipes
from kgan.core import naming
from kgan.data import archive, registry, texts
from kgan.recipes import few_shot, stylegan2
from kgan.recipes.options.tabular import DATA_FIELDS, PLAYED
from kgan.recipes.recipe import Recipe, of_game
from kgan.tabular import training

# Device, width of the DCGAN, rounds: minutes on a CPU of a few cores, as long on a GPU.
_CPU = ("a CPU", 32, 3_000)
_GPU = ("a GPU", 64, 20_000)
_SIDES = (16, 24, 32, 48, 64)
_BATCH = 64
_NAMED = 10  # how many classes a line names
TABULAR = "tabular"  # the game of tables


def choose(
    dataset: str,
    data_dir: str | None = None,
    game: str | None = None,
    image_size: int | tuple | None = None,
    windows: dict | None = None,
    conditional: bool = False,
    given: Iterable[str] = (),
) -> tuple:
    """Chooses a recipe that fits a data set and this machine.

    For images and points it chooses networks, size and steps of a GAN, for tables the
    steps of their game; for other data, or another game, the first recipe whose game
    can be played with them. Returns
    `(recipe, reasons)`: a `Recipe`, and lines with what was chosen and why.

    Args:
        dataset: A folder of images, or another name that `kgan.data.source` knows.
        data_dir: Where prepared data lie.
        game: Name of the game; None: one that fits the data.
        image_size: To which size images are brought to look at the data, or None.
        windows: `Recipe.data_options`, by which the data are read; None: none.
        conditional: Whether classes will be generated; if not, a line names them.
        given: Fields that will be overridden, of which no line says what was chosen. As
            a mapping it has their values, too, by which a table is read.

    Raises:
        ValueError: If there are no such data, or no recipe fits them.

    Example:
        ```python
        recipe, reasons = automatic.choose("photos/")
        print("\\n".join(reasons))
        ```
    """
    kinds = recipes.games() if game is None else {game: of_game(game)}
    if TABULAR in kinds and registry.is_table(dataset, data_dir):
        return _for_table(dataset, given)
    if "gan" in kinds and archive.is_there(dataset):
        return _for_folder(dataset, conditional, given)
    source = kgan.data.source(dataset, image_size, data_dir=data_dir, **(windows or {}))
    fitting = [name for name, kind in kinds.items() if kind.suits(source)]
    if "gan" not in fitting:
        return _of_another_game(dataset, kinds, fitting)
    if len(source.shape) == 1:
        return _for_points(source, given)
    sizes = {source.shape[:2]: source.num_examples}
    recipe, reasons = _for_images(dataset, sizes, given)
    return recipe, reasons + _about_labels(dataset, source, conditional)


def game_of(dataset: str | None) -> str | None:
    """Returns the game that `choose` finds where the name of the data alone says it.

    Tables, pairs and unpaired images have such a name; it is None for others.
    """
    if dataset is not None and registry.is_table(dataset):
        return TABULAR
    if not texts.is_text(dataset):
        return None
    kind = dataset.partition(":")[0]
    known = map(recipes.get, recipes.names())
    return next((r.game for r in known if r.dataset.startswith(f"{kind}:")), None)


def _for_folder(dataset, conditional, given):
    folder, scan = _scan(dataset)
    if len(scan.files) > few_shot.FEW:
        recipe, reasons = _for_images(folder, scan.sizes, given)
        return recipe, reasons + _about_labels(folder, scan, conditional)
    recipe, reasons = few(dataset, conditional, given)
    return dataclasses.replace(recipe, name=name_of(folder)), reasons


def _about_labels(name, data, conditional):
    """Returns a line about labels that would go unused, in a list; else none.

    `data` is a source or a scan: it has `num_classes` and `class_names`.
    """
    count = data.num_classes or 0
    if conditional or count < 2:
        return []
    few = range(min(count, _NAMED + 1))
    named = naming.listed(data.class_names or tuple(map(str, few)), _NAMED)
    return [f"{name} has {count} classes ({named}): --conditional generates by class."]


def name_of(dataset: str) -> str:
    """Returns the name of a folder, or of a ZIP or a table without its ending."""
    if registry.is_table(dataset):
        return pathlib.PurePath(dataset).name.partition(".")[0].rpartition(":")[2]
    path = pathlib.Path(dataset).resolve()
    return (path.stem if path.suffix.lower() == ".zip" else path.name) or "images"


def _of_another_game(dataset, kinds, fitting):
    for name in recipes.names():
        recipe = recipes.get(name)
        if recipe.game in fitting:
            own = dict.fromkeys(recipe.about_its_data)
            size = recipe.image_size and f" --image_size={recipe.image_size}"
            chosen = f"--recipe={name}{size or ''}, of the game {recipe.game}"
            reason = f"{dataset}: chose {chosen}."
            return recipe.override(dataset=dataset, **own), [reason]
    needs = "; ".join(f"{name} takes {kind.needs}" for name, kind in kinds.items())
    raise ValueError(
        f"`dataset` must be what a game with a recipe takes: {needs}. "
        f"Received: {dataset!r}"
    )


def few(dataset: str, conditional: bool = False, given: Iterable[str] = ()) -> tuple:
    """Chooses `(recipe, reasons)` for a folder of few images, by `few_shot.adapt`.

    `conditional` and `given` are those of `choose`.

    Raises:
        ValueError: If there is no such folder.
    """
    return _adapted(few_shot, dataset, conditional, given)


def of_styles(
    dataset: str, conditional: bool = False, given: Mapping | None = None
) -> tuple:
    """Chooses `(recipe, reasons)` for a folder of images, by `stylegan2.adapt`.

    `conditional` is that of `choose`, `given` are values by field.

    Raises:
        ValueError: If there is no such folder.
    """
    return _adapted(stylegan2, dataset, conditional, given or {})


def _adapted(module, dataset, conditional, given):
    if not archive.is_there(dataset):
        raise ValueError(
            "`dataset` must be a folder or ZIP of images for the recipe "
            f"{module.RECIPE.name}. Received: {dataset!r}"
        )
    folder, scan = _scan(dataset)
    about = scan.sizes, _has_gpu(), scan.channels
    recipe, reasons = module.adapt(folder, *about, given)
    return recipe, reasons + _about_labels(folder, scan, conditional)


# Recipes that are adapted to the data before anything of them is overridden.
ADAPTED = {few_shot.RECIPE.name: few, stylegan2.RECIPE.name: of_styles}


def _scan(dataset):
    # A bare name could be one of TFDS as well.
    folder = dataset if os.sep in dataset else os.path.join(os.curdir, dataset)
    return folder, kgan.data.scan_folder(folder)


def _for_images(dataset, sizes, given):
    """Chooses a DCGAN for images of which `sizes` counts each (height, width)."""
    device, width, steps = _GPU if _has_gpu() else _CPU
    count = sum(sizes.values())
    median = statistics.median(
        min(size) for size, number in sizes.items() for _ in range(number)
    )
    fitting = (side for side in _SIDES if side <= median)
    side = max(fitting, default=math.ceil(median))
    batch_size = min(_BATCH, count)
    recipe = Recipe(
        name=name_of(dataset),
        description=f"a DCGAN for {registry.short(str(dataset))}",
        dataset=str(dataset),
        image_size=side,
        model="dcgan",
        model_options={"width": width},
        latent_dim=128,
        penalties=({"name": "r1", "weight": 1.0, "interval": 16},),
        batch_size=batch_size,
        steps=steps,
        sample_every=max(100, count // batch_size),
    )
    passes = steps * batch_size / count
    largest = f"the largest of {', '.join(map(str, _SIDES))} up to the median"
    why = largest if side <= median else "as small as the images"
    chosen = {
        ("image_size",): f"Chose --image_size={side}: {why}.",
        ("model", "model_options"): f"Chose --model=dcgan, {width} channels wide: "
        f"{device} trains it in minutes.",
        ("steps", "batch_size"): f"Chose --steps={steps}: {passes:.0f} passes through "
        f"the images, {batch_size} in a batch.",
    }
    # Of a size that was given, they have it already.
    sides = f", shorter side {median:g} pixels (median)"
    sides = "" if "image_size" in given else sides
    return recipe, [
        f"{dataset}: {count:,} images{sides}.",
        *few_shot.unless_given(given, chosen),
    ]


def _for_table(dataset, given):
    given = given if isinstance(given, Mapping) else {}
    options = {name: given[name] for name in DATA_FIELDS if name in given}
    source = kgan.data.source(dataset, **options)
    rows, columns = source.num_examples, len(source.frame.columns)
    batch_size = min(training.BATCH_SIZE, rows)
    each = rows // min(given.get("batch_size", batch_size), rows)
    steps = max(training.STEPS, training.EPOCHS * each)
    recipe = Recipe(
        name=name_of(dataset) or "table",
        description=f"rows of {registry.short(str(dataset))}",
        game=TABULAR,
        dataset=str(dataset),
        batch_size=batch_size,
        steps=steps,
        sample_every=max(each, steps // 12),
        **PLAYED,
    )
    chosen = {
        ("game",): f"Chose --game={TABULAR}: it is a table, of whose columns kinds are "
        "inferred; --columns says others.",
        ("steps", "batch_size"): f"Chose --steps={steps}: {steps / each:.0f} passes "
        f"through the rows, {batch_size} in a batch.",
    }
    known = f"{dataset}: {rows:,} rows to train on, {columns} columns."
    return recipe, [known, *few_shot.unless_given(given, chosen)]


def _for_points(source, given):
    recipe = Recipe(
        name=source.name,
        description=f"an MLP for {source.name}",
        dataset=source.name,
        model="mlp",
        model_options={
            "generator_hidden": [128, 128],
            "discriminator_hidden": [128, 128],
        },
        latent_dim=source.shape[0],
        penalties=({"name": "r1", "weight": 0.1},),
        generator_learning_rate=1e-3,
        discriminator_learning_rate=1e-3,
        batch_size=256,
        steps=5_000,
        sample_every=500,
    )
    line = f"{source.name}: points of {source.shape[0]} dimensions; an MLP."
    return recipe, few_shot.unless_given(given, {("model",): line})


def _has_gpu():
    return bool(tf.config.list_physical_devices("GPU"))
