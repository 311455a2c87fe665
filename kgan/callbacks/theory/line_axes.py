"""The two parts of the one-dimensional figure, each in its axes."""

import numpy as np

from kgan.callbacks.theory import densities

BLACK, GREEN, BLUE, PALE, GRAY = "#111111", "#1a8a4a", "#1f55c0", "#b5cdf5", "#777777"


def draw_curves(axes, measured, limits, top):
    """Draws the two densities, D, the optimal D* and the line at 1/2.

    Densities have the left axis, D the right one. The scores of a critic are no
    probabilities: they are shown alone, on a scale of their own. `measured` is what
    `Line.measure` returns, `limits` are the ends of the x axis, and `top` is the upper
    end of the densities' axis.

    Returns the drawn lines, for a legend: p_data, p_g, D and D*.
    """
    x, p_data, p_g = measured["x"], measured["p_data"], measured["p_g"]
    right = axes.twinx()
    # The axes of the densities stay in front, above the pale band.
    axes.set_zorder(right.get_zorder() + 1)
    axes.patch.set_visible(False)
    handles = [
        *axes.plot(x, p_data, ":", color=BLACK, lw=2.2, label=r"$p_\mathrm{data}$"),
        *axes.plot(x, p_g, "-", color=GREEN, lw=2, label=r"$p_g$"),
    ]
    axes.fill_between(x, p_g, color=GREEN, alpha=0.12, lw=0)
    draw = _draw_probability if measured["probabilistic"] else _draw_score
    handles += draw(right, x, measured)
    axes.set(xlim=limits, ylim=(0, top), ylabel="density")
    axes.tick_params(labelbottom=False)
    for part in (axes, right):
        part.spines["top"].set_visible(False)
    right.yaxis.label.set_color(BLUE)
    right.tick_params(axis="y", colors=BLUE)
    return handles


def draw_map(axes, measured, limits):
    """Draws G as arrows from the axis of z, below, to that of x, above.

    Where arrows converge, p_g is high; where they diverge, it is low.
    """
    latents, samples = measured["latents"], measured["samples"]
    # Latents are a step of probability apart; the axis extends by one to each side.
    low = latents[0] - (latents[1] - latents[0])
    high = latents[-1] + (latents[-1] - latents[-2])
    below = axes.twiny()
    below.set_xlim(low, high)
    below.xaxis.set_ticks_position("bottom")
    below.locator_params(axis="x", nbins=5)

    starts = np.interp(latents, (low, high), limits)
    arrows = starts, np.zeros_like(starts), samples - starts, np.ones_like(starts)
    units = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.0022}
    heads = {"headwidth": 5, "headlength": 7, "headaxislength": 6}
    axes.quiver(*arrows, color=BLACK, **units, **heads)
    axes.set(xlim=limits, ylim=(0, 1), yticks=[])
    axes.xaxis.set_ticks_position("top")
    beside = {"transform": axes.transAxes, "va": "center", "style": "italic"}
    for name, height in (("x", 1), ("z", 0)):
        axes.text(1.02, height, name, **beside)
    for part in (axes, below):
        for side in ("left", "right"):
            part.spines[side].set_visible(False)


def _draw_probability(axes, x, measured):
    optimal = densities.optimal_discriminator(measured["p_data"], measured["p_g"])
    axes.axhline(0.5, color=GRAY, lw=0.8)
    label = r"$D^* = p_\mathrm{data}\,/\,(p_\mathrm{data} + p_g)$"
    (band,) = axes.plot(x, optimal, "-", color=PALE, lw=5, label=label)
    (line,) = axes.plot(x, measured["d"], "--", color=BLUE, lw=2, label="$D$")
    axes.set(ylim=(0, 1.02), yticks=[0, 0.5, 1], yticklabels=["0", "½", "1"])
    axes.set_ylabel("probability of being real", labelpad=2)
    return [line, band]


def _draw_score(axes, x, measured):
    (line,) = axes.plot(x, measured["d"], "--", color=BLUE, lw=2, label="$D$")
    axes.set_ylabel("score of the critic")
    return [line]
