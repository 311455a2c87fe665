"""Numbers that may be schedules."""

import json

import keras
import pytest
import tensorflow as tf

from kgan.core import schedules

DECAY = keras.optimizers.schedules.PolynomialDecay(8.0, 100, 2.0)


def test_a_number_is_a_float():
    value = schedules.check("weight", 3)
    assert (value, type(value)) == (3.0, float)
    assert schedules.at(value, tf.constant(5)) == 3.0
    assert schedules.config(value) == 3.0


def test_a_schedule_counts_steps_and_survives_json():
    assert schedules.check("weight", DECAY) is DECAY
    config = json.loads(json.dumps(schedules.config(DECAY)))
    again = schedules.check("weight", config)
    for wrap in (lambda f: f, tf.function, tf.function(jit_compile=True)):
        at = wrap(lambda step: schedules.at(again, step))
        values = [float(at(tf.constant(t, tf.int64))) for t in (0, 50, 100, 1000)]
        assert values == pytest.approx([8.0, 5.0, 2.0, 2.0])


@pytest.mark.parametrize("value", [-1, float("nan"), "10", None, True, [1.0], abs])
def test_what_is_neither(value):
    with pytest.raises(ValueError, match=r"`weight` must be a non-negative number or"):
        schedules.check("weight", value)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("inf")])
def test_limits(value):
    with pytest.raises(ValueError, match=rf"number in \[0, 1\].*Received: {value}"):
        schedules.check("share", value, maximum=1.0)
    assert schedules.check("share", 1, maximum=1.0) == 1.0


def test_times():
    assert schedules.times(2.0, 3.0) == 6.0
    falling = keras.optimizers.schedules.PolynomialDecay(1.0, 10, 0.0)
    scaled = schedules.times(falling, 3.0)
    assert float(scaled(5)) == pytest.approx(1.5)
    saved = keras.saving.serialize_keras_object(scaled)
    assert saved["registered_name"] == "kgan>Scaled"
    again = keras.saving.deserialize_keras_object(saved)
    assert float(again(5)) == pytest.approx(1.5)
    assert again.get_config() == scaled.get_config()


def test_a_value_that_falls_after_some_epochs():
    schedule = schedules.LinearAfter(2.0, epochs=1, decay_epochs=3, steps=2**33)
    saved = keras.saving.serialize_keras_object(schedule)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(saved)))
    assert again.get_config() == schedule.get_config()
    for wrap in (lambda f: f, tf.function, tf.function(jit_compile=True)):
        at = wrap(again)
        values = [float(at(tf.constant(t * 2**31, tf.int64))) for t in range(5)]
        assert values == pytest.approx([2.0, 1.5, 1.0, 0.5, 0.5])
