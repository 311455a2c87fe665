import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

from kgan.losses.regularizers import WeightClipping


def test_config():
    contracts.check_object(WeightClipping(), {"limit": 0.01})
    contracts.check_object(WeightClipping(2), {"limit": 2.0})


def test_clips_each_entry():
    weight = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    term, step = WeightClipping(0.5), tf.constant(0, tf.int64)
    for mode in contracts.modes(term.constrain):
        clipped = mode(tf.constant(weight), step)
        np.testing.assert_array_equal(clipped, np.clip(weight, -0.5, 0.5))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_keeps_the_dtype(dtype):
    weight = tf.constant([[-2.0, 0.25]], dtype)
    clipped = WeightClipping(0.5).constrain(weight, tf.constant(0))
    assert clipped.dtype == dtype
    np.testing.assert_array_equal(tf.cast(clipped, "float32"), [[-0.5, 0.25]])


def test_limit_may_follow_a_schedule():
    schedule = keras.optimizers.schedules.PolynomialDecay(4.0, 10, 2.0)
    term = WeightClipping(schedule)
    restored = WeightClipping.from_config(term.get_config())
    for step, expected in ((0, 4), (5, 3), (10, 2)):
        for own in (term, restored):
            clipped = own.constrain(tf.constant([9.0, -9.0]), tf.constant(step))
            np.testing.assert_array_equal(clipped, [expected, -expected])


def test_it_is_a_limit_and_no_term():
    term = WeightClipping()
    assert term.overrides("constrain")
    assert not term.overrides("discriminator_term")
    assert not term.overrides("generator_term")


@pytest.mark.parametrize("limit", [-0.01, None, "0.01"])
def test_limit_out_of_range(limit):
    with pytest.raises(ValueError, match=r"`limit` must be a non-negative number"):
        WeightClipping(limit)
