"""Draws what became of a few held-out sources: a row for each setting."""

import pathlib
from collections.abc import Mapping

import numpy as np

_COUNT, _INCHES = 12, 0.85


def draw(rows: Mapping[str, np.ndarray], path: pathlib.Path) -> None:
    """Writes a PNG of images that are spread over all that are held out.

    Args:
        rows: By name, uint8 images `(n, height, width, channels)`, of the same sources.
        path: Where it is written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    count = len(next(iter(rows.values())))
    chosen = np.linspace(0, count - 1, min(_COUNT, count)).astype(int)
    size = (_INCHES * (len(chosen) + 1.5), 1.1 * _INCHES * len(rows))
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axis, (name, images) in zip(axes, rows.items(), strict=True):
        shown = np.broadcast_to(images[chosen], (*images[chosen].shape[:3], 3))
        edge = [(0, 0), (2, 2), (2, 2), (0, 0)]
        strip = np.concatenate(list(np.pad(shown, edge, constant_values=255)), axis=1)
        axis.imshow(strip, interpolation="nearest")
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.savefig(path, dpi=110, bbox_inches="tight")
