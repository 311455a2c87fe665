"""Models of points: samples over the true density, and paths in the plane."""

import numpy as np

from kgan.report.drawing import drawing
from kgan.report.markup import Html, element, figure

_LINE, _SQUARE = (5.6, 3.2), (4.4, 4.3)
_COUNT = 2_000
_PATHS, _STEPS = 5, 64
_CELLS = 300


def samples(subject) -> Html | None:
    """Shows samples of a model of points beside real ones.

    Args:
        subject: A `kgan.report.subject.Subject` of points.

    Returns:
        The section's content; None in more than two dimensions.
    """
    dimensions = subject.source.shape[0]
    if dimensions > 2:
        return None
    real, fake = subject.real_points(_COUNT), subject.generate(_COUNT)
    limits = _limits(real)
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
    """Shows where samples go when their latent moves from one to another.

    Args:
        subject: A `kgan.report.subject.Subject` of points.

    Returns:
        The section's content; None in more than two dimensions.
    """
    dimensions = subject.source.shape[0]
    if dimensions > 2:
        return None
    classes = subject.classes
    paths = [
        subject.interpolate(
            number, _STEPS, None if classes is None else number % classes
        )
        for number in range(_PATHS)
    ]
    limits = _limits(subject.real_points(_COUNT))
    draw = _on_line if dimensions == 1 else _in_plane
    return figure(
        draw(subject.source, paths, limits),
        f"{_PATHS} paths of {_STEPS} equal steps on the great circle between two "
        "latents; a circle is where a path begins. A path should be smooth; where its "
        "points lie far apart, the generator leaps, as it must between modes.",
    )


def _limits(real):
    """A range around the real points, the same half-width in both dimensions."""
    low, high = real.min(axis=0), real.max(axis=0)
    half = 0.65 * max((high - low).max(), 1e-6)
    return np.stack([(low + high) / 2 - half, (low + high) / 2 + half], axis=1)


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
        axes.stairs(
            heights(fake),
            edges,
            fill=True,
            color=theme.fake,
            alpha=0.55,
            label="generated",
        )
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
    """The density on a mesh, in [0, 1]; None where it is not known."""
    if not hasattr(source, "density"):
        return None
    mesh = np.meshgrid(*(np.linspace(*ends, _CELLS) for ends in limits))
    density = source.density(np.stack(mesh, axis=-1).reshape(-1, 2))
    # The root shows the foot of a narrow peak, too.
    return np.sqrt(density / (density.max() or 1.0)).reshape(_CELLS, _CELLS)


def _backdrop(axes, theme, limits, shades):
    from matplotlib.colors import LinearSegmentedColormap

    if shades is not None:
        colors = LinearSegmentedColormap.from_list("density", [theme.paper, "#8a8f94"])
        axes.imshow(
            shades, cmap=colors, extent=limits.ravel(), origin="lower", vmin=0, vmax=1
        )
    axes.set(xlim=limits[0], ylim=limits[1], aspect="equal")
    axes.set(xlabel="x₁", ylabel="x₂")


def _scatter(title, points, role, limits, shades):
    def draw(axes, theme):
        _backdrop(axes, theme, limits, shades)
        axes.scatter(*points.T, s=6, color=getattr(theme, role), alpha=0.6, lw=0)
        axes.set_title(title)

    return drawing(_SQUARE, draw, f"{title} points in the plane")


def _in_plane(source, paths, limits):
    shades = _shades(source, limits)

    def draw(axes, theme):
        _backdrop(axes, theme, limits, shades)
        for number, path in enumerate(paths):
            color = (theme.fake, theme.real, theme.ink)[number % 3]
            axes.plot(*path.T, ".-", color=color, lw=0.8, ms=4, alpha=0.85)
            axes.plot(*path[0], "o", color=color, ms=7, mfc=theme.paper)

    return drawing(_SQUARE, draw, f"{len(paths)} paths of samples in the plane")


def _on_line(source, paths, limits):
    def draw(axes, theme):
        at = np.linspace(0, 1, len(paths[0]))
        for number, path in enumerate(paths):
            color = (theme.fake, theme.real, theme.ink)[number % 3]
            axes.plot(at, path[:, 0], ".-", color=color, lw=0.8, ms=4)
            axes.plot(at[0], path[0, 0], "o", color=color, ms=7, mfc=theme.paper)
        axes.set(ylim=limits[0], xlabel="part of the way", ylabel="x")

    return drawing(_LINE, draw, f"{len(paths)} paths of samples on the line")
