"""What reaches G when D is trained alone and wins."""

import keras
import numpy as np
import tensorflow as tf
from learn import style, toy
from learn.style import BLUE, GRAY, GREEN, RED

import kgan

ROUNDS = 2000
R1_WEIGHT = 0.1
GAMES = {"no penalty": (), f"R1({R1_WEIGHT})": (kgan.penalties.R1(R1_WEIGHT),)}
DASHES = ("-", "--")
COLORS = {"minimax": RED, "non_saturating": GREEN}


def push(gan: kgan.GAN, samples: tf.Tensor, loss: kgan.losses.AdversarialLoss) -> float:
    """Measures how hard D pushes samples: the mean of ‖∂ loss / ∂ G(z)‖.

    Args:
        gan: The game whose D judges.
        samples: float32 of shape `(n, 2)`.
        loss: What a generator would minimise.
    """
    with tf.GradientTape() as tape:
        tape.watch(samples)
        logits = gan.discriminator(samples, training=False)
        total = tf.reduce_sum(loss.generator_loss(None, logits))
    gradients = tape.gradient(total, samples)
    return float(tf.reduce_mean(tf.norm(gradients, axis=-1)))


class Watch(keras.callbacks.Callback):
    """Measures the game before it starts and after each epoch."""

    def __init__(self, samples: tf.Tensor):
        super().__init__()
        self.samples = samples
        self.rows = []

    def on_train_begin(self, logs=None):
        """Measures a D that has learned nothing."""
        self._measure()

    def on_epoch_end(self, epoch, logs=None):
        """Measures once more."""
        self._measure()

    def _measure(self):
        pushes = {
            name: push(self.model, self.samples, kgan.losses.get(name))
            for name in COLORS
        }
        judged = float(self.model.discriminate(self.samples.numpy()).mean())
        self.rows.append({"rounds": self.model.step, "d_fake": judged, **pushes})


def play(penalties: tuple, rounds: int = ROUNDS, epochs: int = 40) -> dict:
    """Trains D alone against a generator that has learned nothing yet.

    Args:
        penalties: As in `kgan.GAN.compile`.
        rounds: Updates of D.
        epochs: In how many equal parts they are watched.

    Returns:
        Arrays of `epochs + 1` numbers: `rounds`, `d_fake` (the mean of D(G(z))), and
        one push for each name of a loss.
    """
    gan = toy.build()
    gan.compile(
        discriminator_optimizer=keras.optimizers.Adam(1e-3, beta_1=0.5),
        penalties=list(penalties),
        steps_per_execution=rounds // epochs,
        frozen=["generator"],
    )
    samples = gan.generate(1000, seed=1, averaged=False)
    watch = Watch(tf.constant(samples))
    gan.fit(toy.batches(rounds // epochs), epochs=epochs, verbose=0, callbacks=[watch])
    return {key: np.array([row[key] for row in watch.rows]) for key in watch.rows[0]}


def make() -> tuple[np.ndarray, list[str]]:
    """Draws what D says of the samples, and the push that each of two losses gives."""
    games = {name: play(penalties) for name, penalties in GAMES.items()}

    def draw(axes):
        left, right = axes[0]
        for (name, game), dash in zip(games.items(), DASHES, strict=True):
            left.semilogy(
                game["rounds"], game["d_fake"], dash, color=BLUE, lw=2, label=name
            )
            for loss, color in COLORS.items():
                right.semilogy(game["rounds"], game[loss], dash, color=color, lw=2)
        _finish(left, right)

    space = {"left": 0.085, "right": 0.975, "top": 0.88, "bottom": 0.16, "wspace": 0.3}
    lines = [
        f"{name}, {game['rounds'][-1]} rounds: D(G(z)) {game['d_fake'][-1]:.2g}, push "
        + ", ".join(f"{loss} {game[loss][-1]:.2g}" for loss in COLORS)
        for name, game in games.items()
    ]
    return style.render(3.5, draw, columns=2, **space), lines


def _finish(left, right):
    from matplotlib.lines import Line2D

    left.axhline(0.5, color=GRAY, lw=0.8)
    left.text(ROUNDS, 0.55, "½", ha="right")
    left.legend(frameon=False)
    style.plain(left, "D trained alone against a fixed G")
    left.set(xlabel="updates of D", ylabel="mean of D(G(z))")
    style.plain(right, "What is left for G to learn from")
    right.set(xlabel="updates of D", ylabel="mean push on a sample")
    right.legend(
        handles=[
            Line2D([], [], color=GREEN, lw=2, label="non-saturating: −log D"),
            Line2D([], [], color=RED, lw=2, label="saturating: log(1 − D)"),
        ],
        frameon=False,
    )
