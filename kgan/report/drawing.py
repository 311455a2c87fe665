"""Drawings of matplotlib in two editions: for light pages and for dark ones."""

import typing
from collections.abc import Callable

from kgan.callbacks.theory import figures
from kgan.report.markup import Html, element
from kgan.report.pictures import data_uri

# Twice the pixels of the screen's usual 96 in an inch, for finer screens.
_DPI, _DENSITY = 192, 2
_COLORS = 64


class Theme(typing.NamedTuple):
    """Colours; `real` and `fake` are told apart with any kind of colour vision.

    They are of the palette of Okabe and Ito, "Color Universal Design" (2008).
    """

    paper: str
    ink: str
    faint: str
    real: str
    fake: str


LIGHT = Theme("#ffffff", "#1d2329", "#c9d0d7", "#0072b2", "#d55e00")
DARK = Theme("#15191e", "#e4e8ec", "#454e58", "#56b4e9", "#f0a43a")


def drawing(size: tuple, draw: Callable, alt: str) -> Html:
    """Draws a figure twice, as a `<picture>`, and lets the page choose.

    Args:
        size: Width and height in inches, of 96 pixels each.
        draw: Function of axes and a `Theme`.
        alt: What is seen, for those who do not see it.
    """
    light, dark = (_render(size, draw, theme) for theme in (LIGHT, DARK))
    height, width = (side // _DENSITY for side in light.shape[:2])
    light, dark = (data_uri(pixels, _COLORS) for pixels in (light, dark))
    return element(
        "picture",
        element("source", media="(prefers-color-scheme: dark)", srcset=dark),
        element("img", src=light, alt=alt, width=width, height=height),
    )


def _render(size, draw, theme):
    import matplotlib

    def fill(figure):
        draw(figure.add_subplot(), theme)

    with matplotlib.rc_context(_settings(theme)):
        return figures.render(size, fill, _DPI, layout="tight")


def _settings(theme):
    return {
        "font.family": "DejaVu Sans",
        "font.size": 9.5,
        "axes.titlesize": 10.5,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.labelsize": 9.5,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "lines.linewidth": 1.8,
        "figure.facecolor": theme.paper,
        "axes.facecolor": theme.paper,
        "axes.edgecolor": theme.faint,
        "grid.color": theme.faint,
        "text.color": theme.ink,
        "axes.labelcolor": theme.ink,
        "xtick.color": theme.ink,
        "ytick.color": theme.ink,
    }
