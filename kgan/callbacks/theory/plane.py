"""A game in two dimensions: samples over the true density, and contours of D."""

import numpy as np

from kgan.callbacks.theory import evaluation
from kgan.callbacks.theory.line_axes import BLUE, GREEN

# Modes of a toy can be narrow; D is smooth.
_PIXELS, _CELLS = 400, 100
# D's levels, from "surely generated" to "surely real".
_CONTOURS = {
    0.1: "#c0182b",
    0.25: "#e8836b",
    0.4: "#f0b8a8",
    0.5: "#111111",
    0.6: "#b0cdee",
    0.75: "#6fa8e0",
    0.9: "#1f55c0",
}


class Plane:
    """Measures and draws a game over two-dimensional data; arguments as in `Line`.

    The true density is gray, samples of the generator are dots, and the contours of D
    run from "surely generated" (red) to "surely real" (blue); the one at 1/2 is black.
    The scores of a critic have contours at equal distances.
    """

    size = (6.2, 6.4)
    num_samples = 2_000

    def __init__(self, source, averaged=False, seed=0):
        self.averaged = averaged
        self.seed = seed
        self.real = source.sample(self.num_samples, seed)
        self.limits = square(self.real)
        self.shades = shades(source, self.limits, _PIXELS)

    def measure(self, model):
        choices = self.num_samples, self.averaged, self.seed
        fake = evaluation.finite(evaluation.generator_map(model, *choices)[1])
        (x, y), points = _mesh(self.limits, _CELLS)
        d, *values = evaluation.discriminate(model, points, self.real, fake)
        return {
            "step": model.step,
            "samples": fake,
            "x": x,
            "y": y,
            "d": d.reshape(_CELLS, _CELLS),
            "probabilistic": model.adversarial_loss.probabilistic,
            "gap": evaluation.equilibrium_gap(*values),
        }

    def title(self, measured):
        return evaluation.title(measured)

    def draw(self, figure, measured, title):
        axes = figure.add_axes((0.1, 0.06, 0.86, 0.86))
        place = {"extent": self.limits.ravel(), "origin": "lower"}
        colors = colors_of_density("#ffffff", "#6a6a6a")
        axes.imshow(self.shades, colors, interpolation="bilinear", **place)
        axes.scatter(*measured["samples"].T, s=6, c=GREEN, alpha=0.5, lw=0)
        _draw_contours(axes, measured)
        axes.set(xlim=self.limits[0], ylim=self.limits[1], aspect="equal")
        figure.text(0.5, 0.96, title, ha="center", va="center", fontsize=11)
        return _handles(measured["probabilistic"])


def square(points):
    """Returns limits around points, `(d, 2)`, the same half-width in all dimensions."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = 0.65 * max((high - low).max(), 1e-6)
    return np.stack([(low + high) / 2 - half, (low + high) / 2 + half], axis=1)


def shades(source, limits, cells):
    """Computes the density on a mesh `(cells, cells)`, in [0, 1].

    The root shows the foot of a narrow peak, too.
    """
    _, points = _mesh(limits, cells)
    density = source.density(points).reshape(cells, cells)
    return np.sqrt(density / (density.max() or 1.0))


def colors_of_density(lowest, highest):
    """Returns the matplotlib map of `shades` to colours."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("density", [lowest, highest])


def _mesh(limits, cells):
    """Returns the two axes and all points of a square mesh."""
    axes = [np.linspace(*ends, cells) for ends in limits]
    return axes, np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def _draw_contours(axes, measured):
    d = measured["d"]
    if measured["probabilistic"]:
        levels, colors = np.array(list(_CONTOURS)), np.array(list(_CONTOURS.values()))
    else:
        levels = np.linspace(np.min(d), np.max(d), 9)[1:-1]
        colors = np.full(len(levels), BLUE)
    # A level that D does not reach would make matplotlib warn.
    reached = (levels > np.min(d)) & (levels < np.max(d))
    if reached.any():
        places = measured["x"], measured["y"], d, levels[reached]
        style = {"colors": colors[reached], "linewidths": 1.3, "linestyles": "solid"}
        contours = axes.contour(*places, **style)
        axes.clabel(contours, fmt="%.2g", fontsize=8)


def _handles(probabilistic):
    from matplotlib.lines import Line2D

    dots = {"ls": "", "marker": "o"}
    handles = [
        Line2D([], [], color="#999999", label=r"$p_\mathrm{data}$", lw=7),
        Line2D([], [], color=GREEN, label="samples of $p_g$", ms=4, **dots),
    ]
    if probabilistic:
        handles += [
            Line2D([], [], color=_CONTOURS[0.5], label="$D$ = ½", lw=1.3),
            Line2D([], [], color=_CONTOURS[0.75], label="above ½", lw=1.3),
            Line2D([], [], color=_CONTOURS[0.25], label="below ½", lw=1.3),
        ]
    else:
        handles.append(Line2D([], [], color=BLUE, label="score $D$", lw=1.3))
    return handles
