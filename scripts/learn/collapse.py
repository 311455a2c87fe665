"""A generator that hops from mode to mode, and what keeps all of them."""

import typing

import numpy as np
from learn import style, toy
from learn.style import GREEN

import kgan

STEPS, SNAPSHOTS = 4000, 5
NUM_SAMPLES = 2000


class Game(typing.NamedTuple):
    """A way to play; `compiled` are arguments of `learn.toy.build`."""

    title: str
    compiled: dict


def games(beta_1: float) -> tuple[Game, ...]:
    """Returns the games of the picture, from top to bottom.

    Args:
        beta_1: Momentum of both Adam optimizers in all of them.
    """
    r1 = [kgan.penalties.R1(0.1)]
    pairing = {"loss": "relativistic_pairing", "penalties": r1}
    return (
        Game("plain", {"beta_1": beta_1}),
        Game("with R1", {"beta_1": beta_1, "penalties": r1}),
        Game("relativistic,\nwith R1", {"beta_1": beta_1, **pairing}),
    )


def play(game: Game, steps: int = STEPS, snapshots: int = SNAPSHOTS, seed: int = 0):
    """Plays a game and looks at its samples in between.

    Args:
        game: How it is played.
        steps: Rounds of the game.
        snapshots: Number of equal parts; after each of them samples are drawn, of the
            generator that plays, not of its average.
        seed: Seed of weights and draws.

    Returns:
        `(samples, losses, averaged)`: float32 of shape `(snapshots, NUM_SAMPLES, 2)`,
        the mean d_loss of each part, and samples of the average at the end.
    """
    rounds = steps // snapshots
    gan = toy.build(seed=seed, steps_per_execution=min(50, rounds), **game.compiled)
    data = toy.batches(rounds, seed)
    samples, losses = [], []
    for _ in range(snapshots):
        losses += gan.fit(data, verbose=0).history["d_loss"]
        samples.append(gan.generate(NUM_SAMPLES, seed=1, averaged=False))
    return np.stack(samples), np.array(losses), gan.generate(NUM_SAMPLES, seed=1)


def make(seed: int = 0, beta_1: float = 0.8) -> tuple[np.ndarray, list[str]]:
    """Draws each game as a row of samples, from the first rounds to the last.

    Args:
        seed: Seed of all three games; where plain training hops depends on it.
        beta_1: Momentum of both Adam optimizers.
    """
    rows = {game.title: play(game, seed=seed) for game in games(beta_1)}

    def draw(axes):
        for line, (title, (samples, *_)) in zip(axes, rows.items(), strict=True):
            line[0].set_ylabel(title, fontsize=10.5)
            for part, points in zip(line, samples, strict=True):
                toy.draw_points(part, points, GREEN)
        for column, part in enumerate(axes[0], start=1):
            part.set_title(f"round {column * STEPS // SNAPSHOTS:,}", fontsize=10.5)

    space = {"left": 0.06, "right": 0.995, "top": 0.945, "bottom": 0.005}
    gaps = {"wspace": 0.04, "hspace": 0.04}
    picture = style.render(5.1, draw, len(rows), SNAPSHOTS, **space, **gaps)
    return picture, [_summary(title, *row) for title, row in rows.items()]


def _summary(title, samples, losses, averaged):
    kept = [*map(toy.kept, samples), toy.kept(averaged)]
    *modes, average = [f"{count} ({near:.0%})" for count, near in kept]
    steps = ", ".join(f"{loss:.2f}" for loss in losses)
    return (
        f"{' '.join(title.split())}: modes (share of samples on them) "
        f"{', '.join(modes)}; of the average {average}; d_loss {steps}"
    )
