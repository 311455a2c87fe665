"""Cells in another stain: whether nuclei are found where the source has them.

A segmenter of histology is trained on real histology and its masks. It then looks at
fluorescence that was translated, whose masks are those of the fluorescence; photos that
are held out of one are held out of all. `data` is that of `translation.cells`.
"""

import numpy as np
from translation import cells, tasks

_FROM, _TO = "fluorescence", "histology"


def recipe(data, **options):
    """Returns the recipe `stain` on a folder's data."""
    from kgan import recipes

    path = f"unpaired:{data / 'nuclei.zip'}:{_FROM}/image:{_TO}/image"
    return recipes.get("stain").override(dataset=path, **options)


def matched(pictures: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Returns pictures whose values are distributed as those of others, by channel."""
    found = np.empty_like(pictures)
    for channel in range(pictures.shape[-1]):
        _, place = np.unique(pictures[..., channel], return_inverse=True)
        share = np.cumsum(np.bincount(place.reshape(-1))) / place.size
        wanted = np.quantile(others[..., channel], share)
        found[..., channel] = wanted[place].reshape(pictures.shape[:-1]).round()
    return found


def judged(translated):
    """Returns a setting: fluorescence that a function translates.

    Its arguments are the pictures, the data and the folder of the task.
    """

    def run(data, folder, seed):
        find = cells.segmenter(*cells.read(cells.source(data, _TO)), seed)
        pictures, masks = cells.read(cells.source(data, _FROM, "test"))
        return cells.score(find(translated(pictures, data, folder)), masks)

    return tasks.Setting(run)


def _as_it_is(pictures, data, folder):
    return pictures


def _inverted(pictures, data, folder):
    return 255 - pictures


def _matched(pictures, data, folder):
    return matched(pictures, cells.read(cells.source(data, _TO))[0])


def _matched_inverted(pictures, data, folder):
    return _matched(_inverted(pictures, data, folder), data, folder)


def _translated(**options):
    def translate(pictures, data, folder):
        game = tasks.trained(recipe(data, **options), folder.with_name("stain"))
        return game.translate(pictures)

    return translate


def _real(data, folder, seed):
    find = cells.segmenter(*cells.read(cells.source(data, _TO)), seed)
    pictures, masks = cells.read(cells.source(data, _TO, "test"))
    return cells.score(find(pictures), masks)


def shown(data, folder) -> dict:
    """Returns held-out fluorescence, what became of it, and real histology."""
    pictures, _ = cells.read(cells.source(data, _FROM, "test"))
    others, _ = cells.read(cells.source(data, _TO, "all"))
    game = tasks.read(folder / "stain")
    translated = game.translate(pictures)
    return {
        "fluorescence": pictures,
        "inverted, matched": _matched_inverted(pictures, data, folder),
        "translated": translated,
        "and back": game.translate(translated, direction="to_source"),
        "real histology": others[: len(pictures)],
    }


SETTINGS = {
    "real histology": tasks.Setting(_real),
    "fluorescence as it is": judged(_as_it_is),
    "its histogram matched": judged(_matched),
    "inverted, its histogram matched": judged(_matched_inverted),
    "translated": judged(_translated()),
}
