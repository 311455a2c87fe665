"""What `fit` logs, over a run of `kgan train`."""

import csv
import json
import pathlib

import numpy as np
import tensorflow as tf
from learn import style
from learn.style import BLACK, BLUE, GRAY, GREEN

import kgan

KEYS = ("step", "d_loss", "g_loss", "d_real", "d_fake", "d_accuracy")


def read(run_dir: str) -> dict:
    """Reads the logs of a run directory.

    Args:
        run_dir: What `kgan train` wrote.

    Returns:
        float64 arrays of one length by key, one number for each line of metrics.csv.

    Raises:
        ValueError: If the run logged another thing, or nothing.
    """
    path = pathlib.Path(run_dir) / "metrics.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not set(KEYS) <= set(rows[0]):
        raise ValueError(f"{path} must have lines and the columns {', '.join(KEYS)}.")
    return {key: np.array([float(row[key]) for row in rows]) for key in KEYS}


def undecided(run_dir: str) -> dict:
    """Returns both losses of a D that says 1/2 to everything, by their keys.

    Args:
        run_dir: What `kgan train` wrote: its recipe.json names the loss.
    """
    text = (pathlib.Path(run_dir) / "recipe.json").read_text(encoding="utf-8")
    loss = kgan.losses.get(json.loads(text)["loss"])
    logits = tf.zeros(())
    return {
        "d_loss": float(loss.discriminator_loss(logits, logits)),
        "g_loss": float(loss.generator_loss(logits, logits)),
    }


def make(run_dir: str) -> tuple[np.ndarray, list[str]]:
    """Draws the losses of a run, and what D says."""
    logs, levels = read(run_dir), undecided(run_dir)

    def draw(axes):
        losses, judged = axes[0]
        _curves(losses, logs, {"d_loss": BLUE, "g_loss": GREEN}, "center")
        _levels(losses, {_text(level): level for level in levels.values()})
        style.plain(losses, "Losses, and dotted where D says ½", xlabel="round")
        colors = {"d_real": BLACK, "d_fake": GREEN, "d_accuracy": GRAY}
        _curves(judged, logs, colors, "lower center")
        _levels(judged, {"½": 0.5})
        style.plain(judged, "What D says", xlabel="round", ylim=(0, 1))

    lines = [
        f"round {int(logs['step'][row])}: "
        + ", ".join(f"{key} {logs[key][row]:.3f}" for key in KEYS[1:])
        for row in (0, -1)
    ]
    space = {"left": 0.06, "right": 0.965, "top": 0.88, "bottom": 0.17, "wspace": 0.26}
    return style.render(3.2, draw, columns=2, **space), lines


def _curves(axes, logs, colors, place):
    for key, color in colors.items():
        axes.plot(logs["step"], logs[key], color=color, lw=2, label=key)
    axes.set_xlim(0, logs["step"][-1])
    axes.legend(frameon=False, ncols=len(colors), loc=place)


def _levels(axes, levels):
    for name, height in levels.items():
        axes.axhline(height, color=GRAY, lw=0.8, ls=":")
        axes.annotate(
            name, (1.01, height), xycoords=("axes fraction", "data"), va="center"
        )


def _text(number):
    return f"{number:.3f}".replace("-", "−")
