"""Whether a cycle closes by what its translation shows, or by a hidden message."""

from kgan.metrics.base import Figure, Metric, check_finite
from kgan.metrics.feature_rows import LIMIT, Rows
from kgan.metrics.paired import Sides, l1

# By figure, what happens to the translations on their way.
_DISTURBANCES = {
    "cycle_error": None,
    "cycle_error_noise": "noise",
    "cycle_error_jpeg": "jpeg",
}


class CycleError(Metric):
    """Mean of |x − F(G(x))| of held-out sources, and of disturbed translations.

    `cycle_error` is that of the translations as they are; `cycle_error_noise` after
    each of their values was moved by one gray level, up or down; `cycle_error_jpeg`
    after they were kept as JPEG of quality 75. If a small disturbance raises the error
    manyfold, the translator hides its source in its translation, and a low
    `cycle_error` says nothing about this.

    Source: Chu, Zhmoginov and Sandler, "CycleGAN, a Master of Steganography" (2017),
    section 4.
    """

    kind = "cycle_error"
    figures = tuple(_DISTURBANCES)
    best = ("min",) * len(_DISTURBANCES)
    on_features = False
    reads_held_out = True
    made = {
        name: ("cycles", {"disturbance": disturbance})
        for name, disturbance in _DISTURBANCES.items()
    }

    def seen(self, role, extractor):
        return Sides(l1, extractor)

    def statistics(self):
        return {name: Rows(LIMIT) for name in self.figures}

    def compute(self, collected, context):
        found = {}
        for name in self.figures:
            rows = collected[name].rows
            check_finite(**{name: rows})
            values = rows[:, 0]
            meaning = f"standard error of the mean of {len(values)} pictures"
            found[name] = Figure.mean(values, meaning, {})
        return found
