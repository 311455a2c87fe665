"""The similarities of all pairs of columns as a picture."""

from collections.abc import Sequence

import numpy as np

from kgan.report.drawing import drawing
from kgan.report.markup import Html

_SIDE = 9.6  # inches: the width of the page
_NUMBERED = 20  # columns up to which cells have room for their number
_NAME = 20  # letters of a name


def heat_map(matrix: np.ndarray, names: Sequence[str]) -> Html:
    """Draws a symmetric matrix of similarities in [0, 1] with the names at its sides.

    Its diagonal is left empty. The least value has the strongest colour, 1 has none.
    """
    from matplotlib.colors import LinearSegmentedColormap

    count = len(names)
    side = min(_SIDE, 3.0 + 0.42 * count)
    values = np.where(np.eye(count, dtype=bool), np.nan, matrix)
    least = min(0.9, float(np.nanmin(values)))
    size = min(9.5, 0.75 * 72 * (side - 2.2) / count)

    def draw(axes, theme):
        colors = LinearSegmentedColormap.from_list("", [theme.fake, theme.paper])
        image = axes.imshow(values, colors, vmin=least, vmax=1.0)
        axes.figure.colorbar(image, ax=axes, shrink=0.4, pad=0.02, fraction=0.05)
        axes.grid(visible=False)
        axes.tick_params(length=0, labelsize=size)
        labels = [short(name) for name in names]
        axes.set_yticks(range(count), labels)
        axes.set_xticks(range(count), labels, rotation=90)
        if count <= _NUMBERED:
            _write(axes, theme, values, least)

    worst = np.unravel_index(np.nanargmin(values), values.shape)
    alt = (
        f"Similarities of {count} columns by pair, the least of them "
        f"{values[worst]:.2f} of {names[worst[0]]} and {names[worst[1]]}"
    )
    return drawing((side, side * 0.95), draw, alt)


def _write(axes, theme, values, least):
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        strong = value < least + 0.4 * (1 - least)
        text = f"{value:.2f}".removeprefix("0")
        color = theme.paper if strong else theme.ink
        axes.text(column, row, text, ha="center", va="center", size=7.5, color=color)


def short(name: str, most: int = _NAME) -> str:
    """Returns a name of at most so many letters: of a longer one both ends.

    Names of columns often differ in their last letters alone.
    """
    if len(name) <= most:
        return name
    last = (most - 1) // 2
    return f"{name[: most - 1 - last]}…{name[-last:]}"
