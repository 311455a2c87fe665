import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.callbacks import actions


@pytest.fixture
def gan(points):
    gan = points()
    gan.clock.rounds.assign(1200)
    return gan


def _weight(gan):
    return gan.generator.layers[1].kernel


def test_a_warning_changes_nothing(gan):
    action = actions.get("warn")
    action.begin(gan)
    assert action.keep(gan) is None
    outcome = action.act(gan, "x is bad.")
    assert outcome == ("Warning at step 1,200: x is bad.", False, False)
    assert not gan.stop_training


def test_a_stop_stops(gan):
    outcome = actions.get("stop").act(gan, "x is bad.")
    assert outcome == ("Training stopped at step 1,200: x is bad.", True, False)
    assert gan.stop_training


def _collapse(gan, action):
    before = _weight(gan).numpy()
    gan.clock.rounds.assign_add(5)
    _weight(gan).assign(before + 1.0)
    outcome = action.act(gan, "x is bad.")
    np.testing.assert_array_equal(_weight(gan), before)
    assert gan.step == 1200
    return outcome


def test_rollbacks_are_counted_and_have_an_end(gan):
    action = actions.get("rollback", max_rollbacks=2)
    action.begin(gan)
    assert action.keep(gan) is None
    first, second, last = [_collapse(gan, action) for _ in range(3)]
    assert first.sentence == (
        "Rolled back from step 1,205 to step 1,200 (rollback 1 of 2): x is bad."
    )
    assert "rollback 2 of 2" in second.sentence
    assert (second.stopped, second.restored) == (False, True)
    assert last.sentence.startswith("Training stopped at step 1,205 after 2 rollbacks")
    assert "as it was at step 1,200" in last.sentence
    assert (last.stopped, last.restored) == (True, True)
    assert gan.stop_training
    assert gan.rollbacks == 2


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_both_learning_rates_fall_with_each_rollback(points, policy):
    keras.config.set_dtype_policy(policy)
    gan = points()
    action = actions.get("rollback", learning_rate_factor=0.5)
    action.begin(gan)
    action.keep(gan)
    for _ in range(2):
        action.act(gan, "x is bad.")
    for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
        inner = getattr(optimizer, "inner_optimizer", optimizer)
        np.testing.assert_allclose(float(inner.learning_rate), 0.25 * 2e-4, rtol=1e-6)


def test_a_schedule_cannot_be_multiplied(points):
    gan = points()
    schedule = keras.optimizers.schedules.CosineDecay(1e-3, 100)
    gan.compile(discriminator_optimizer=keras.optimizers.Adam(schedule))
    actions.get("rollback").begin(gan)
    with pytest.raises(ValueError, match=r"0\.5 with a schedule in `discriminator_opt"):
        actions.get("rollback", learning_rate_factor=0.5).begin(gan)


def test_a_state_with_a_nan_that_no_loss_has_met_is_not_kept(gan):
    action = actions.get("rollback")
    action.begin(gan)
    action.keep(gan)
    before = _weight(gan).numpy()
    _weight(gan).assign(tf.fill(before.shape, np.nan))
    path, value = action.keep(gan)
    assert path == _weight(gan).path
    assert np.isnan(value)
    action.act(gan, "x is bad.")
    np.testing.assert_array_equal(_weight(gan), before)


def test_a_model_must_begin_with_finite_weights(gan):
    _weight(gan).assign(tf.fill(_weight(gan).shape, np.inf))
    action = actions.get("rollback")
    action.begin(gan)
    with pytest.raises(ValueError, match="must begin with finite weights"):
        action.keep(gan)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "pause"}, "`action` must be one of warn, stop, rollback"),
        ({"name": "rollback", "max_rollbacks": 0}, "`?max_rollbacks"),
        ({"name": "warn", "learning_rate_factor": 0.0}, "`learning_rate_factor` must"),
        ({"name": "warn", "learning_rate_factor": 1.5}, "`learning_rate_factor` must"),
    ],
)
def test_what_is_no_action_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        actions.get(**arguments)
