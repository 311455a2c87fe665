"""Origin of a model, for its card."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Provenance:
    """What is known of a model beyond its networks.

    Args:
        recipe: Name of the recipe, or None.
        data: The data that it learnt from, in words, or None.
        settings: What it was trained with, values by name.
        figures: Pairs of where figures come from, in words, and the figures by name.
        measurements: Those of the figures that are of this very model, a tuple of
            `kgan.metrics.Measurement`.
        license: Under what terms the model may be used, an SPDX name or in words.
        labels: How sides of a translation are label maps, texts by role ("source",
            "target"), as options of `kgan.data` have them.
    """

    recipe: str | None = None
    data: str | None = None
    settings: dict = dataclasses.field(default_factory=dict)
    figures: tuple = ()
    license: str | None = None
    measurements: tuple = ()
    labels: dict = dataclasses.field(default_factory=dict)
