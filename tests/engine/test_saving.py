"""Averages come back from a file, compiled or not."""

import keras
import moves
import numpy as np


def test_averages_are_loaded_without_compile(tmp_path):
    game = moves.pursuit()
    moves.fit(game, 24)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras", compile=False)
    for ours, theirs in zip(
        game.ema_prey.get_weights(), loaded.ema_prey.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert np.any(game.prey.get_weights()[0] != game.ema_prey.get_weights()[0])


def test_a_file_without_averages_makes_none(tmp_path):
    game = moves.pursuit(momentum=None)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras", compile=False)
    assert not hasattr(loaded, "ema_prey")
