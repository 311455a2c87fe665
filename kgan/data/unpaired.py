"""Two sets of images that do not correspond, for unpaired translation."""

from __future__ import annotations

from kgan.data import holdout, image_sets, stream
from kgan.data.sides import Sides


class Unpaired(Sides):
    """Images of two kinds, sources and targets, of any number and size.

    Rows of a batch are drawn on each side alone, so that no source has a target of its
    own. An epoch is as long as the larger side; the smaller one repeats, each time in
    another order. Without shuffling both sides come in their order. The arguments are
    those of `Sides`; a share of each side is held out. A path without `source` and
    `target` is a folder or ZIP with trainA, trainB, testA and testB in it, as
    CycleGAN's data are.

    Example: `kgan.data.Unpaired(("photos", "paintings.zip"), image_size=64)`
    """

    kind = "unpaired"
    _unique = False
    _what = ("sources", "targets")

    def _usual_rule(self, found):
        return holdout.FOLDER

    def _of_one(self, found, windows, by_folder):
        names = image_sets.layout(found)
        windows = dict(zip(names, windows, strict=True))
        return image_sets.read(found, names, windows, True, self._unique)

    def _matched(self, sets):
        for one in sets:
            if not one.files:
                image_sets.raise_nothing(one)
        left_out = [(file, why) for one in sets for _, file, why in one.broken]
        return [sorted(one.files) for one in sets], tuple(sorted(left_out)), []

    def draws(self, first, last, batch_size, seed, shuffle):
        seeds = [stream.of_side(seed, side) for side in range(2)]
        rows = [
            stream.endless_batches(
                first, last, one.num_examples, batch_size, own, shuffle
            )
            for one, own in zip((self.sources, self.targets), seeds, strict=True)
        ]
        return self._with_crops(rows, first, last, batch_size, seeds, shuffle)
