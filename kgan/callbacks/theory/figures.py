"""Figures as arrays, without a window and without global state."""

import numpy as np

_DPI = 110


# Share of the legend in a figure's height.
_LEGEND = 0.055


def with_legend(figure, draw):
    """Draws below a line with the legend.

    Args:
        figure: A matplotlib figure.
        draw: Function that draws into the part below and returns the legend's handles.
    """
    above, below = figure.subfigures(2, height_ratios=[_LEGEND, 1 - _LEGEND])
    handles = draw(below)
    above.legend(
        handles=handles,
        loc="lower center",
        ncols=len(handles),
        frameon=False,
        borderpad=0,
        columnspacing=1.4,
        handlelength=1.8,
    )


def render(size, draw):
    """Draws a figure and returns its pixels.

    matplotlib's `pyplot` keeps every figure in a global list and is not thread-safe;
    this figure is freed when its pixels are read.

    Args:
        size: Width and height in inches, of 110 pixels each.
        draw: Function that draws into a given `matplotlib.figure.Figure`.

    Returns:
        A uint8 array of shape `(height, width, 3)`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=_DPI)
    canvas = FigureCanvasAgg(figure)
    draw(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
