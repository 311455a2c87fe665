"""Models of points: samples over the true density, and paths in the plane."""

import itertools

import numpy as np

from kgan.callbacks.theory import plane
from kgan.report.drawing import drawing
from kgan.report.markup import Html, element, figure

_LINE, _SQUARE = (5.6, 3.2), (4.4, 4.3)
_COUNT = 2_000
_PATHS, _STEPS = 5, 64
_CELLS = 300


def samples(subject) -> Html | None:
    """Shows generated beside real points; None in more than two dimensions."""
    dimensions = subject.source.shape[0]
    if dimensions > 2:
        return None
    real, fake = subject.real_points(_COUNT), subject.fake_points(_COUNT)
    limits = plane.square(real)
    if dimensions == 1:
        panels = [_histogram(subject.source, real[:, 0], fake[:, 0], limits[0])]
    else:
        shades = _shades(subject.source, limits)
        panels = [
            _scatter("Real", real, "real", limits, shades),
            _scatter("Generated", fake, "fake", limits, shades),
        ]
    return figure(
        element("div", *panels, class_="panels" if dimensions == 2 else None),
        _caption(subject.source, dimensions, len(fake), _outside(fake, limits)),
    )


def _caption(source, dimensions, count, outside):
    text = f"{count:,} generated points. "
    if hasattr(source, "density"):
        text += "The true density is " + ("a line. " if dimensions == 1 else "gray. ")
    text += (
        "Parts of the data without generated points are modes that the generator "
        "dropped; points between the modes are bridges that it could not tear."
    )
    if outside:
        text += f" {outside:,} of the generated points lie outside of the picture."
    return text


def walks(subject) -> Html | None:
    """Shows paths between samples in the plane; None in more than two dimensions."""
    dimensions = subject.source.shape[0]
    if dimensions > 2:
        return None
    classes = subject.classes
    labels = [classes and number % classes for number in range(_PATHS)]
    paths = [subject.interpolate(n, _STEPS, label) for n, label in enumerate(labels)]
    limits = plane.square(subject.real_points(_COUNT))
    draw = _on_line if dimensions == 1 else _in_plane
    return figure(
        draw(subject.source, paths, limits),
        f"{_PATHS} paths of {_STEPS} equal steps on the great circle between two "
        "latents; a circle is where a path begins. A path should be smooth; where its "
        "points lie far apart, the generator leaps, as it must between modes.",
    )


def _outside(points, limits):
    inside = (points >= limits[:, 0]) & (points <= limits[:, 1])
    return int(np.count_nonzero(~inside.all(axis=1)))


def _histogram(source, real, fake, limits):
    edges = np.linspace(*limits, 61)

    def heights(values):
        # Of all points, those outside included: areas are shares.
        counts = np.histogram(values, edges)[0]
        return counts / (len(values) * (edges[1] - edges[0]))

    def draw(axes, theme):
        filled = {"fill": True, "color": theme.fake, "alpha": 0.55}
        axes.stairs(heights(fake), edges, label="generated", **filled)
        if hasattr(source, "density"):
            x = np.linspace(*limits, _CELLS)
            axes.plot(x, source.density(x[:, None]), color=theme.real, label="density")
        else:
            axes.stairs(heights(real), edges, color=theme.real, lw=1.8, label="real")
        axes.set(xlim=limits, xlabel="x", ylabel="density", title="Samples and data")
        axes.set_ylim(bottom=0)
        axes.legend(loc="best")

    return drawing(_LINE, draw, "Histogram of samples with the density of the data")


def _shades(source, limits):
    known = hasattr(source, "density")
    return plane.shades(source, limits, _CELLS) if known else None


def _backdrop(axes, theme, limits, shades):
    if shades is not None:
        colors, extent = plane.colors_of_density(theme.paper, "#8a8f94"), limits.ravel()
        axes.imshow(shades, colors, extent=extent, origin="lower", vmin=0, vmax=1)
    axes.set(xlim=limits[0], ylim=limits[1], aspect="equal", xlabel="x₁", ylabel="x₂")


def _scatter(title, points, role, limits, shades):
    def draw(axes, theme):
        _backdrop(axes, theme, limits, shades)
        axes.scatter(*points.T, s=6, color=getattr(theme, role), alpha=0.6, lw=0)
        axes.set_title(title)

    return drawing(_SQUARE, draw, f"{title} points in the plane")


def _draw_paths(axes, theme, paths, alpha=1.0):
    colors = itertools.cycle((theme.fake, theme.real, theme.ink))
    for (x, y), color in zip(paths, colors, strict=False):
        axes.plot(x, y, ".-", color=color, lw=0.8, ms=4, alpha=alpha)
        axes.plot(x[0], y[0], "o", color=color, ms=7, mfc=theme.paper)


def _in_plane(source, paths, limits):
    shades = _shades(source, limits)

    def draw(axes, theme):
        _backdrop(axes, theme, limits, shades)
        _draw_paths(axes, theme, [path.T for path in paths], alpha=0.85)

    return drawing(_SQUARE, draw, f"{len(paths)} paths of samples in the plane")


def _on_line(source, paths, limits):
    def draw(axes, theme):
        at = np.linspace(0, 1, len(paths[0]))
        _draw_paths(axes, theme, [(at, path[:, 0]) for path in paths])
        axes.set(ylim=limits[0], xlabel="part of the way", ylabel="x")

    return drawing(_LINE, draw, f"{len(paths)} paths of samples on the line")
