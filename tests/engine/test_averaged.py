"""Averages begin with the weights that players were given before the first step."""

import keras
import moves
import networks
import numpy as np
import pytest


def shifted(network):
    return [weight + 0.5 for weight in network.get_weights()]


def test_loaded_weights_are_those_of_samples():
    trained, new = networks.gan(), networks.gan()
    trained.fit(networks.images(16), batch_size=8, epochs=2, verbose=0)
    new.generator.set_weights(trained.generator.get_weights())
    latents = np.ones((2, networks.LATENT_DIM), "float32")
    np.testing.assert_array_equal(new(latents), trained.generator(latents))
    expected = trained.generate(4, averaged=False)
    np.testing.assert_array_equal(new.generate(4), expected)


@pytest.mark.parametrize("use", ["predict", "save", "save_weights"])
def test_every_use_of_the_average_begins_it(use, tmp_path):
    gan, latents = networks.gan(), np.ones((2, networks.LATENT_DIM), "float32")
    gan.generator.set_weights([-w for w in shifted(gan.generator)])
    expected = gan.generator(latents)
    if use == "predict":
        found = gan.predict(latents, verbose=0)
    elif use == "save":
        gan.save(tmp_path / "gan.keras")
        found = keras.models.load_model(tmp_path / "gan.keras")(latents)
    else:
        gan.save_weights(tmp_path / "gan.weights.h5")
        other = networks.gan()
        other.load_weights(tmp_path / "gan.weights.h5")
        found = other(latents)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("played", [0, 1])
def test_the_first_step_begins_there(played):
    game = moves.pursuit(compiled={"run_eagerly": False})
    if played:
        moves.fit(game, 8)
    game.prey.set_weights(shifted(game.prey))
    before = game.ema_prey.get_weights()
    game.make_train_function()
    begun = zip(game.ema_prey.get_weights(), game.prey.get_weights(), strict=True)
    assert all((a == b).all() for a, b in begun) is (played == 0)
    same = zip(game.ema_prey.get_weights(), before, strict=True)
    assert all((a == b).all() for a, b in same) is (played == 1)


def test_an_average_that_was_given_weights_keeps_them(tmp_path):
    game = moves.pursuit()
    own = shifted(game.ema_prey)
    game.ema_prey.set_weights(own)
    game.begin_averages()
    for each in (game, None):
        if each is None:  # read from a file before any step
            game.save(tmp_path / "game.keras")
            each = keras.models.load_model(tmp_path / "game.keras")
            each.begin_averages()
        for ours, theirs in zip(each.ema_prey.get_weights(), own, strict=True):
            np.testing.assert_array_equal(ours, theirs)
