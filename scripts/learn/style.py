"""Colours and sizes that the pictures share: black data, green G, blue D."""

import numpy as np

from kgan.callbacks.theory import figures
from kgan.callbacks.theory.line_axes import BLACK, BLUE, GRAY, GREEN, PALE

__all__ = ["BLACK", "BLUE", "GRAY", "GREEN", "PALE", "RED", "WIDTH", "plain", "render"]

RED = "#c0182b"
# Inches; at 110 pixels each the picture fills a page of GitHub.
WIDTH = 8.4


def render(height: float, draw, rows: int = 1, columns: int = 1, **space) -> np.ndarray:
    """Draws a picture of the common width.

    Args:
        height: Inches.
        draw: Function of an array of matplotlib axes, `(rows, columns)`.
        rows: Number of rows of axes.
        columns: Number of columns.
        **space: As in `matplotlib.figure.Figure.subplots_adjust`.

    Returns:
        A uint8 array of shape `(pixels, pixels, 3)`.
    """

    def fill(figure):
        axes = figure.subplots(rows, columns, squeeze=False)
        figure.subplots_adjust(**space)
        draw(axes)

    return figures.render((WIDTH, height), fill)


def plain(axes, title: str = "", **settings) -> None:
    """Sets title and settings of axes, and takes the upper and right lines away."""
    axes.set_title(title, fontsize=10.5)
    axes.set(**settings)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
