"""Callbacks on a game of other players: none of them knows a generator."""

import keras
import numpy as np
import small_games
import tensorflow as tf

import kgan
from kgan import callbacks


class Alarm(callbacks.Symptom):
    """Finds something at one step."""

    remedy = "patience"

    def __init__(self, step):
        super().__init__(patience=1)
        self.step = step

    def find(self, model, logs):
        found = model.step == self.step and model.rollbacks == 0
        return (f"gap is {logs['gap']:.1f}", "an alarm") if found else None


class Watched(small_games.Translator):
    """A translator that has symptoms of its own."""

    def symptoms(self, real=None, patience=3, **thresholds):
        return [Alarm(6)]


def _fit(game, *watchers, epochs=2):
    data = tf.data.Dataset.from_tensors(small_games.pairs()).repeat(3)
    return game.fit(
        data, epochs=epochs, callbacks=[*watchers], shuffle=False, verbose=0
    ).history


def test_logs_are_called_after_the_players():
    history = _fit(
        small_games.translator(),
        callbacks.LearningRates(),
        callbacks.Throughput(batch_size=8),
        epochs=1,
    )
    np.testing.assert_allclose(history["j_learning_rate"], [0.1])
    np.testing.assert_allclose(history["translator_learning_rate"], [0.1])
    assert history["step_seconds"][0] > 0


def test_a_games_own_symptoms_roll_it_back():
    game = small_games.translator(kind=Watched)
    watch = callbacks.CollapseWatch(action="rollback", learning_rate_factor=0.5)
    history = _fit(game, watch, epochs=3)
    assert watch.sentences[0].startswith(
        "Rolled back from step 6 to step 3 (rollback 1 of 3): gap is "
    )
    assert (game.step, game.position) == (6, 9)
    assert history["rollbacks"] == [0, 1, 1]
    for optimizer in game.optimizers.values():
        np.testing.assert_allclose(float(optimizer.learning_rate), 0.05)


def test_a_game_without_symptoms_is_watched_for_nan():
    game = small_games.translator()
    watch = callbacks.CollapseWatch(np.zeros((4, 4, 4, 3)), action="stop")
    game.judge.layers[-1].kernel.assign_add(game.judge.layers[-1].kernel * np.inf)
    _fit(game, watch)
    assert "gap is nan: training has diverged" in watch.reason
    assert watch.symptoms == []


def test_checkpoints_leave_a_state_of_nan_out(tmp_path):
    game = small_games.translator()
    checkpoints = callbacks.Checkpoints(tmp_path)
    _fit(game, checkpoints, epochs=1)
    loaded = keras.models.load_model(tmp_path / "step-00000003.keras")
    assert loaded.step == 3
    game.clock.advance(1)
    game.judge.layers[-1].bias.assign([np.nan])
    assert not checkpoints.save()


def test_what_it_makes_is_measured(tmp_path):
    draw = np.random.default_rng(0)
    images = draw.integers(0, 256, (40, 4, 4, 3), dtype=np.uint8)
    options = {"cache_dir": None, "allow_few": True}
    measure = callbacks.EvaluateGenerator(
        ["kernel_pixels"], images, num_images=20, **options
    )
    game = small_games.translator()
    history = _fit(game, measure, epochs=1)
    source = kgan.data.source(images)
    expected = kgan.metrics.measure(
        game, source, ["kernel_pixels"], num_images=20, **options
    )
    assert history["kernel_pixels"] == [expected["kernel_pixels"]]
    (found,) = expected.measurements
    assert found.provenance["generator"] == "translated images"
    assert found.provenance["step"] == 3
