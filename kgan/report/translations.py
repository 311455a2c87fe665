"""Translations of held-out images, and what the page says of their model."""

import numpy as np

import kgan.data
from kgan.callbacks.sample_grid import alike
from kgan.report.markup import Html, figure, terms, without_folders
from kgan.report.pictures import grid, reduction

_ROWS = 8


def facts(game, source) -> Html:
    """Writes the list of what the model and its data are."""
    ways = {name: game.direction(name) for name in game.directions}
    told = [
        ("data", without_folders(source.name)),
        ("training", f"{game.step:,} steps"),
    ]
    for name, way in ways.items():
        shapes = " to ".join(
            " × ".join("any" if side is None else str(side) for side in shape)
            for shape in (way.takes, way.returns)
        )
        told.append((name.replace("_", " "), shapes))
    return terms(told)


def translations(game, source, seed: int = 0) -> Html | None:
    """Shows some images of the data, held-out ones where there are any.

    Returns None where they are no pictures.
    """
    source = held_out(source)
    rows = min(_ROWS, source.num_examples)
    # Neighbours by name are often alike.
    batch = next(iter(kgan.data.load(source, rows, seed=seed).take(1)))
    shown = game.shown(rows, seed, examples=batch)
    columns = list(shown.values())
    if any(c.dtype != np.uint8 or c.shape[-1] not in (1, 3, 4) for c in columns):
        return None
    names = ", ".join(shown)
    images = [image for row in zip(*alike(columns), strict=True) for image in row]
    factor = reduction(images[0].shape)
    reduced = "" if factor == 1 else f" Images are reduced to 1/{factor} of their size."
    split = getattr(source, "split", None)
    which = "held out" if split == "test" else "of the training data"
    return figure(
        grid(images, len(columns), f"{rows} rows of {names}"),
        f"Images {which}, drawn by the seed, a row each: {names}. Colours that are "
        "inverted, outputs that repeat their source, and patterns that return "
        f"in all of them are signs of a game that is out of balance.{reduced}",
    )


def held_out(source):
    """Returns the held-out part of a data set; the data set where it has none."""
    if not getattr(source, "held_out", 0) or source.split == "test":
        return source
    return source.other_split("test")
