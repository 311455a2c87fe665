"""What a round writes, and where."""

import keras
import networks
import numpy as np
import pytest
import tensorflow as tf

from kgan.core.seeds import Use

DATA = networks.images(48)


def moves(gan, use, rows):
    turn = gan.clock.turn(gan.seed, use, 1, 0)
    return [(turn, gan._draw(turn, rows))]


@pytest.mark.parametrize("frozen", ["generator", "discriminator"])
def test_an_update_moves_its_own_player_alone(frozen):
    gan = networks.gan(dropout=0.3, ema_momentum=None)
    before = networks.weights(gan)
    real = tf.constant(DATA[:8])
    of_d, of_g = (
        moves(gan, Use.DISCRIMINATOR_STEP, 8),
        moves(gan, Use.GENERATOR_STEP, 8),
    )
    game, played = gan._game, gan._round
    if frozen == "generator":
        player, gradients_of, ((turn, latents),) = (
            game.discriminator, game.discriminator_gradients, of_d,
        )  # fmt: skip
    else:
        player, gradients_of, ((turn, latents),) = (
            game.generator, game.generator_gradients, of_g,
        )  # fmt: skip
    played._update(player, gradients_of, real, None, turn, latents)
    after = networks.weights(gan)
    moved = {key for key in before if (before[key] != after[key]).any()}
    assert moved
    assert not any(key.startswith(frozen) for key in moved)
    # Moving statistics of the player itself do move.
    assert any("moving_mean" in key for key in moved)
    assert any("vector" in key for key in moved) == (frozen == "generator")


def optimizers():
    """Adam whose first steps are not ±the learning rate whatever the gradient."""
    return {
        f"{who}_optimizer": keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(0.01, 20), epsilon=1e-3
        )
        for who in ("generator", "discriminator")
    }


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"discriminator_steps": 3, "generator_steps": 2},
        {"num_classes": 3},
        {"batch_norm": False, "ema_momentum": None},
    ],
    ids=["plain", "several updates", "classes", "alone"],
)
def test_a_compiled_round_is_the_same_round(options):
    labels = None
    if options.get("num_classes"):
        labels = np.arange(len(DATA)).astype("int32") % 3
    games = []
    for jit_compile in (False, True):
        keras.utils.set_random_seed(1)
        compiled = {"jit_compile": jit_compile, **optimizers()}
        gan = networks.gan(dropout=0.3, compiled=compiled, **options)
        gan.fit(DATA, labels, batch_size=8, shuffle=False, verbose=0)
        games.append(gan)
    graph, xla = games
    k = options.get("discriminator_steps", 1)
    assert graph.step == xla.step == 6 // k
    assert graph.position == xla.position == 6
    assert networks.largest_difference(graph, xla) < 1e-5
    for key, value in graph.history.history.items():
        assert xla.history.history[key] == pytest.approx(value, rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_a_compiled_round_in_mixed_precision(precision):
    keras.config.set_dtype_policy(precision)
    gan = networks.gan(compiled={"jit_compile": True, **optimizers()})
    before = gan.generator.get_weights()
    history = gan.fit(DATA, batch_size=8, epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    pairs = zip(before, gan.generator.get_weights(), strict=True)
    assert all((old != new).any() for old, new in pairs)
