"""How a table is trained where nobody says otherwise."""

from collections.abc import Iterable
from typing import Any

import keras

from kgan.losses import gradient_penalties

BATCH_SIZE = 1_000
STEPS, EPOCHS = 8_000, 30  # at least so many of both
LEARNING_RATE = 3e-3
GAMMA = 2.0


def recommended(
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    gamma: float = GAMMA,
) -> dict[str, Any]:
    """Returns arguments of `TabularGAN.compile` for a training of so many steps.

    Both step sizes fall from `learning_rate` to 0 along a cosine; R1 and R2 have the
    weight γ = `gamma`. The loss and both penalties are those of Huang et al. (2024),
    The GAN is dead; long live the GAN! A Modern Baseline GAN, section 2.

    Args:
        steps: Steps of the whole training.
        learning_rate: Adam's first step size, of both players.
        gamma: Weight of both penalties.

    Example: `gan.compile(**kgan.tabular.recommended(steps=5_000))`
    """
    decay = keras.optimizers.schedules.CosineDecay
    named = {
        f"{player}_optimizer": keras.optimizers.Adam(
            decay(learning_rate, steps), beta_1=0.0, beta_2=0.99
        )
        for player in ("generator", "discriminator")
    }
    penalties = [gradient_penalties.R1(gamma), gradient_penalties.R2(gamma)]
    return {
        **named,
        "loss": "relativistic_pairing",
        "penalties": penalties,
        "jit_compile": True,
    }


def length(optimizers: Iterable[Any]) -> int | None:
    """Returns after how many steps a step size is 0, or None if none ever is."""
    decay = keras.optimizers.schedules.CosineDecay
    found = [getattr(optimizer, "_learning_rate", None) for optimizer in optimizers]
    ends = [r.decay_steps for r in found if isinstance(r, decay) and r.alpha == 0.0]
    return int(min(ends)) if ends else None


def epochs_of(rows: int, batch_size: int) -> int:
    """Returns the epochs of a training where none are given.

    They make at least 8,000 steps, and are at least 30.
    """
    return max(EPOCHS, -(-STEPS // max(1, rows // batch_size)))
