"""Pairs of images under equal names in two sets, for image-to-image games."""

from __future__ import annotations

import numpy as np

from kgan.data import holdout, image_sets
from kgan.data.base import IndexedSource
from kgan.data.sides import Sides

_NAMED = 3  # how many pairs a note names
_TOLERANCE = 0.01  # of proportions, which are whole pixels


class Pairs(Sides, IndexedSource):
    """Pairs of images: a source, and the target that belongs to it.

    A folder or a ZIP has a sub-folder for each set of images, or there are two. Files
    of two sets whose names are equal but for the ending are a pair, at the same index
    of `sources` and `targets`. What `Source` and `IndexedSource` describe (`shape`,
    `read`, `array`) are the targets, which a game generates. Whether a pair is held out
    follows from its name. The arguments are those of `Sides`. A path without `source`
    and `target` is a folder or ZIP of images that are two side by side, A to the left
    and B to the right, as pix2pix's data are; where they lie in folders train, and test
    or val, the latter are held out.

    Attributes:
        keys: Names of the pairs, without ending, in the order of the examples.

    Raises, besides what `Sides` does, a `ValueError` if no name is in both sets, an
    image with a partner cannot be read, or an image has no two halves.
    Example: `kgan.data.Pairs("maps.zip", source="aerial", target="map")`
    """

    kind = "pairs"

    @property
    def keys(self):
        return self._chosen[0]

    @property
    def array(self) -> np.ndarray | None:
        """All targets if they are held, else None."""
        return self.targets.array

    def read(self, indices=None):
        return self.targets.read(indices)

    def draws(self, first, last, batch_size, seed, shuffle):
        rows = super().draws(first, last, batch_size, seed, shuffle)
        both, seeds = [rows, rows], [seed, seed]
        return self._with_crops(both, first, last, batch_size, seeds, shuffle)

    def _usual_rule(self, found):
        return holdout.FOLDER if image_sets.is_parted(found) else None

    def _of_one(self, found, windows, by_folder):
        return [
            image_sets.read_whole(found, window, by_folder, part=part)
            for part, window in zip(("left", "right"), windows, strict=True)
        ]

    def _matched(self, sets):
        keys, left_out = image_sets.match(sets)
        notes = []
        sizes = {key: [one.infos[key].size for one in sets] for key in keys}
        others = [key for key, both in sizes.items() if not _are_alike(*both)]
        if others:
            shown = ", ".join(
                "{} ({}x{} and {}x{})".format(key, *sizes[key][0], *sizes[key][1])
                for key in others[:_NAMED]
            )
            notes.append(
                f"{len(others)} of {len(keys)} pairs have partners of other "
                f"proportions, whose pixels do not lie on each other: {shown}"
            )
        return [keys, keys], left_out, notes


def _are_alike(first, second):
    """Returns whether two sizes (height, width) have the same proportions."""
    one, other = first[0] * second[1], second[0] * first[1]
    return abs(one - other) <= _TOLERANCE * max(one, other)
