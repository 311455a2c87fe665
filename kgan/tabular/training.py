"""How a table is trained where nobody says otherwise."""

from typing import Any

import keras

from kgan.losses import gradient_penalties

BATCH_SIZE = 500
STEPS, EPOCHS = 3_000, 30  # at least so many of both
LEARNING_RATE = 1e-3
GAMMA, LAST_GAMMA = 1.0, 0.2


def recommended(
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    gamma: float = GAMMA,
    last_gamma: float = LAST_GAMMA,
) -> dict[str, Any]:
    """Returns arguments of `TabularGAN.compile` for a training of so many steps.

    Both step sizes fall from `learning_rate` to 0 along a cosine, γ of R1 and R2 from
    `gamma` to `last_gamma`. The loss and both penalties are those of Huang et al.
    (2024), The GAN is dead; long live the GAN! A Modern Baseline GAN, section 2.

    Args:
        steps: Steps of the whole training.
        learning_rate: Adam's first step size, of both players.
        gamma: First weight of both penalties.
        last_gamma: The last one.

    Example: `gan.compile(**kgan.tabular.recommended(steps=5_000))`
    """
    decay = keras.optimizers.schedules.CosineDecay
    weight = decay(gamma, steps, alpha=last_gamma / gamma)
    named = {
        f"{player}_optimizer": keras.optimizers.Adam(
            decay(learning_rate, steps), beta_1=0.0, beta_2=0.99
        )
        for player in ("generator", "discriminator")
    }
    penalties = [gradient_penalties.R1(weight), gradient_penalties.R2(weight)]
    return {**named, "loss": "relativistic_pairing", "penalties": penalties}


def epochs_of(rows: int, batch_size: int) -> int:
    """Returns the epochs of a training where none are given.

    They make at least 3,000 steps, and are at least 30.
    """
    return max(EPOCHS, -(-STEPS // max(1, rows // batch_size)))
