"""Two losses for the generator, and how hard each of them pushes."""

import numpy as np
import tensorflow as tf
from learn import style
from learn.style import GRAY, GREEN, RED

import kgan

LOSSES = {
    "minimax": ("saturating: log(1 − D)", RED),
    "non_saturating": ("non-saturating: −log D", GREEN),
}


def loss_and_push(name: str, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns a generator loss and the size of its derivative, at logits of fakes.

    Args:
        name: A name of `kgan.losses`.
        logits: D's output on generated samples, before the sigmoid.

    Returns:
        Two float32 arrays of the shape of `logits`.
    """
    loss = kgan.losses.get(name)
    logits = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        values = loss.generator_loss(None, logits)
    return values.numpy(), np.abs(tape.gradient(values, logits).numpy())


def make() -> tuple[np.ndarray, list[str]]:
    """Draws both losses over D(G(z)), and their derivatives over the logit."""
    probabilities = np.linspace(0.002, 0.998, 500)
    logits = np.linspace(-8, 8, 400)

    def draw(axes):
        left, right = axes[0]
        for name, (label, color) in LOSSES.items():
            values, _ = loss_and_push(name, np.log(probabilities / (1 - probabilities)))
            left.plot(probabilities, values, color=color, lw=2, label=label)
            _, push = loss_and_push(name, logits)
            right.plot(logits, push, color=color, lw=2)
        _finish(left, right)

    space = {"left": 0.075, "right": 0.975, "top": 0.8, "bottom": 0.15, "wspace": 0.28}
    return style.render(3.7, draw, columns=2, **space), list(_table())


def _finish(left, right):
    left.axhline(0, color=GRAY, lw=0.8)
    left.legend(frameon=False, loc="upper right")
    style.plain(left, xlabel="D(G(z))", ylabel="loss of G", xlim=(0, 1), ylim=(-5, 5))
    left.set_title("What G minimises", fontsize=10.5, pad=34)
    style.plain(
        right,
        xlabel="logit of D at G(z)",
        ylabel="|d loss / d logit|",
        xlim=(-8, 8),
        xticks=range(-8, 9, 4),
        ylim=(0, 1.05),
    )
    right.set_title("How hard it pushes", fontsize=10.5, pad=34)
    above = right.twiny()
    shown = np.array([0.001, 0.05, 0.5, 0.95, 0.999])
    above.set(xlim=(-8, 8), xticks=np.log(shown / (1 - shown)), xlabel="D(G(z))")
    above.set_xticklabels([f"{value:g}" for value in shown])
    above.spines[["top", "right"]].set_visible(False)
    right.axvline(0, color=GRAY, lw=0.8)
    right.text(-7.7, 0.62, "samples that\nD rejects get\na full push …", color=GREEN)
    right.text(-7.7, 0.07, "… or none", color=RED)


def _table():
    for probability in (0.001, 0.01, 0.5, 0.99):
        logit = np.array([np.log(probability / (1 - probability))])
        pushes = [f"{name} {loss_and_push(name, logit)[1][0]:.3f}" for name in LOSSES]
        yield f"D(G(z)) = {probability:g}: push {', '.join(pushes)}"
