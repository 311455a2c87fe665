import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf

import kgan
from kgan.layers import Dropout


def _inputs(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_contract(two_replicas):
    arguments = {"rate": 0.4, "seed": 7}
    contracts.check_layer(Dropout, arguments, _inputs(4, 6), two_replicas)


def test_images_contract_on_replicas(two_replicas):
    def build():
        images = keras.Input((5, 3, 2))
        return keras.Model(images, Dropout(0.3, seed=1)(images))

    contracts.check_replicas(build, _inputs(6, 5, 3, 2), two_replicas)


def test_mask_is_that_of_the_bits():
    inputs = _inputs(8, 16)
    layer = Dropout(0.25, seed=5)
    uniform = kgan.seeds.uniform_like(tf.constant(inputs), tf.constant([5, 0])).numpy()
    expected = np.where(uniform < 0.25, 0.0, inputs / 0.75)
    outputs = layer(inputs, training=True)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)


def test_draws_anew_at_each_call():
    layer = Dropout(0.5, seed=5)
    ones = np.ones((4, 100), "float32")
    first, second = layer(ones, training=True), layer(ones, training=True)
    assert np.mean(np.asarray(first) != np.asarray(second)) > 0.3


def test_keeps_the_mean_and_drops_the_share():
    outputs = Dropout(0.2, seed=0)(np.ones((100, 1000), "float32"), training=True)
    assert np.mean(outputs) == pytest.approx(1.0, abs=0.01)
    assert np.mean(np.asarray(outputs) == 0) == pytest.approx(0.2, abs=0.01)


def test_small_rate_is_met_in_float16():
    layer = Dropout(1e-3, seed=0, dtype="float16")
    outputs = layer(np.ones((1000, 1000), "float16"), training=True)
    assert outputs.dtype == "float16"
    assert np.mean(outputs.numpy() == 0) == pytest.approx(1e-3, rel=0.1)


def test_dropped_infinity_is_zero():
    outputs = Dropout(0.5, seed=0)(np.full((1, 64), np.inf, "float32"), training=True)
    assert set(np.unique(outputs)) == {0.0, np.inf}


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_identity(rate, training):
    inputs = _inputs(3, 4)
    outputs = Dropout(rate)(inputs, training=training)
    np.testing.assert_array_equal(outputs, inputs)


@pytest.mark.parametrize("training", [False, True])
def test_symbolic_batch_keeps_the_shape(training):
    outputs = Dropout(0.5)(keras.Input((5, 2)), training=training)
    assert outputs.shape == (None, 5, 2)


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2])
def test_rate_out_of_range(rate):
    with pytest.raises(ValueError, match=rf"`rate` must lie in .* Received: {rate}"):
        Dropout(rate)


def test_at_test_time_a_mask_is_repeated():
    layer = Dropout(0.4, seed=7, at_test=True)
    inputs = _inputs(5, 40)
    found = [layer(inputs), layer(inputs), tf.function(layer)(inputs)]
    compiled = tf.function(layer, jit_compile=True)
    for other in (*found[1:], compiled(inputs)):
        np.testing.assert_allclose(other, found[0], rtol=1e-6)
    assert np.mean(np.asarray(found[0]) == 0) == pytest.approx(0.4, abs=0.1)
    # A draw in training moves the state on, as ever.
    layer(inputs, training=True)
    assert np.any(layer(inputs) != found[0])


def test_at_test_time_a_seed_decides(tmp_path):
    inputs = _inputs(5, 40)
    x = keras.Input((40,))
    model = keras.Model(x, Dropout(0.4, seed=7, at_test=True)(x))
    expected = Dropout(0.4, seed=7, at_test=True)(inputs)
    np.testing.assert_array_equal(model(inputs), expected)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(inputs), expected)
    other = Dropout(0.4, seed=8, at_test=True)(inputs)
    assert np.any(other != expected)


def test_other_choices_are_refused():
    with pytest.raises(ValueError, match="`at_test` must be True or False"):
        Dropout(0.5, at_test="yes")
