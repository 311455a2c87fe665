"""Pairs that pix2pix generates from masks, judged by what is learned from them.

A segmenter is trained on pictures and masks, and tested on real pictures of photos that
nothing was trained on. `data` is that of `translation.cells`.
"""

import numpy as np
from translation import cells, tasks

_KIND = "fluorescence"
_SHARE = 10  # one of so many photos, in which few are known
_STEPS_OF_FEW = 1_000


def recipe(data, **options):
    """Returns the recipe `nuclei` on a folder's data."""
    from kgan import recipes

    path = f"pairs:{data / 'nuclei.zip'}:{_KIND}/mask:{_KIND}/image"
    return recipes.get("nuclei").override(dataset=path, **options)


def tested(data, pictures, masks, seed: int) -> dict:
    """Trains a segmenter; returns its figures on the pairs that are held out."""
    found = cells.segmenter(pictures, masks, seed)
    others, theirs = cells.read(cells.source(data, _KIND, "test"))
    return cells.score(found(others), theirs)


def one_hot(masks) -> np.ndarray:
    """Returns masks as pix2pix takes them."""
    return np.eye(cells.CLASSES, dtype=np.float32)[masks]


def few(data, folder, seed: int):
    """Returns the training pairs of a tenth of the photos, and the rest's list."""
    known = cells.source(data, _KIND)
    photos = np.array([key.rpartition("/")[2].partition("_")[0] for key in known.keys])
    names = np.unique(photos)
    draw = np.random.default_rng(seed)
    chosen = draw.choice(names, max(1, len(names) // _SHARE), replace=False)
    every = cells.source(data, _KIND, "all").keys
    kept = {
        key for key, photo in zip(known.keys, photos, strict=True) if photo in chosen
    }
    path = folder.with_suffix(".txt")
    path.write_text("".join(f"{key}\n" for key in every if key not in kept))
    by = f"list:{path}"
    return cells.source(data, _KIND, held_out_by=by), by


def _otsu(data, folder, seed):
    pictures, masks = cells.read(cells.source(data, _KIND, "test"))
    return cells.score(cells.otsu(pictures), masks)


def _real(data, folder, seed):
    return tested(data, *cells.read(cells.source(data, _KIND)), seed)


def _gray(data, folder, seed):
    pictures, masks = cells.read(cells.source(data, _KIND))
    levels = np.array([pictures[masks == k].mean(axis=0) for k in (0, 1)])
    return tested(data, levels.astype(np.uint8)[masks], masks, seed)


def _generated(data, folder, seed):
    game = tasks.trained(recipe(data, seed=seed), folder)
    _, masks = cells.read(cells.source(data, _KIND))
    return tested(data, game.translate(one_hot(masks)), masks, seed)


def _few(data, folder, seed):
    return tested(data, *cells.read(few(data, folder, seed)[0]), seed)


def _few_turned(data, folder, seed):
    pairs = cells.read(few(data, folder, seed)[0])
    return tested(data, *map(cells.turned, pairs), seed)


def _few_generated(data, folder, seed):
    known, by = few(data, folder, seed)
    plan = recipe(data, seed=seed, held_out_by=by, steps=_STEPS_OF_FEW)
    game = tasks.trained(plan, folder)
    pictures, masks = map(cells.turned, cells.read(known))
    generated = game.translate(one_hot(masks))
    both = np.concatenate([pictures, generated]), np.concatenate([masks, masks])
    return tested(data, *both, seed)


def shown(data, folder) -> dict:
    """Returns held-out masks, generated pictures, and the real ones."""
    pictures, masks = cells.read(cells.source(data, _KIND, "test"))
    game = tasks.read(tasks.place(folder, "generated pairs", 0))
    return {
        "mask": (255 * masks[..., None]).astype(np.uint8),
        "generated": game.translate(one_hot(masks)),
        "real": pictures,
    }


SETTINGS = {
    "threshold of Otsu": tasks.Setting(_otsu, seeds=1),
    "real pairs": tasks.Setting(_real),
    "generated pairs": tasks.Setting(_generated),
    "masks painted gray": tasks.Setting(_gray),
    "a tenth of the photos": tasks.Setting(_few, seeds=5),
    "a tenth, turned": tasks.Setting(_few_turned, seeds=5),
    "a tenth, turned, and generated": tasks.Setting(_few_generated, seeds=5),
}
