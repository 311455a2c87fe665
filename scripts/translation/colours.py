"""Coloured line drawings: what two halves of pix2pix's loss add, beside plain answers.

`data` is a folder with emoji.zip, whose folders openmoji-line and openmoji hold the two
sides, and captions.tsv with the subgroup of each drawing.
"""

import numpy as np
from translation import tasks

_BLACK = 128  # gray level below which a pixel is a line
_SHORT = {"steps": 2_000, "constant_epochs": 2, "decay_epochs": 2, "ema_momentum": None}
_ALONE = 1e6  # a weight beside which all else in a loss is nothing


def recipe(data, **options):
    """Returns the recipe `edges2emoji` on a folder's data."""
    from kgan import recipes

    return recipes.get("edges2emoji").override(
        dataset=f"pairs:{data / 'emoji.zip'}:openmoji-line:openmoji",
        held_out_by=f"table:{data / 'captions.tsv'}:subgroup",
        **options,
    )


def sides(data, split: str) -> tuple:
    """Returns sources and targets of a split, uint8."""
    import kgan.data

    plan = recipe(data)
    source = kgan.data.source(plan.dataset, split=split, held_out_by=plan.held_out_by)
    return source.sources.read(), source.targets.read()


def figures(answers: np.ndarray, targets: np.ndarray) -> dict:
    """Measures uint8 answers to held-out sources: L1, SSIM, kernel distance × 1000."""
    from kgan.metrics import features, paired
    from kgan.metrics.kernel import kernel_distance

    network = features.get("cifar10")
    both = (network(images).features for images in (targets, answers))
    return {
        "L1": float(paired.l1(answers, targets).mean()),
        "SSIM": float(paired.ssim(answers, targets).mean()),
        "kernel distance × 1000": 1000 * kernel_distance(*both),
    }


def closed_regions(lines: np.ndarray) -> np.ndarray:
    """Returns which pixels `(n, height, width)` lines cut off from the border."""
    from scipy import ndimage

    found = []
    for image in lines[..., 0] >= _BLACK:
        regions, _ = ndimage.label(image)
        rim = (regions[0], regions[-1], regions[:, 0], regions[:, -1])
        found.append(image & ~np.isin(regions, np.concatenate(rim)))
    return np.array(found)


def trained(seeds: int = 3, **options):
    """Returns a setting: the recipe with other values."""

    def run(data, folder, seed):
        plan = recipe(data, seed=seed, **_SHORT, **options)
        game = tasks.trained(plan, folder)
        sources, targets = sides(data, "test")
        return figures(game.translate(sources), targets)

    return tasks.Setting(run, seeds)


def _white(sources, targets, known):
    return np.full_like(targets, 255)


def _median(sources, targets, known):
    return np.broadcast_to(np.median(known[1], axis=0), targets.shape)


def _lines(sources, targets, known):
    return np.broadcast_to(sources, targets.shape)


def _one_colour(sources, targets, known):
    colour = np.median(known[1][closed_regions(known[0])], axis=0)
    inside = closed_regions(sources)[..., None]
    return np.where(inside, colour, _lines(sources, targets, known))


def _own_colour(sources, targets, known):
    lines, inside = _lines(sources, targets, known), closed_regions(sources)
    rows = zip(lines, targets, inside, strict=True)
    return np.array(
        [
            np.where(seen[..., None], np.median(y[seen], axis=0), x)
            if seen.any()
            else x
            for x, y, seen in rows
        ]
    )


def plain(answer):
    """Returns a setting: an answer that needs no network."""

    def run(data, folder, seed):
        sources, targets = sides(data, "test")
        found = answer(sources, targets, sides(data, "train"))
        return figures(np.asarray(found).astype(np.uint8), targets)

    return tasks.Setting(run, seeds=1)


def shown(data, folder) -> dict:
    """Returns held-out sources, what became of them, and their targets."""
    sources, targets = sides(data, "test")
    found = {
        name: tasks.read(tasks.place(folder, name, 0)).translate(sources)
        for name in ("L1 alone", "GAN alone", "L1 and GAN")
    }
    return {"lines": sources} | found | {"target": targets}


SETTINGS = {
    "white page": plain(_white),
    "median of the targets": plain(_median),
    "lines as they are": plain(_lines),
    "closed regions in one colour": plain(_one_colour),
    "closed regions in their own colour": plain(_own_colour),
    "L1 alone": trained(l1=_ALONE),
    "GAN alone": trained(seeds=1, l1=0.0),
    "L1 and GAN": trained(),
}
