"""Averages come back from a file, compiled or not."""

import keras
import moves
import numpy as np
import pytest


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


def test_a_game_is_saved_before_it_is_compiled(tmp_path):
    game = moves.pursuit()
    game = type(game).from_config(game.get_config())
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    assert not loaded.compiled
    for ours, theirs in zip(game.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", ["game.h5", "game.weights.h5", "folder"])
def test_whole_games_are_saved_as_keras_files(name, tmp_path):
    message = rf"must end in \.keras.*save_weights.*`export`.*Received: .*{name}"
    with pytest.raises(ValueError, match=message):
        moves.pursuit().save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_without_averages_makes_none(tmp_path):
    game = moves.pursuit(momentum=None)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras", compile=False)
    assert not hasattr(loaded, "ema_prey")
