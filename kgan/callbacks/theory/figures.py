"""Figures as arrays, without a window and without global state."""

import numpy as np

# Share of the legend in a figure's height.
_LEGEND = 0.055


def with_legend(figure, draw):
    """Draws below a line with the legend.

    `draw` draws into the part of the figure below and returns the legend's handles.
    """
    above, below = figure.subfigures(2, height_ratios=[_LEGEND, 1 - _LEGEND])
    handles = draw(below)
    look = {"frameon": False, "borderpad": 0, "columnspacing": 1.4, "handlelength": 1.8}
    above.legend(handles=handles, loc="lower center", ncols=len(handles), **look)


def render(size, draw, dpi=110, **options):
    """Draws a figure and returns its pixels.

    matplotlib's `pyplot` keeps every figure in a global list and is not thread-safe;
    this figure is freed when its pixels are read.

    Args:
        size: Width and height in inches.
        draw: Function that draws into a given `matplotlib.figure.Figure`.
        dpi: Pixels of an inch.
        **options: Further arguments of the figure.

    Returns:
        A uint8 array of shape `(height, width, 3)`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, dpi=dpi, **options)
    canvas = FigureCanvasAgg(figure)
    draw(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
