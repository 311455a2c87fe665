"""What any game answers by itself, and that the rest is refused in a sentence."""

import keras
import numpy as np
import pytest
import small_games

import kgan
from kgan.engine.interface import Interface


def test_a_game_counts_and_names_its_players():
    game = small_games.translator(steps=2)
    assert (game.step, game.position, game.rollbacks) == (2, 2, 0)
    assert game.batches_a_round == 1
    assert [game.log_name(player) for player in game.players] == ["j", "translator"]
    assert list(game.optimizers) == ["judge", "translator"]
    assert game.optimizers["judge"] is game.judge_optimizer


def test_a_gan_is_one():
    gan = small_games.points(discriminator_steps=3)
    assert isinstance(gan, Interface)
    assert gan.players == ("discriminator", "generator")
    assert gan.batches_a_round == 3
    assert [gan.log_name(player) for player in gan.players] == ["d", "g"]
    assert list(gan.optimizers.values()) == [
        gan.discriminator_optimizer,
        gan.generator_optimizer,
    ]


def test_what_is_asked_does_not_change_what_is_saved(tmp_path):
    game = small_games.translator(steps=2)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    for player, optimizer in game.optimizers.items():
        for ours, theirs in zip(
            optimizer.variables, loaded.optimizers[player].variables, strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_by_default_players_are_described_by_their_size():
    game = small_games.translator()
    assert game.describe() == {"judge": "49 parameters", "translator": "30 parameters"}


def test_by_default_nothing_is_a_symptom():
    assert small_games.translator().symptoms(accuracy=0.9) == []


class Silent(Interface, keras.Model):
    pass


@pytest.mark.parametrize("method", ["shown", "examples", "endpoints"])
def test_what_a_game_does_not_answer_is_refused_in_a_sentence(method):
    arguments = [5] if method == "examples" else []
    with pytest.raises(ValueError, match=f"A Silent .*: it has no method `{method}`"):
        getattr(Silent(), method)(*arguments)


def test_measures_and_exports_refuse_it_too(tmp_path):
    with pytest.raises(ValueError, match="A Silent makes no examples"):
        kgan.metrics.measure(Silent(), "digits")
