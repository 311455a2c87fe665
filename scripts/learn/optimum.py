"""What the best discriminator says, and what its loss measures."""

import numpy as np
from learn import style
from learn.style import BLACK, BLUE, GRAY, GREEN

from kgan.callbacks.theory import densities

MEAN, STDDEV = 4.0, 1.5
SHOWN = 3.0  # by how much p_g of the left panel lies off
LOG_4 = np.log(4)


def normal(x: np.ndarray, mean: float) -> np.ndarray:
    """Returns the density of N(mean, STDDEV²)."""
    z = (x - mean) / STDDEV
    return np.exp(-0.5 * z**2) / (STDDEV * np.sqrt(2 * np.pi))


def smallest_loss(shift: float) -> float:
    """Returns d_loss of D*, where p_g is p_data moved by `shift`.

    −∫ p_data log D* + p_g log(1 − D*) dx, by the trapezoidal rule: it is log 4 without
    a shift, and goes to 0 where the densities no longer overlap.
    """
    ends = MEAN - 12 * STDDEV - abs(shift), MEAN + 12 * STDDEV + abs(shift)
    x = np.linspace(*ends, 20_001)
    real, fake = normal(x, MEAN), normal(x, MEAN + shift)
    # log D* = log p_data − log(p_data + p_g): in the tails both are small, and finite.
    value = real * np.log(real / (real + fake)) + fake * np.log(fake / (real + fake))
    return float(-np.trapezoid(value, x))


def make() -> tuple[np.ndarray, list[str]]:
    """Draws D* between two densities, and the smallest d_loss over their distance."""
    shifts = np.linspace(0, 10, 101)
    losses = np.array([smallest_loss(shift) for shift in shifts])

    def draw(axes):
        _draw_answer(axes[0, 0])
        _draw_losses(axes[0, 1], shifts, losses)

    space = {"left": 0.075, "right": 0.975, "top": 0.9, "bottom": 0.15, "wspace": 0.45}
    lines = [
        f"means {shift:g} apart: smallest d_loss {loss:.3f}, "
        f"JSD {(LOG_4 - loss) / 2:.3f} of at most {LOG_4 / 2:.3f} nats"
        for shift in (0, SHOWN, 10)
        for loss in [smallest_loss(shift)]
    ]
    return style.render(3.4, draw, columns=2, **space), lines


def _draw_answer(axes):
    x = np.linspace(MEAN - SHOWN - 3 * STDDEV, MEAN + 3 * STDDEV, 400)
    real, fake = normal(x, MEAN), normal(x, MEAN - SHOWN)
    axes.plot(x, real, ":", color=BLACK, lw=2.2)
    axes.plot(x, fake, color=GREEN, lw=2)
    axes.fill_between(x, fake, color=GREEN, alpha=0.12, lw=0)
    style.plain(axes, "The best answer to a fixed G", xlabel="x", ylabel="density")
    axes.set(xlim=(x[0], x[-1]), ylim=(0, 0.44))
    right = axes.twinx()
    right.axhline(0.5, color=GRAY, lw=0.8)
    right.plot(x, densities.optimal_discriminator(real, fake), "--", color=BLUE, lw=2)
    right.set(ylim=(0, 1.3), yticks=[0, 0.5, 1], yticklabels=["0", "½", "1"])
    right.set_ylabel("D(x)", color=BLUE, labelpad=0)
    right.spines["top"].set_visible(False)
    right.tick_params(axis="y", colors=BLUE)
    for place, text, color in [
        ((MEAN - SHOWN - 2.6, 0.84), "$p_g$", GREEN),
        ((MEAN + 1.6, 0.84), r"$p_\mathrm{data}$", BLACK),
        ((MEAN - 4.6, 1.1), r"$D^* = p_\mathrm{data}/(p_\mathrm{data} + p_g)$", BLUE),
    ]:
        right.text(*place, text, color=color, fontsize=11, ha="left")


def _draw_losses(axes, shifts, losses):
    axes.axhline(LOG_4, color=GRAY, lw=0.8)
    axes.plot(shifts, losses, color=BLUE, lw=2)
    axes.plot(SHOWN, smallest_loss(SHOWN), "o", color=BLUE)
    axes.annotate(
        "the left panel",
        (SHOWN, smallest_loss(SHOWN)),
        xytext=(10, 6),
        textcoords="offset points",
    )
    axes.text(10, LOG_4 + 0.03, "log 4 ≈ 1.386: $p_g = p_\\mathrm{data}$", ha="right")
    style.plain(
        axes,
        r"Its loss is log 4 − 2 JSD$(p_\mathrm{data}, p_g)$",
        xlabel="distance of the two means",
        ylabel="smallest possible d_loss",
        xlim=(0, 10),
        ylim=(0, 1.6),
    )
